// The official TypeScript clients use every fixture, in every protocol version, and every message is valid.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { textOf } from '../e2e/support/answers.mjs';
import { callTool, connect, WAYS } from '../e2e/support/official_clients.mjs';
import { MODERN } from '../e2e/support/schemas.mjs';
import { fixtureServers, stopServers } from './fixture_servers.mjs';

let servers;
before(async () => { servers = await fixtureServers(); });
after(() => stopServers());

const answers = {
  'elicitation/create': ({ params }) => {
    const values = { string: 'Alice', boolean: true, integer: 30, number: 95.5, array: [] };
    const content = {};
    for (const [name, property] of Object.entries(params.requestedSchema.properties))
      content[name] = property.default ?? property.enum?.[0] ?? property.oneOf?.[0].const ?? values[property.type];
    return { action: 'accept', content };
  },
  'sampling/createMessage': ({ params }) => ({
    model: 'm', role: 'assistant', content: { type: 'text', text: `to ${params.messages[0].content.text}` },
  }),
  'roots/list': () => ({ roots: [{ uri: 'file:///srv/project', name: 'project' }] }),
};
const capabilitiesOf = (version) => ({
  sampling: {}, roots: {}, ...(version >= '2025-06-18' ? { elicitation: {} } : {}),
});

/** Runs `body` with a client of each way over each transport. */
function eachWay(what, body, ways = WAYS) {
  for (const transport of ['stdio', 'http'])
    for (const way of ways)
      test(`${transport}, ${way.name}: ${what}`, { timeout: 30_000 }, async (t) => {
        if (!servers[transport]) return t.skip(`no server over ${transport}`);
        const told = [];
        const tell = (notification) => { told.push(notification); };
        const handle = { ...answers, 'notifications/message': tell,
          'notifications/tools/list_changed': tell, 'notifications/prompts/list_changed': tell };
        if (way.version < '2025-06-18') delete handle['elicitation/create'];
        const client = await connect(way, servers[transport], { capabilities: capabilitiesOf(way.version), handle });
        try {
          await body(client, way, told);
        } finally {
          await client.close();
        }
      });
}

eachWay('lists are complete, and content of every kind arrives', async (client, { version }) => {
  const { tools } = await client.listTools();
  assert.ok(tools.length >= 30, `only ${tools.length} tools`);
  const published = tools.find((t) => t.name === 'json_schema_2020_12_tool').inputSchema;
  assert.equal(published.$defs.address.$anchor, 'addressDef');
  assert.equal(textOf(await callTool(client, 'test_simple_text')), 'This is a simple text response for testing.');
  const kinds = async (name) => (await callTool(client, name)).content.map((block) => block.type);
  assert.deepEqual(await kinds('test_multiple_content_types'), ['text', 'image', 'resource']);
  assert.deepEqual(await kinds('test_audio_content'), [version >= '2025-03-26' ? 'audio' : 'text']);
  const failure = await callTool(client, 'test_error_handling');
  assert.deepEqual([failure.isError, textOf(failure)], [true, 'This tool intentionally returns an error for testing']);
  await assert.rejects(callTool(client, 'none'), { code: -32602 });
});

eachWay('resources and prompts are listed, read and completed', async (client, { version, generation }) => {
  assert.equal((await client.listResources()).resources.length, 3);
  assert.equal((await client.listResourceTemplates()).resourceTemplates.length, 1);
  const read = async (uri) => (await client.readResource({ uri })).contents[0];
  assert.equal((await read('test://static-text')).text, 'This is the content of the static text resource.');
  assert.match(Buffer.from((await read('test://static-binary')).blob, 'base64').toString('latin1'), /^\x89PNG/);
  assert.deepEqual(JSON.parse((await read('test://template/a%20%22b/data')).text),
    { id: 'a "b', templateTest: true, data: 'Data for ID: a "b' });
  // The second generation calls both the same.
  await assert.rejects(read('test://none'), { code: version === MODERN || generation === 2 ? -32602 : -32002 });
  assert.equal((await client.listPrompts()).prompts.length, 5);
  const prompt = await client.getPrompt({ name: 'test_prompt_with_arguments', arguments: { arg1: 'x', arg2: 'y' } });
  assert.equal(prompt.messages[0].content.text, "Prompt with arguments: arg1='x', arg2='y'");
  const image = await client.getPrompt({ name: 'test_prompt_with_image' });
  assert.deepEqual(image.messages.map((m) => m.content.type), ['image', 'text']);
  await assert.rejects(client.getPrompt({ name: 'test_prompt_with_arguments' }), { code: -32602 });
  if (version < '2025-03-26') return; // has no such capability to declare, and the clients insist
  const ref = { type: 'ref/prompt', name: 'test_prompt_with_arguments' };
  const { completion } = await client.complete({ ref, argument: { name: 'arg1', value: 'a' } });
  assert.deepEqual(completion.values, []);
});

eachWay('progress and log messages arrive before the answer', async (client, { version }, told) => {
  if (version !== MODERN) await client.setLoggingLevel('debug');
  const steps = [];
  await callTool(client, 'test_tool_with_progress', {}, { onprogress: (p) => steps.push(p.progress) });
  assert.deepEqual(steps, [0, 50, 100]);
  await callTool(client, 'test_tool_with_logging');
  assert.deepEqual(told.map((n) => n.params.data), version === MODERN ? [] // it would have to ask in each request
    : ['Tool execution started', 'Tool processing data', 'Tool execution completed']);
});

eachWay('the client is asked for what only it can give', async (client, { version }) => {
  assert.equal(textOf(await callTool(client, 'test_sampling', { prompt: 'you' })), 'LLM response: to you');
  assert.match(textOf(await callTool(client, 'test_input_required_result_list_roots')), /file:\/\/\/srv\/project/);
  if (version < '2025-06-18') {
    assert.equal((await callTool(client, 'test_elicitation', { message: 'm' })).isError, true);
    return;
  }
  assert.match(textOf(await callTool(client, 'test_elicitation', { message: 'm' })), /action=accept.*Alice/);
  assert.match(textOf(await callTool(client, 'test_elicitation_sep1034_defaults')),
    /"name":"John Doe","age":30,"score":95.5,"status":"active","verified":true/);
  if (version >= '2025-11-25') // earlier versions do not know all of these forms
    assert.match(textOf(await callTool(client, 'test_elicitation_sep1330_enums')), /"titledSingle":"value1"/);
  assert.equal(textOf(await callTool(client, 'test_input_required_result_elicitation')), 'Hello, Alice!');
  assert.match(textOf(await callTool(client, 'test_input_required_result_multiple_inputs')), /Alice.*to Generate.*project/);
  assert.equal(textOf(await callTool(client, 'test_input_required_result_multi_round')), 'Alice likes Alice.');
  const prompt = await client.getPrompt({ name: 'test_input_required_result_prompt' });
  assert.equal(prompt.messages[0].content.text, 'Use this context: Alice');
});

eachWay('changes are told to those who listen', async (client, { version }, told) => {
  const subscription = version === MODERN ? await client.listen({ toolsListChanged: true, promptsListChanged: true }) : undefined;
  await callTool(client, 'test_trigger_tool_change');
  await callTool(client, 'test_trigger_prompt_change');
  for (let i = 0; i < 100 && told.length < 2; i++) await new Promise((r) => setTimeout(r, 20));
  assert.deepEqual(told.map((n) => n.method).sort(),
    ['notifications/prompts/list_changed', 'notifications/tools/list_changed']);
  await subscription?.close();
});
