// Calls of the shipped binary that go on as tasks, in both designs, on a real database; and compact mode.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { succeeded, textOf } from './support/answers.mjs';
import { Workspace } from './support/workspace.mjs';

const TASKS = 'io.modelcontextprotocol/tasks';
const work = new Workspace();
before(() => work.up('dev'));
after(() => work.remove());

const modernParams = (params, capabilities) => ({
  ...params,
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': capabilities,
  },
});

/** Asks in the stateless era, as a client that takes tasks. */
const asking = (server) => async (method, params, capabilities = { elicitation: {}, extensions: { [TASKS]: {} } }) =>
  (await server.request(method, modernParams(params, capabilities))).result;

const slow = (seconds) => ({ name: 'execute_sql', arguments: { query: `select pg_sleep(${seconds}), 42 as n` } });

test('2025-11-25: a query goes on as a task, is awaited, and a drop is confirmed inside one', { timeout: 60_000 }, async () => {
  const server = work.serve();
  await server.initialize('2025-11-25', { elicitation: {} });
  const task = (await server.request('tools/call', { ...slow(1), task: { ttl: 60_000 } })).result.task;
  assert.equal(task.status, 'working');
  assert.equal((await server.request('tasks/get', { taskId: task.taskId })).result.status, 'working');
  assert.deepEqual((await server.request('tasks/list', {})).result.tasks.map((t) => t.taskId), [task.taskId]);
  const done = (await server.request('tasks/result', { taskId: task.taskId })).result;
  assert.equal(succeeded(done).rows[0][1], 42);
  assert.equal(done._meta['io.modelcontextprotocol/related-task'].taskId, task.taskId);
  assert.ok(server.notifications.some((n) => n.method === 'notifications/tasks/status' && n.params.status === 'completed'));

  succeeded(await server.call('execute_sql', { query: 'create table gone (n int)' }));
  let asked;
  server.answerRequest = (message) => { asked = message; return { action: 'accept', content: { confirm: true } }; };
  const drop = (await server.call('execute_sql', { query: 'drop table gone' }, { task: {} })).result.task;
  succeeded(await server.request('tasks/result', { taskId: drop.taskId }));
  assert.equal(asked.params._meta['io.modelcontextprotocol/related-task'].taskId, drop.taskId);
  await server.stop();
});

test('2025-11-25: a cancelled task stops its statement', { timeout: 60_000 }, async () => {
  const server = work.serve();
  await server.initialize('2025-11-25');
  const { taskId } = (await server.request('tools/call', { ...slow(600), task: {} })).result.task;
  await pause(300);
  assert.equal((await server.request('tasks/cancel', { taskId })).result.status, 'cancelled');
  const sleeping = "select count(*)::int from pg_stat_activity where state = 'active' and query like '%pg_sleep(600)%' and pid <> pg_backend_pid()";
  for (let i = 0; ; ++i) {
    const left = succeeded(await server.call('execute_sql', { query: sleeping })).rows[0][0];
    if (left === 0) break;
    assert.ok(i < 50, 'the statement still runs');
    await pause(100);
  }
  await server.stop();
});

test('2026-07-28: a query in time is answered, a slow one becomes a task, and only for who declared it', { timeout: 60_000 }, async () => {
  const server = work.serve();
  const ask = asking(server);
  assert.equal((await ask('tools/call', slow(0))).resultType, 'complete');
  const [made, plain] = await Promise.all([ask('tools/call', slow(7)), ask('tools/call', slow(7), {})]);
  assert.equal(plain.resultType, 'complete');
  assert.equal(made.resultType, 'task');
  for (let i = 0; ; ++i) {
    const now = await ask('tasks/get', { taskId: made.taskId });
    if (now.status === 'completed') {
      assert.equal(succeeded(now.result).rows[0][1], 42);
      break;
    }
    assert.equal(now.status, 'working');
    assert.ok(i < 50, 'it does not end');
    await pause(200);
  }
  await server.stop();
});

test('the server stops in time although a task still works', { timeout: 30_000 }, async () => {
  const server = work.serve();
  await server.initialize('2025-11-25');
  await server.request('tools/call', { ...slow(600), task: {} });
  const began = performance.now();
  const how = await server.stop(10_000);
  assert.equal(how.code, 0, server.stderr);
  assert.ok(performance.now() - began < 5_000);
});

test('compact mode: three tools in less than 2 kB, through which the others are found and called', { timeout: 30_000 }, async () => {
  const server = work.serve(['--tools', 'compact']);
  const { instructions } = await server.initialize('2025-11-25');
  assert.match(instructions, /search_tools/);
  const before = server.bytesReceived;
  const { tools } = (await server.request('tools/list', {})).result;
  assert.ok(server.bytesReceived - before < 2_000, `${server.bytesReceived - before} bytes`);
  assert.deepEqual(tools.map((t) => t.name), ['search_tools', 'describe_tool', 'call_tool']);
  const found = succeeded(await server.call('search_tools', { query: 'read rows with SQL' }));
  assert.ok(found.tools.some((t) => t.name === 'query_database'), JSON.stringify(found));
  const about = succeeded(await server.call('describe_tool', { name: 'query_database' }));
  assert.ok('query' in about.inputSchema.properties);
  const rows = succeeded(await server.call('call_tool', { name: 'query_database', arguments: { query: 'select 42' } }));
  assert.equal(rows.rows[0][0], 42);
  await server.stop();
});

test('compact mode: read-only cannot be escaped', { timeout: 30_000 }, async () => {
  const server = work.serve(['--tools', 'compact', '--read-only']);
  await server.initialize('2025-11-25');
  const answer = await server.call('call_tool', { name: 'execute_sql', arguments: { query: 'create table escaped (n int)' } });
  assert.equal(answer.result.isError, true);
  assert.match(textOf(answer.result), /read-only/);
  await server.stop();
});
