// Every message of a whole conversation is valid by the JSON schema of its protocol version.
//
// The schemas are not part of this repository: BASEKEEPER_MCP_SCHEMAS names a folder with schema-VERSION.json files
// (the specification publishes them as schema/VERSION/schema.json); without it these tests are skipped.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Ajv, Ajv2020, addFormats } from '../npm/mcp_clients.mjs';
import { Workspace } from './support/workspace.mjs';

const schemas = process.env.BASEKEEPER_MCP_SCHEMAS;
const skip = schemas ? false : 'set BASEKEEPER_MCP_SCHEMAS to a folder with schema-VERSION.json';
const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
const MODERN = '2026-07-28';

const RESULT_OF = {
  initialize: 'InitializeResult', ping: 'EmptyResult', 'tools/list': 'ListToolsResult', 'tools/call': 'CallToolResult',
  'resources/list': 'ListResourcesResult', 'resources/templates/list': 'ListResourceTemplatesResult',
  'resources/read': 'ReadResourceResult', 'prompts/list': 'ListPromptsResult', 'prompts/get': 'GetPromptResult',
  'completion/complete': 'CompleteResult', 'logging/setLevel': 'EmptyResult', 'server/discover': 'DiscoverResult',
};
const NOTIFICATION_OF = {
  'notifications/progress': 'ProgressNotification', 'notifications/message': 'LoggingMessageNotification',
  'notifications/tools/list_changed': 'ToolListChangedNotification', 'notifications/cancelled': 'CancelledNotification',
};
const REQUEST_OF = { 'elicitation/create': 'ElicitRequest' };

let work;
before(async () => {
  if (skip) return;
  work = new Workspace();
  await work.up('dev');
});
after(() => work?.remove());

function validatorFor(version) {
  const schema = JSON.parse(readFileSync(join(schemas, `schema-${version}.json`), 'utf8'));
  const definitions = schema.$defs ? '$defs' : 'definitions';
  const ajv = new (definitions === '$defs' ? Ajv2020 : Ajv)({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ ...schema, $id: 'mcp' });
  const has = (name) => name in schema[definitions];
  return (name, value, message) => {
    assert.ok(has(name), `${version} has no ${name}: ${JSON.stringify(message).slice(0, 200)}`);
    const validate = ajv.getSchema(`mcp#/${definitions}/${name}`);
    assert.ok(validate(value), `${version} ${name}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(message).slice(0, 1_000)}`);
  };
}

/** Checks each message of the server: its envelope, and its content by what it answers. */
function check(version, record) {
  const valid = validatorFor(version);
  const asked = new Map(record.filter((r) => r.from === 'client').map(({ message: m }) => [m.id, m]));
  let checked = 0;
  for (const { from, message } of record) {
    if (from !== 'server') continue;
    checked++;
    valid('JSONRPCMessage', message, message);
    if (message.method !== undefined) {
      const name = message.id === undefined ? NOTIFICATION_OF[message.method] : REQUEST_OF[message.method];
      assert.ok(name, `unexpected ${message.method}`);
      valid(name, message, message);
    } else if (message.result !== undefined) {
      const name = message.result.resultType === 'input_required' ? 'InputRequiredResult' : RESULT_OF[asked.get(message.id).method];
      valid(name, message.result, message);
    }
  }
  return checked;
}

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
  test(`${version}: every message is valid`, { skip, timeout: 60_000 }, async () => {
    const record = [];
    const server = work.serve([], { record });
    server.answerRequest = () => ({ action: 'accept', content: { confirm: true } });
    await server.initialize(version, version >= '2025-06-18' ? { elicitation: {} } : {});
    await server.request('ping');
    await server.request('logging/setLevel', { level: 'debug' });
    await converse(server, (method, params) => server.request(method, params));
    await server.stop();
    assert.ok(check(version, record) > 30);
    if (version >= '2025-06-18') assert.ok(record.some((r) => r.message.method === 'elicitation/create'), 'nothing was asked');
  });

test(`${MODERN}: every message is valid`, { skip, timeout: 60_000 }, async () => {
  const record = [];
  const server = work.serve([], { record });
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
  assert.ok(check(MODERN, record) > 30);
});
