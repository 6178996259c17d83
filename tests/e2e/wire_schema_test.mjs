// A whole conversation in each protocol version: every kind of message is sent, and each is valid by its schema.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { LEGACY, MODERN } from './support/schemas.mjs';
import { WireValidator } from './support/wire_validator.mjs';
import { Workspace } from './support/workspace.mjs';

let work;
before(async () => {
  work = new Workspace();
  await work.up('dev');
});
after(() => work?.remove());

/** Everything a client can ask for, well and badly. */
async function converse(server, ask) {
  await ask('tools/list', {});
  await ask('tools/list', { cursor: 'wrong' });
  for (const [name, args] of [
    ['list_instances', { check: true }], ['get_instance', {}], ['test_connection', {}], ['list_extensions', {}],
    ['list_tables', { schemas: ['auth', 'storage'], verbose: true, limit: 2 }], ['get_schema', { schemas: ['auth'], level: 'full', budget: 4096 }],
    ['execute_sql', { query: 'create table if not exists wire (n int)' }],
    ['execute_sql', { query: 'select 1.5::float8, null, true, now(), \'{"a":[1]}\'::jsonb' }],
    ['execute_sql', { queries: ['select 1', 'select 2'], dry_run: true }],
    ['execute_sql', { query: 'selec' }], ['execute_sql', { query: 1 }], ['execute_sql', { query: 'drop table wire' }],
    ['query_database', { query: 'select generate_series(1, 2000)' }], ['query_database', { query: 'delete from wire' }],
    ['explain_query', { query: 'select 1', analyze: true }], ['no_such_tool', {}],
  ])
    await ask('tools/call', { name, arguments: args, _meta: { progressToken: name } });
  await ask('resources/list', {});
  await ask('resources/templates/list', {});
  await ask('resources/read', { uri: 'basekeeper://instances/dev/schema' });
  await ask('resources/read', { uri: 'basekeeper://instances/none/schema' });
  await ask('resources/read', { uri: 'nothing://here' });
  const prompts = (await ask('prompts/list', {})).result.prompts;
  for (const p of prompts)
    await ask('prompts/get', { name: p.name, arguments: Object.fromEntries((p.arguments ?? []).map((a) => [a.name, 'dev'])) });
  await ask('prompts/get', { name: 'none' });
  await ask('completion/complete', {
    ref: { type: 'ref/resource', uri: 'basekeeper://instances/{instance}/schema' }, argument: { name: 'instance', value: 'd' },
  });
  await ask('no/such', {});
}

for (const version of LEGACY)
  test(`${version}: every message is valid`, { timeout: 60_000 }, async () => {
    const listener = new WireValidator();
    const server = work.serve([], { listener });
    const questions = [];
    server.answerRequest = (question) => {
      questions.push(question.method);
      return { action: 'accept', content: { confirm: true } };
    };
    await server.initialize(version, version >= '2025-06-18' ? { elicitation: {} } : {});
    await server.request('ping');
    await server.request('logging/setLevel', { level: 'debug' });
    await converse(server, (method, params) => server.request(method, params));
    await server.stop();
    assert.ok(listener.checked > 30, `only ${listener.checked} messages`);
    if (version >= '2025-06-18') assert.ok(questions.includes('elicitation/create'), 'nothing was asked');
  });

test(`${MODERN}: every message is valid`, { timeout: 60_000 }, async () => {
  const listener = new WireValidator();
  const server = work.serve([], { listener });
  const ask = (method, params) => server.request(method, {
    ...params,
    _meta: {
      ...params._meta, 'io.modelcontextprotocol/protocolVersion': MODERN, 'io.modelcontextprotocol/logLevel': 'debug',
      'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
    },
  });
  await ask('server/discover', {});
  await converse(server, ask);
  const drop = { name: 'execute_sql', arguments: { query: 'drop table wire' } };
  const question = (await ask('tools/call', drop)).result;
  assert.equal(question.resultType, 'input_required');
  const [key] = Object.keys(question.inputRequests);
  const done = await ask('tools/call', {
    ...drop, requestState: question.requestState, inputResponses: { [key]: { action: 'accept', content: { confirm: true } } },
  });
  assert.equal(done.result.resultType, 'complete');
  await ask('tools/call', { ...drop, requestState: 'forged' });
  await server.request('tools/list', {}); // no envelope: an error that is valid, too
  await server.stop();
  assert.ok(listener.checked > 30, `only ${listener.checked} messages`);
});

test('a message that no version knows does not pass', () => {
  const listener = new WireValidator();
  listener.sent({ jsonrpc: '2.0', id: 1, method: 'initialize' });
  const handshake = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 's', version: '1' } };
  assert.throws(() => listener.received({ jsonrpc: '2.0', id: 1, result: { ...handshake, serverInfo: {} } }), /InitializeResult/);
  listener.received({ jsonrpc: '2.0', id: 1, result: handshake });
  listener.sent({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  assert.throws(() => listener.received({ jsonrpc: '2.0', id: 2, result: { tools: [{ name: 'x' }] } }), /ListToolsResult/);
  assert.throws(() => listener.received({ jsonrpc: '2.0', method: 'notifications/none' }), /has no/);
  assert.throws(() => listener.received({ jsonrpc: '2.0', id: 2, error: { message: 'no code' } }), /JSONRPCError/);
  assert.throws(() => listener.received([{ jsonrpc: '2.0', id: 2, result: {} }]), /batch/);
  const envelope = { _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN } };
  listener.sent({ jsonrpc: '2.0', id: 3, method: 'tools/list', params: envelope });
  assert.throws(() => listener.received({ jsonrpc: '2.0', id: 3, result: { tools: [] } }), /ListToolsResult of 2026-07-28/);
});
