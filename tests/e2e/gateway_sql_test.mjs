// SQL through the API gateway: what works, what is refused, and that a read cannot be made to write.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { PostgresMeta } from '../support/postgres_meta.mjs';
import { startPostgres } from '../support/postgres_server.mjs';
import { Workspace } from './support/workspace.mjs';

const KEY = 'service.role.key';

let server;
let meta;
let gateway;
let work;
let answerInstead; // of the gateway, when a test wants another

/** Stands for Kong: checks both headers and takes /pg away. */
async function startGateway() {
  const proxy = createServer(async (request, response) => {
    const say = (status, text) => response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    let body = '';
    for await (const chunk of request) body += chunk;
    if (answerInstead) return say(...answerInstead);
    if (request.headers.apikey !== KEY || request.headers.authorization !== `Bearer ${KEY}`)
      return say(401, '{"message":"Invalid authentication credentials"}');
    if (!request.url.startsWith('/pg/')) return say(404, '{"message":"no Route matched with those values"}');
    try {
      const came = await fetch(meta.url + request.url.slice(3), {
        method: request.method, body,
        headers: { 'content-type': 'application/json', 'x-connection-encrypted': meta.connection(server.url('shop')) },
      });
      return say(came.status, await came.text());
    } catch { // a statement that was given up may still run when the test ends
      return say(502, 'postgres-meta is gone');
    }
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  return proxy;
}

before(async () => {
  work = new Workspace();
  server = await startPostgres();
  meta = await PostgresMeta.start();
  gateway = await startGateway();
  server.psql('postgres', 'create database shop');
  server.psql('shop', `
    create table orders (id int primary key, note text, total numeric);
    insert into orders values (1, 'one', 1.50), (2, 'it''s', null), (3, E'back\\\\slash', 3);
    create function writes() returns int language sql as 'insert into orders values (99) returning 1';
    create view many as select g from generate_series(1, 5000) g`);
  const url = `http://127.0.0.1:${gateway.address().port}`;
  writeFileSync(`${work.folder}/config.toml`,
    `[instances.shop]\nurl = "${url}"\nservice_role_key = "${KEY}"\n[instances.wrong]\nurl = "${url}"\nservice_role_key = "other"\n`,
    { mode: 0o600 });
});
after(async () => {
  gateway?.close();
  meta?.stop();
  server?.stop();
  await work?.remove();
});

const call = (tool, args, instance = 'shop') => work.run([
  'call', tool, ...Object.entries({ instance, ...args }).flatMap(([name, value]) => ['--arg', `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`]),
  '--yes', '--output', 'json', '--config', `${work.folder}/config.toml`,
]);
async function works(tool, args) {
  const { code, stdout, stderr } = await call(tool, args);
  assert.equal(code, 0, stdout + stderr);
  return JSON.parse(stdout);
}
async function refused(tool, args, instance) {
  const { code, stdout, stderr } = await call(tool, args, instance);
  assert.notEqual(code, 0, stdout);
  return stdout + stderr;
}
const count = () => Number(server.psql('shop', 'select count(*) from orders'));

describe('SQL through the gateway', () => {
  test('reads rows, with parameters that hold quotes and backslashes', async () => {
    const all = await works('query_database', { query: 'select id, note from orders order by id' });
    assert.deepEqual(all.rows, [[1, 'one'], [2, "it's"], [3, 'back\\slash']]);
    assert.match(JSON.stringify(all.notices), /login of postgres-meta/);
    for (const note of ["it's", 'back\\slash'])
      assert.equal((await works('query_database', { query: 'select id from orders where note = $1 -- end', params: [note] })).row_count, 1);
  });

  test('no more rows than wanted leave the server', async () => {
    const some = await works('query_database', { query: 'select i.id from orders i order by 1', max_rows: 2 });
    assert.deepEqual([some.rows.length, some.truncated], [2, true]);
  });

  test('lists tables and describes the schema', async () => {
    const { tables } = await works('list_tables', {});
    assert.deepEqual(tables.map((t) => t.name), ['public.many', 'public.orders']);
    assert.match(JSON.stringify(await works('get_schema', {})), /public\.orders.*numeric/);
    assert.ok((await works('list_extensions', {})).extensions.length > 0);
    await works('explain_query', { query: 'select * from orders where id = 1' });
  });

  test('a change is kept, a dry run is not, and RETURNING gives its rows', async () => {
    const before = count();
    const made = await works('execute_sql', { query: 'insert into orders values ($1, $2) returning id', params: [10, "d'or"] });
    assert.match(JSON.stringify(made), /10/);
    assert.equal(count(), before + 1);
    await works('execute_sql', { query: 'delete from orders where id = 10', dry_run: true });
    assert.equal(count(), before + 1);
    await works('execute_sql', { query: 'delete from orders where id = 10' });
    assert.equal(count(), before);
  });

  const ESCAPES = [
    'commit; drop table orders', 'select 1; delete from orders', 'rollback; delete from orders', 'commit',
    'select writes()', 'set transaction read write', 'set session characteristics as transaction read write',
    "select set_config('transaction_read_only', 'off', false)", 'delete from orders', 'do $$ begin delete from orders; end $$',
    "select 'a\\'; commit; delete from orders; --'", 'select 1 /* ; commit; delete from orders',
    'with gone as (delete from orders returning 1) select * from gone', 'explain analyze delete from orders', 'select pg_sleep(1) \n; commit',
    'select * into stolen from orders', 'create table stolen ()', "copy orders to program 'true'", 'select $$a$$; commit; truncate orders',
  ];
  for (const query of ESCAPES)
    test(`a read cannot escape: ${query}`, async () => {
      const before = count();
      await refused('query_database', { query });
      assert.equal(count(), before);
      assert.equal(server.psql('shop', "select to_regclass('stolen')").trim(), '');
    });

  test('a literal that another setting would end early does not leave a read', async () => {
    server.psql('postgres', 'alter database shop set standard_conforming_strings = off');
    try {
      const before = count();
      await refused('query_database', { query: "select 'a\\''; commit; delete from orders; --' as x" });
      await refused('query_database', { query: "select 'a\\'''; commit; delete from orders; --' as x" });
      await refused('execute_sql', { query: "select 'a\\''; commit; delete from orders; commit; --'", dry_run: true });
      assert.equal(count(), before);
    } finally {
      server.psql('postgres', 'alter database shop reset standard_conforming_strings');
    }
  });

  test('parameters are values only', async () => {
    const before = count();
    const odd = "'); commit; delete from orders; --";
    assert.equal((await works('query_database', { query: 'select $1::text as x', params: [odd] })).rows[0][0], odd);
    assert.equal(count(), before);
  });

  test('several statements and session work are refused with the reason', async () => {
    assert.match(await refused('execute_sql', { queries: ['select 1', 'select 2'] }), /one result only/);
    assert.match(await refused('execute_sql', { query: 'select 1; select 2' }), /has 2 statements, one is allowed/);
    assert.match(await refused('execute_sql', { query: 'vacuum orders' }), /database_url/);
  });

  test('errors of the database are those of a connection', async () => {
    const said = await refused('execute_sql', { query: 'select * from nowhere' });
    assert.match(said, /the table or view does not exist[^]*POSITION: 15/);
    assert.match(await refused('query_database', { query: 'select count(*) from orders a, pg_class b, pg_class c, pg_class d', timeout_ms: 300 }), /timeout|57014/i);
  });

  test('test_connection shows the gateway and why it fails', async () => {
    const [way] = (await works('test_connection', {})).ways;
    assert.deepEqual([way.way, way.works], ['gateway', true]);
    const { stdout } = await call('test_connection', {}, 'wrong');
    assert.match(stdout, /service role key/);
    assert.doesNotMatch(stdout, /"other"/);
  });

  for (const [status, body, words] of [
    [404, '{"message":"no Route"}', /no route \/pg\/query/], [502, '<html>Bad Gateway</html>', /does not reach postgres-meta/],
    [503, 'x', /does not reach postgres-meta/], [403, '{}', /service role key/], [200, '<html>login</html>', /not postgres-meta/],
    [302, '', /redirect/], [400, '{"error":"connect ECONNREFUSED","code":"ECONNREFUSED"}', /did not get an answer of its database/],
  ])
    test(`an answer of ${status} ${body.slice(0, 12)} has its own sentence`, async () => {
      answerInstead = [status, body];
      try {
        assert.match(await refused('list_tables', {}), words);
      } finally {
        answerInstead = undefined;
      }
    });

  test('what needs a connection says so', async () => {
    for (const tool of ['get_advisors', 'list_migrations']) assert.match(await refused(tool, {}), /needs a connection to the database/);
  });
});
