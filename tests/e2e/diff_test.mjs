// Comparing schemas from the command line and over MCP: instances, folders, pages, and the rules that hold for both.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { succeeded } from './support/answers.mjs';
import { Workspace } from './support/workspace.mjs';

let work;
let folder;
before(async () => {
  work = new Workspace();
  await Promise.all([work.up('left'), work.up('right')]);
  await sql('left', 'create table gone (x int)', 'create table kept (id int primary key)');
  await sql('right', 'create table kept (id int primary key, "Näme ""q""" text)', 'create view v as select id from kept');
});
after(() => work?.remove());

const fill = (files) => {
  folder = join(work.folder, 'schema');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
};

async function sql(instance, ...queries) {
  const answer = JSON.parse(await work.must(['call', 'execute_sql', '--yes', '--output', 'json', '--arg',
    `instance=${instance}`, '--arg', `queries=${JSON.stringify(queries)}`]));
  return (answer.results ?? [answer]).at(-1).rows;
}

const scratches = async () => JSON.stringify(await sql('left',
  "select datname from pg_database where datname like 'basekeeper_scratch_%'"));

const diff = (...args) => work.run(['diff', 'left', ...args, '--schema', 'public']);

test('two instances: a script, what is held back, and nothing is left once both are applied', { timeout: 90_000 }, async () => {
  const { code, stdout, stderr } = await diff('right');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /alter table public\.kept add column "Näme ""q""" text/i);
  assert.doesNotMatch(stdout, /drop table/i);
  assert.match(stderr, /drop table public\.gone/i);
  const whole = await work.json(['diff', 'left', 'right', '--schema', 'public', '--destructive']);
  assert.deepEqual(whole.held_back, []);
  await work.up('copy');
  await sql('copy', 'create table gone (x int)', 'create table kept (id int primary key)');
  await sql('copy', ...whole.steps.map((each) => each.sql));
  assert.deepEqual(await work.json(['diff', 'copy', 'right', '--schema', 'public']),
    { equal: true, steps: [], held_back: [], notes: [] });
});

test('the command obeys read-only mode and a pinned instance, and is in the audit trail', { timeout: 60_000 }, async () => {
  fill({ '1.sql': 'create table kept (id int primary key);' });
  const reads = await diff('right', '--read-only');
  assert.equal(reads.code, 0, reads.stderr);
  const writes = await diff(folder, '--read-only');
  assert.equal(writes.code, 5, writes.stderr);
  assert.match(writes.stderr, /scratch database .* read-only/);
  for (const pinned of ['left', 'right']) {
    const refused = await diff('right', '--instance', pinned);
    assert.equal(refused.code, 5, refused.stderr);
    assert.match(refused.stderr, /limited to instance/);
  }
  assert.equal((await diff('nothing')).code, 3);
  const entries = await work.must(['audit', 'list']);
  assert.match(entries, /generate_diff/);
  assert.match(entries, /refused_read_only/);
});

test('the narrow login reads, and the owner where it cannot log in, with the same answer', { timeout: 60_000 }, async () => {
  const [[role]] = (await sql('left', "select rolname from pg_roles where rolname like 'basekeeper_read_only_%'"))
    .map((row) => (Array.isArray(row) ? row : Object.values(row)));
  const before = await diff('right');
  await sql('left', `alter role ${role} set statement_timeout = '1ms'`);
  assert.match((await diff('right')).stderr, /statement timeout/);
  await sql('left', `alter role ${role} nologin`);
  const after = await diff('right');
  assert.equal(after.code, 0, after.stderr);
  assert.equal(after.stdout, before.stdout);
  await sql('left', `alter role ${role} login`, `alter role ${role} reset statement_timeout`);
});

test('a folder: statements that run alone, errors that name the file, nothing left behind', { timeout: 90_000 }, async () => {
  fill({
    '1_tables.sql': `create table kept (id int primary key);
insert into kept values (1);
create index concurrently kept_i on kept (id) /* ; */;
create type mood as enum ('a');`,
    '2_more.sql': 'alter type mood add value \'b\'; create table feels (m mood default \'b\'); vacuum kept; comment on table kept is \'it; stays\';',
    '2_more.down.sql': 'drop table kept;',
  });
  const made = await work.json(['diff', 'left', folder, '--schema', 'public']);
  const text = made.steps.map((each) => each.sql).join('\n');
  for (const part of [/create index .*kept_i/i, /create type public\.mood/i, /it; stays/, /default 'b'/i])
    assert.match(text, part);
  assert.deepEqual(made.held_back.map((each) => each.sql), ['drop table public.gone']);
  fill({ '1.sql': 'create table a (x int);', '2_bad.sql': 'create table b (x nonsense);' });
  const failed = await diff(folder);
  assert.notEqual(failed.code, 0);
  assert.match(failed.stderr, /2_bad\.sql/);
  const BEYOND = ['create database elsewhere', 'drop database postgres', "alter system set work_mem = '1GB'", 'drop role anon',
    "alter role anon password 'x'", "alter role authenticator set statement_timeout = '1s'", 'alter user anon superuser',
    "alter database postgres set work_mem = '1GB'", "create tablespace t location '/tmp'"];
  for (const beyond of BEYOND) {
    fill({ '1.sql': `${beyond};` });
    assert.match((await diff(folder)).stderr, /reaches beyond the scratch database/);
  }
  assert.equal(await scratches(), '[]');
});

test('what a killed run left behind goes after an hour', { timeout: 60_000 }, async () => {
  const now = Math.floor(Date.now() / 1000);
  const old = `basekeeper_scratch_${now - 3700}_0123abcd`;
  const young = `basekeeper_scratch_${now - 3000}_0123abcd`;
  fill({ '1_old.sql': `create database ${old}; create database ${young}; create database basekeeper_scratch_mine;` });
  await work.must(['migration', 'up', '--yes', '--dir', folder, '--instance', 'left']);
  fill({ '1.sql': 'create table kept (id int primary key);' });
  assert.equal((await diff(folder)).code, 0);
  const left = await scratches();
  assert.doesNotMatch(left, new RegExp(old));
  assert.match(left, new RegExp(young));
  assert.match(left, /basekeeper_scratch_mine/);
});

test('pages over MCP hold each statement once and in order', { timeout: 90_000 }, async () => {
  const count = 120;
  await sql('right', `do $$ begin for n in 1..${count} loop execute format(
    'create table t%s (id int primary key, body text default %L)', n, repeat('x', 80)); end loop; end $$`);
  const server = work.serve(['--limits-max-result-bytes', '16384']);
  await server.initialize();
  const seen = [];
  let pages = 0;
  for (let offset = 0; offset !== undefined; pages++) {
    const page = succeeded(await server.call('generate_diff',
      { instance: 'left', to: 'right', schemas: ['public'], include_destructive: true, offset }));
    assert.equal(page.equal, false);
    seen.push(...page.steps.map((each) => each.object));
    assert.equal(page.sql.match(/^create table /gmi)?.length ?? 0,
      page.steps.filter((each) => /^table public\.t\d/.test(each.object)).length);
    offset = page.next_offset;
    assert.ok(pages < 100);
  }
  await server.stop();
  assert.ok(pages > 2, `${pages} pages`);
  const tables = seen.filter((each) => /^table public\.t\d+$/.test(each));
  assert.equal(tables.length, count);
  assert.equal(new Set(tables).size, count);
});
