// The pages of MCP Apps as the shipped binary serves them, run against a document that knows text and no markup.
//
// With BASEKEEPER_MCP_SCHEMAS (see wire_schema_test.mjs) their messages are also checked against the schema of
// MCP Apps, ext-apps-2026-01-26.schema.json.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import vm from 'node:vm';

import { Ajv2020, addFormats } from '../npm/mcp_clients.mjs';
import { Workspace } from './support/workspace.mjs';

const TABLE = 'ui://basekeeper/result-table';
const CARD = 'ui://basekeeper/instance-card';
const HOSTILE = '<img src=x onerror="globalThis.owned=1"></td></script><script>globalThis.owned=1</script>';

const work = new Workspace();
const pages = {};
let tools;
before(async () => {
  const server = work.serve([], { env: { DATABASE_URL: 'postgres://a@127.0.0.1:1/d' } });
  await server.initialize('2025-11-25', {
    extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
  });
  for (const uri of [TABLE, CARD]) pages[uri] = (await server.request('resources/read', { uri })).result.contents[0];
  tools = (await server.request('tools/list', {})).result.tools;
  await server.stop();
});
after(() => work.remove());

/** An element that holds text and children. Whatever could make markup out of text ends the test. */
class Element {
  constructor(tag) { this.tag = tag; this.children = []; this.style = {}; this.className = ''; }
  set textContent(text) { this.children = [String(text)]; }
  append(...more) {
    for (const one of more) assert.ok(one instanceof Element, 'only elements are appended');
    this.children.push(...more);
  }
  replaceChildren(...more) { this.children = []; this.append(...more); }
  get text() { return this.children.map((c) => (typeof c === 'string' ? c : c.text)).join(' '); }
  find(tag) { return this.children.flatMap((c) => (typeof c === 'string' ? [] : [...(c.tag === tag ? [c] : []), ...c.find(tag)])); }
}
for (const name of ['innerHTML', 'outerHTML', 'srcdoc', 'insertAdjacentHTML', 'setAttribute'])
  Object.defineProperty(Element.prototype, name, {
    get() { throw new Error(`${name} is not for values`); },
    set() { throw new Error(`${name} is not for values`); },
  });

/** Runs the script of a page with us as its host. */
function open(uri) {
  const scripts = [...pages[uri].text.matchAll(/<script>\n?([\s\S]*?)<\/script>/g)];
  assert.equal(scripts.length, 1);
  const sent = [];
  const root = new Element('div');
  const host = { postMessage: (message) => sent.push(structuredClone(message)) };
  const listeners = [];
  const document = {
    documentElement: Object.assign(new Element('html'), { scrollWidth: 300, scrollHeight: 200 }),
    body: new Element('body'),
    getElementById: (id) => (id === 'root' ? root : null),
    createElement: (tag) => new Element(tag),
  };
  class ResizeObserver {
    constructor(changed) { this.changed = changed; }
    observe() { this.changed(); }
  }
  const window = { parent: host, addEventListener: (kind, listen) => { if (kind === 'message') listeners.push(listen); } };
  const realm = vm.createContext({ window, document, ResizeObserver });
  vm.runInContext(scripts[0][1], realm);
  const tell = (data, source = host) => listeners.forEach((listen) => listen({ source, data }));
  return { sent, root, tell, document, realm, last: () => sent.at(-1) };
}

/** Opens a page, shakes hands and shows one result. */
function shown(uri, structuredContent, more = {}) {
  const page = open(uri);
  page.tell({ jsonrpc: '2.0', id: 1, result: { protocolVersion: '2026-01-26', hostContext: { theme: 'dark' } } });
  page.tell({ jsonrpc: '2.0', method: 'ui/notifications/tool-result', params: { content: [], structuredContent, ...more } });
  return page;
}

for (const uri of [TABLE, CARD]) {
  test(`${uri}: small, whole, without a way out`, () => {
    const { text, mimeType, _meta } = pages[uri];
    assert.equal(mimeType, 'text/html;profile=mcp-app');
    assert.ok(Buffer.byteLength(text) < 8_000, `${Buffer.byteLength(text)} bytes`);
    assert.match(text, /^<!doctype html>/);
    assert.match(text, /default-src 'none'/);
    for (const way of [/https?:/, /\bsrc=/, /\bhref=/, /fetch\(/, /import\b/, /url\(/, /innerHTML/, /document\.write/, /\beval\b/, /XMLHttp/, /@import/])
      assert.doesNotMatch(text, way);
    assert.deepEqual(Object.values(_meta.ui.csp), [[], [], [], []]);
    assert.doesNotMatch(text, /\/\* (style|bridge) \*\//, 'every part was put in');
  });

  test(`${uri}: speaks to its host as MCP Apps has it`, () => {
    const page = open(uri);
    const hello = page.sent.find((m) => m.method === 'ui/initialize');
    assert.equal(hello.params.protocolVersion, '2026-01-26');
    assert.ok(!page.sent.some((m) => m.method === 'ui/notifications/initialized'), 'not before the answer');
    page.tell({ jsonrpc: '2.0', id: 1, result: { hostContext: { theme: 'light' } } }, {});
    assert.ok(!page.sent.some((m) => m.method === 'ui/notifications/initialized'), 'only the host is listened to');
    page.tell({ jsonrpc: '2.0', id: 1, result: { hostContext: { theme: 'dark' } } });
    assert.deepEqual(page.last(), { jsonrpc: '2.0', method: 'ui/notifications/initialized', params: {} });
    assert.equal(page.document.documentElement.style.colorScheme, 'dark');
    page.tell({ jsonrpc: '2.0', method: 'ui/notifications/host-context-changed', params: { theme: 'light' } });
    assert.equal(page.document.documentElement.style.colorScheme, 'light');
    page.tell({ jsonrpc: '2.0', id: 7, method: 'ui/resource-teardown', params: {} });
    assert.deepEqual(page.last(), { jsonrpc: '2.0', id: 7, result: {} });
    page.tell({ jsonrpc: '2.0', id: 'x', method: 'no/such' });
    assert.equal(page.last().error.code, -32601);
    for (const noise of [null, 'text', 5, {}, { jsonrpc: '2.0' }, { jsonrpc: '2.0', method: 'ui/notifications/tool-input', params: {} }])
      page.tell(noise);
    assert.ok(page.sent.some((m) => m.method === 'ui/notifications/size-changed' && m.params.height === 200));
  });

  test(`${uri}: a failure and a result without structure are shown as their text`, () => {
    const failed = shown(uri, undefined, { isError: true, content: [{ type: 'text', text: HOSTILE }] });
    assert.equal(failed.root.text, HOSTILE);
    assert.deepEqual(failed.root.children.map((c) => c.tag), ['pre']);
  });
}

test('result-table shows rows with their types, and hostile values as text', () => {
  const page = shown(TABLE, {
    columns: [{ name: HOSTILE, type: 'text' }, { name: 'n', type: 'int4' }, { name: 'j', type: 'jsonb' }],
    rows: [[HOSTILE, 42, { a: [HOSTILE] }], [null, -1.5, true]],
    row_count: 2, truncated: true, total_rows: 9, notices: [HOSTILE],
  });
  const [first, second] = page.root.find('tbody')[0].find('tr');
  assert.deepEqual(first.find('td').map((c) => c.text), [HOSTILE, '42', JSON.stringify({ a: [HOSTILE] })]);
  assert.deepEqual(second.find('td').map((c) => c.text), ['null', '-1.5', 'true']);
  assert.equal(first.find('td')[1].className, 'number');
  assert.equal(page.root.find('th')[0].children[0], HOSTILE);
  assert.equal(page.root.find('small')[1].text, 'int4');
  assert.match(page.root.text, /2 rows, of 9/);
  assert.equal(page.realm.owned, undefined);
  const tags = new Set(['div', 'p', 'pre', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'small'].flatMap((t) => page.root.find(t)).map((e) => e.tag));
  assert.deepEqual([...tags].sort(), ['div', 'p', 'small', 'table', 'tbody', 'td', 'th', 'thead', 'tr']);
});

test('result-table shows several results, commands without rows, lists of tables, and large results cut', () => {
  const several = shown(TABLE, {
    rolled_back: true,
    results: [{ command: 'INSERT', row_count: 1, truncated: false }, { columns: [{ name: 'a' }], rows: [['x']], row_count: 1, truncated: false }],
  });
  assert.match(several.root.text, /rolled back/);
  assert.match(several.root.text, /INSERT: 1 row/);
  assert.equal(several.root.find('table').length, 1);
  const tables = shown(TABLE, { tables: [{ name: 't', rows: 5 }, { name: HOSTILE, comment: 'c' }], next_cursor: 'x' });
  assert.deepEqual(tables.root.find('th').map((h) => h.text), ['name', 'rows', 'comment']);
  assert.equal(tables.root.find('tbody')[0].find('td')[3].text, HOSTILE);
  assert.match(tables.root.text, /There are more/);
  const large = shown(TABLE, { columns: [{ name: 'a' }], rows: Array(1_500).fill(['x']), row_count: 1_500, truncated: false });
  assert.equal(large.root.find('tbody')[0].find('tr').length, 1_000);
  assert.match(large.root.text, /the first 1000 are shown/);
});

test('instance-card shows what get_instance tells, and hostile values as text', () => {
  const page = shown(CARD, {
    name: HOSTILE, kind: 'local', database: 'a@h:5432/d', read_only_login: false, next: 'run x',
    server: {
      version: '15.20', database: 'd', supabase: true, standby: false, connections: 3, max_connections: 100, size_bytes: 3_145_728,
      login: { user: HOSTILE, superuser: true, bypasses_rls: false, creates_roles: true, replicates: false, member_of: ['r'] },
    },
  });
  assert.equal(page.root.find('h1')[0].text, HOSTILE);
  const facts = Object.fromEntries(page.root.find('tr').map((r) => r.children.map((c) => c.text)));
  assert.equal(facts.Connections, '3 of 100');
  assert.equal(facts.Size, '3.0 MB');
  assert.equal(facts.Login, `user ${HOSTILE}, superuser, creates roles, member of r`);
  assert.equal(facts.PostgreSQL, '15.20, with Supabase');
  assert.equal(facts.API, undefined, 'there is none');
  assert.equal(page.realm.owned, undefined);
});

test('tools name their page, and every page that is named is served', () => {
  const named = Object.fromEntries(tools.filter((t) => t._meta?.ui).map((t) => [t.name, t._meta.ui.resourceUri]));
  assert.deepEqual(named, { get_instance: CARD, list_tables: TABLE, query_database: TABLE, execute_sql: TABLE });
  for (const t of tools.filter((one) => one._meta)) assert.equal(t._meta['ui/resourceUri'], t._meta.ui.resourceUri);
});

const schema = process.env.BASEKEEPER_MCP_SCHEMAS && join(process.env.BASEKEEPER_MCP_SCHEMAS, 'ext-apps-2026-01-26.schema.json');
test('everything a page sends is valid', { skip: schema && existsSync(schema) ? false : 'no schema of MCP Apps' }, () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  ajv.addSchema({ ...JSON.parse(readFileSync(schema, 'utf8')), $id: 'apps' });
  const types = {
    'ui/initialize': 'McpUiInitializeRequest', 'ui/notifications/initialized': 'McpUiInitializedNotification',
    'ui/notifications/size-changed': 'McpUiSizeChangedNotification',
  };
  for (const uri of [TABLE, CARD])
    for (const { method, params } of shown(uri, {}).sent) {
      const validate = ajv.getSchema(`apps#/$defs/${types[method]}`);
      assert.ok(validate({ method, params }), `${method}: ${ajv.errorsText(validate.errors)}`);
    }
  const meta = ajv.getSchema('apps#/$defs/McpUiResourceMeta');
  assert.ok(meta(pages[TABLE]._meta.ui), ajv.errorsText(meta.errors));
});
