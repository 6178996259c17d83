// A server that is killed at any moment leaves a state that opens, an audit chain that verifies and data that is whole.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { succeeded } from './support/answers.mjs';
import { Workspace } from './support/workspace.mjs';

let work;
before(async () => {
  work = new Workspace();
  await work.up('dev');
  succeeded(await callOnce('create table pairs (run int, half int)'));
});
after(() => work?.remove());

async function callOnce(query) {
  const server = work.serve();
  await server.initialize();
  const answer = await server.call('execute_sql', { query });
  await server.stop();
  return answer;
}

async function verified() {
  const { code, stdout, stderr } = await work.run(['audit', 'verify', '--output', 'json']);
  assert.equal(code, 0, stdout + stderr);
  return JSON.parse(stdout);
}

test('ten kills under load: the state opens, the chain verifies, nothing is half written', { timeout: 180_000 }, async () => {
  let before = (await verified()).checked;
  for (let run = 0; run < 10; run++) {
    const server = work.serve();
    await server.initialize();
    let answered = 0;
    const load = Promise.withResolvers();
    const lane = async () => {
      while (!server.end) {
        const kind = answered % 4;
        const args = kind === 0
          ? { queries: [`insert into pairs values (${run}, 1)`, `insert into pairs values (${run}, 2)`] }
          : { query: `select ${kind}` };
        succeeded(await server.call('execute_sql', args));
        answered++;
        load.resolve();
      }
    };
    const lanes = Array.from({ length: 16 }, () => lane().catch((why) => { if (!server.end) throw why; }));
    // The database is opened with the first call: how long that takes is the machine's affair.
    await Promise.race([load.promise, server.exited]);
    await pause(Math.random() * 1_400);
    server.process.kill('SIGKILL');
    await server.exited;
    await Promise.all(lanes);
    assert.ok(answered > 0, 'there was load');
    const { intact, checked } = await verified();
    assert.equal(intact, true);
    assert.ok(checked >= before, `${checked} entries after ${before}`);
    before = checked;
  }
  const halves = succeeded(await callOnce(
    'select count(*) from (select run from pairs group by run having count(*) filter (where half = 1) <> count(*) filter (where half = 2)) x'));
  assert.deepEqual(halves.rows, [[0]]);
  assert.ok(before > 10, `only ${before} entries reached the disk`);
});

test('what was answered more than a second before a kill is in the audit trail', async () => {
  const server = work.serve();
  await server.initialize();
  succeeded(await server.call('execute_sql', { query: 'select 4711 as durable' }));
  await pause(1_300);
  const counted = (await verified()).checked;
  server.process.kill('SIGKILL');
  await server.exited;
  const newest = JSON.parse((await work.must(['audit', 'list', '--limit', '1', '--output', 'json'])).split('\n')[0]);
  assert.equal((await verified()).checked, counted);
  assert.equal(newest.tool, 'execute_sql');
});

test('a server whose input ends finishes what runs and has audited everything', async () => {
  const before = (await verified()).checked;
  const server = work.serve();
  await server.initialize();
  const calls = Array.from({ length: 50 }, (_, i) => server.call('execute_sql', { query: `select ${i}, pg_sleep(0.01)` }));
  await pause(50);
  const ended = server.stop();
  for (const answer of await Promise.all(calls)) succeeded(answer);
  assert.deepEqual(await ended, { code: 0, signal: null });
  assert.equal((await verified()).checked, before + 50);
});

for (const signal of ['SIGTERM', 'SIGINT'])
  test(`${signal} ends the server in order, with its audit on disk`, async () => {
    const before = (await verified()).checked;
    const server = work.serve();
    await server.initialize();
    succeeded(await server.call('execute_sql', { query: 'select 1' }));
    const long = server.call('execute_sql', { query: 'select pg_sleep(20)' }).catch(() => {});
    await pause(200);
    const from = performance.now();
    server.process.kill(signal);
    const how = await server.exited;
    await long;
    assert.ok(performance.now() - from < 6_000, 'it took its time');
    assert.ok(how.signal === null && [0, 128 + 15, 128 + 2].includes(how.code), JSON.stringify(how));
    assert.ok((await verified()).checked >= before + 1);
  });

test('a client that closes the pipe for answers ends the server', async () => {
  const server = work.serve();
  await server.initialize();
  server.process.stdout.destroy();
  for (let i = 0; i < 20; i++) server.notify('notifications/none');
  server.send({ id: 1, method: 'ping' });
  server.send({ id: 2, method: 'tools/list' });
  const how = await Promise.race([server.exited, pause(6_000)]);
  if (!how) server.process.kill('SIGKILL');
  assert.ok(how, 'it still runs');
  assert.equal(how.signal, null);
});

test('a local instance whose creation was killed is made by the next up', { timeout: 120_000 }, async () => {
  for (const ms of [150, 700, 1_500]) {
    const name = `cut${ms}`;
    await work.run(['local', 'up', name], { timeoutMs: ms }); // ended by SIGTERM then
    const made = await work.up(name);
    assert.equal(made.name, name);
    const page = await work.json(['call', 'query_database', '--instance', name, '--arg', 'query=select 1 as one']);
    assert.deepEqual(page.rows, [[1]]);
    await work.must(['local', 'destroy', name, '--yes']);
  }
});
