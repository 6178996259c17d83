// What every page says to its host: JSON-RPC over postMessage, as MCP Apps 2026-01-26 has it.
// The page defines show(root, result) and gives its name to start().
function start(name) {
  const root = document.getElementById('root');
  const host = window.parent;
  const send = (message) => host.postMessage({ jsonrpc: '2.0', ...message }, '*');
  const notify = (method, params) => send({ method, params });
  const look = (context) => {
    if (context && (context.theme === 'light' || context.theme === 'dark'))
      document.documentElement.style.colorScheme = context.theme;
  };
  const say = (text) => root.replaceChildren(element('p', text, 'note'));

  function received(method, params) {
    if (method === 'ui/notifications/tool-result') {
      root.replaceChildren();
      if (params.isError || !params.structuredContent)
        for (const block of params.content || []) root.append(element('pre', block.text));
      else show(root, params.structuredContent);
    } else if (method === 'ui/notifications/tool-cancelled') say('Cancelled.');
    else if (method === 'ui/notifications/host-context-changed') look(params);
  }

  window.addEventListener('message', (event) => {
    const message = event.data;
    if (event.source !== host || !message || message.jsonrpc !== '2.0') return;
    if (message.id === 1 && message.method === undefined) {
      if (message.error) return say('The host refused: ' + message.error.message);
      look(message.result && message.result.hostContext);
      notify('ui/notifications/initialized', {});
    } else if (message.id === undefined) received(message.method, message.params || {});
    else if (message.method === 'ping' || message.method === 'ui/resource-teardown')
      send({ id: message.id, result: {} });
    else if (message.method !== undefined)
      send({ id: message.id, error: { code: -32601, message: 'Method not found' } });
  });
  new ResizeObserver(() => {
    const { scrollWidth: width, scrollHeight: height } = document.documentElement;
    notify('ui/notifications/size-changed', { width, height });
  }).observe(document.body);
  send({
    id: 1,
    method: 'ui/initialize',
    params: { protocolVersion: '2026-01-26', appInfo: { name, version: '1' }, appCapabilities: {} },
  });
}

// Values get into the page here only, as text: they come from databases and must never become markup.
function element(tag, text, kind) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = String(text);
  if (kind) made.className = kind;
  return made;
}
