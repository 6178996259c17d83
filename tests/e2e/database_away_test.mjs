// A database that is away, slow, full or misconfigured is an error with cause and next step, in time; then work goes on.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';

import { failed, succeeded } from './support/answers.mjs';
import { Workspace } from './support/workspace.mjs';

let work;
let url;
before(async () => {
  work = new Workspace();
  await work.up('dev');
  url = new URL((await work.json(['local', 'env', 'dev'])).DATABASE_URL);
});
after(() => work?.remove());

const timed = async (promise) => {
  const from = performance.now();
  const value = await promise;
  return [value, performance.now() - from];
};

/** A server whose only instance is a changed copy of the real one's address. */
async function serveAt(change) {
  const other = new URL(url);
  change(other);
  const elsewhere = new Workspace();
  const server = elsewhere.serve([], { env: { DATABASE_URL: other.href } });
  await server.initialize();
  return { server, done: async () => { await server.stop(); await elsewhere.remove(); } };
}

test('a stopped database is named with its next step, and works again when it is back', { timeout: 60_000 }, async () => {
  const server = work.serve();
  await server.initialize();
  succeeded(await server.call('execute_sql', { query: 'create table if not exists kept (n int)' }));
  succeeded(await server.call('query_database', { query: 'select * from kept' }));
  await work.must(['local', 'down', 'dev']);
  for (const tool of ['execute_sql', 'query_database']) {
    const [answer, ms] = await timed(server.call(tool, { query: 'select 1' }));
    const text = failed(answer);
    assert.match(text, /next: /, text);
    assert.ok(ms < 10_000, `took ${ms} ms`);
  }
  const ways = await server.call('test_connection');
  assert.match(JSON.stringify(ways.result), /refused|not (running|listening|answer)|unavailable/i);
  await work.must(['local', 'up', 'dev']);
  succeeded(await server.call('execute_sql', { query: 'select count(*) from kept' }));
  succeeded(await server.call('query_database', { query: 'select count(*) from kept' }));
  await server.stop();
});

test('a restart while calls run fails those calls only', { timeout: 60_000 }, async () => {
  const server = work.serve();
  await server.initialize();
  const running = Array.from({ length: 4 }, () => server.call('execute_sql', { query: 'select pg_sleep(20)' }));
  await new Promise((r) => setTimeout(r, 500));
  await work.must(['local', 'down', 'dev']);
  for (const answer of await Promise.all(running)) assert.match(failed(answer), /next: /);
  await work.must(['local', 'up', 'dev']);
  succeeded(await server.call('execute_sql', { query: 'select 1' }));
  await server.stop();
});

test('ended sessions are replaced without the client noticing more than one failure', async () => {
  const server = work.serve();
  await server.initialize();
  for (let i = 0; i < 4; i++) succeeded(await server.call('execute_sql', { query: `select ${i}` }));
  await work.run(['call', 'execute_sql', '--yes', '--arg',
    "query=select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()"]);
  succeeded(await server.call('execute_sql', { query: 'select 1' }));
  await server.stop();
});

const wrong = [
  ['a wrong password', (u) => { u.password = 'certainly-wrong'; }, /password/i],
  ['an unknown role', (u) => { u.username = 'nobody_here'; }, /password|role|nobody_here/i],
  ['an unknown database', (u) => { u.pathname = '/not_there'; }, /not_there|database/i],
  ['a port where nobody listens', (u) => { u.port = '1'; }, /refused|listen/i],
  ['a host that does not exist', (u) => { u.hostname = 'no-such-host.invalid'; }, /no-such-host|resolve|host name/i],
  ['TLS that the server does not have', (u) => { u.searchParams.set('sslmode', 'require'); }, /TLS|SSL/i],
];
for (const [what, change, expected] of wrong)
  test(`${what} is named, with a next step, in time`, { timeout: 60_000 }, async () => {
    const { server, done } = await serveAt(change);
    try {
      const [answer, ms] = await timed(server.call('execute_sql', { query: 'select 1' }));
      const text = failed(answer);
      assert.match(text, expected);
      assert.match(text, /next: /);
      assert.doesNotMatch(text, /certainly-wrong/);
      assert.ok(!text.includes(url.password), 'the password is in the answer');
      assert.ok(ms < 15_000, `took ${ms} ms`);
    } finally {
      await done();
    }
  });

test('a server that accepts and never speaks is given up at the deadline', { timeout: 60_000 }, async () => {
  const sockets = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await new Promise((r) => silent.once('listening', r));
  const { server, done } = await serveAt((u) => { u.port = String(silent.address().port); });
  try {
    const [answer, ms] = await timed(server.call('execute_sql', { query: 'select 1', timeout_ms: 2_000 }));
    assert.match(failed(answer), /next: /);
    assert.ok(ms < 8_000, `took ${ms} ms`);
    assert.deepEqual((await server.request('ping')).result, {});
  } finally {
    await done();
    sockets.forEach((s) => s.destroy());
    silent.close();
  }
});

test('a statement that is too slow is stopped at its timeout, and the next one works', async () => {
  const server = work.serve();
  await server.initialize();
  for (const tool of ['execute_sql', 'query_database']) {
    const [answer, ms] = await timed(server.call(tool, {
      query: 'select count(*) from generate_series(1, 1000000000) a', timeout_ms: 500,
    }));
    assert.match(failed(answer), /time|deadline/i);
    assert.ok(ms < 3_000, `${tool} took ${ms} ms`);
    succeeded(await server.call(tool, { query: 'select 1' }));
  }
  await server.stop();
});

test('a server without free connections is named as that', { timeout: 60_000 }, async () => {
  const server = work.serve();
  await server.initialize();
  succeeded(await server.call('execute_sql', { query: 'create database narrow connection limit 0' }));
  // Superusers are exempt from the limit; postgres is none here.
  const { server: limited, done } = await serveAt((u) => { u.pathname = '/narrow'; });
  try {
    const text = failed(await limited.call('execute_sql', { query: 'select 1' }));
    assert.match(text, /connections/i);
    assert.match(text, /next: /);
  } finally {
    await done();
    await server.stop();
  }
});
