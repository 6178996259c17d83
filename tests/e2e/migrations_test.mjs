// Migrations from the command line, killed in the middle, and side by side with the Supabase CLI on one database.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { succeeded } from './support/answers.mjs';
import { binary, Workspace } from './support/workspace.mjs';

const supabaseCli = fileURLToPath(new URL('../npm/node_modules/@supabase/cli-linux-x64/bin/supabase', import.meta.url));

let work;
let folder;
before(async () => {
  work = new Workspace();
  await work.up('dev');
});
beforeEach(async () => {
  folder = join(work.folder, 'supabase', 'migrations');
  rmSync(dirname(folder), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await sql('drop schema if exists supabase_migrations cascade', 'drop schema if exists basekeeper cascade',
    'drop schema public cascade', 'create schema public');
});
after(() => work?.remove());

const write = (file, text) => writeFileSync(join(folder, file), text);

async function sql(...queries) {
  const answer = JSON.parse(await work.must(['call', 'execute_sql', '--yes', '--output', 'json', '--arg',
    `queries=${JSON.stringify(queries)}`]));
  return (answer.results ?? [answer]).at(-1).rows;
}

const versions = async () => (await work.json(['migration', 'list'])).migrations.map((m) => m.version).sort();

/** Runs the Supabase CLI on the same database and folder. */
async function supabase(...args) {
  const { stdout: env } = await work.run(['local', 'env', 'dev']);
  const url = /DATABASE_URL=['"]?([^'"\n]+)/.exec(env)[1];
  const child = spawn(supabaseCli, [...args, '--db-url', url, '--workdir', work.folder], {
    cwd: work.folder, env: { ...work.env, DO_NOT_TRACK: '1', SUPABASE_TELEMETRY_DISABLED: '1' }, timeout: 60_000,
  });
  let stdout = '';
  let all = '';
  child.stdout.on('data', (chunk) => { stdout += chunk; all += chunk; });
  child.stderr.on('data', (chunk) => { all += chunk; });
  child.stdin.end();
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, `supabase ${args.join(' ')}\n${all}`);
  return stdout;
}

async function listedBySupabase() {
  const { migrations } = JSON.parse(await supabase('migration', 'list', '--output-format', 'json'));
  return migrations.map((m) => `${m.local}|${m.remote}`);
}

test('new, up, status, list and down', { timeout: 60_000 }, async () => {
  const made = await work.json(['migration', 'new', 'add_notes', '--version', '20260101000000']);
  assert.match(made.up, /20260101000000_add_notes\.sql$/);
  writeFileSync(join(work.folder, made.up), 'create table notes (id int primary key, body text);\n');
  writeFileSync(join(work.folder, made.down), 'drop table notes;\n');
  assert.deepEqual((await work.json(['migration', 'status'])).pending, ['20260101000000']);
  const tried = await work.json(['migration', 'up', '--dry-run']);
  assert.equal(tried.rehearsal.statements, 1);
  assert.deepEqual(await versions(), []);
  const done = await work.json(['migration', 'up']);
  assert.deepEqual(done.done.map((m) => m.name), ['add_notes']);
  const status = await work.json(['migration', 'status']);
  assert.deepEqual(status, { applied: 1, pending: [], drift: [] });
  const refused = await work.run(['migration', 'down', '--to', '0']);
  assert.equal(refused.code, 5, refused.stderr);
  await work.must(['migration', 'down', '--to', '0', '--yes']);
  assert.deepEqual(await versions(), []);
  assert.match(await work.must(['migration', 'list']), /migrations/);
});

test('what destroys is confirmed, errors show line and caret', { timeout: 60_000 }, async () => {
  write('1_a.sql', 'create table a (x int);\n');
  await work.must(['migration', 'up']);
  write('2_b.sql', 'drop table a;\n');
  const asked = await work.run(['migration', 'up']);
  assert.equal(asked.code, 5);
  assert.match(asked.stderr, /2_b: drops table a/);
  const readOnly = await work.run(['migration', 'up', '--yes', '--read-only']);
  assert.equal(readOnly.code, 5);
  write('2_b.sql', 'create table b (\n  x int,\n  y nonsense\n);\n');
  const failed = await work.run(['migration', 'up']);
  assert.match(failed.stderr, /statement 1 of 1 \(CREATE TABLE\), line 3, column 5/);
  assert.match(failed.stderr, /LINE 3: {3}y nonsense\n {22}\^/);
  assert.deepEqual(await versions(), ['1']);
  const nowhere = await work.run(['migration', 'up', '--dir', 'nowhere']);
  assert.equal(nowhere.code, 3);
  const { code } = await work.run(['migration', 'up', '--lock-timeout', 'soon']);
  assert.equal(code, 2);
  assert.match(await work.must(['audit', 'list']), /migration up/);
});

test('the tools do the same over MCP', { timeout: 60_000 }, async () => {
  const server = work.serve();
  await server.initialize();
  const applied = succeeded(await server.call('apply_migration', {
    name: 'add_a', query: 'create table a (x int)', down: 'drop table a', version: '7',
  }));
  assert.equal(applied.done[0].version, '7');
  const listed = succeeded(await server.call('list_migrations', {}));
  assert.deepEqual(listed.migrations.map((m) => [m.version, m.name, m.can_roll_back]), [['7', 'add_a', true]]);
  const tried = succeeded(await server.call('apply_migration', { name: 'b', query: 'alter table a add y int', dry_run: true }));
  assert.deepEqual(tried.rehearsal.locks, [{ relation: 'public.a', lock: 'AccessExclusiveLock', blocks: 'reads and writes' }]);
  await server.stop();
  for (const args of [['apply_migration', '--arg', 'name=c', '--arg', 'query=drop table a'],
    ['rollback_migration', '--arg', 'version=0']]) {
    const asked = await work.run(['call', ...args]);
    assert.equal(asked.code, 8, asked.stderr);
    assert.match(asked.stderr, /--yes/);
  }
  const yes = ['call', 'rollback_migration', '--yes', '--output', 'json', '--arg', 'version=0'];
  assert.deepEqual(JSON.parse(await work.must(yes)).done.map((m) => m.version), ['7']);
});

test('kills at any moment: each migration is there once and whole in the end', { timeout: 180_000 }, async () => {
  const count = 12;
  for (let n = 10; n < 10 + count; n++)
    write(`${n}_m.sql`, `create table t${n} as select generate_series(1, 20000) as x;
create index concurrently i${n} on t${n} (x);
insert into t${n} values (0);
create unique index concurrently u${n} on t${n} (x);
create view v${n} as select 1;\n`);
  let kills = 0;
  for (let run = 0; run < 200; run++) {
    const child = spawn(binary(), ['migration', 'up', '--yes'], { cwd: work.folder, env: work.env, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const timer = setTimeout(() => { kills++; child.kill('SIGKILL'); }, 20 + Math.random() * 150);
    const code = await ended;
    clearTimeout(timer);
    if (code === 0) break;
    await pause(20);
  }
  await work.must(['migration', 'up', '--yes']);
  assert.ok(kills > 2, `${kills} kills`);
  assert.equal((await versions()).length, count);
  const [[rows]] = await sql(
    `select string_agg(x, ',') from (select (xpath('/row/c/text()', query_to_xml('select count(*) as c from ' || relname, true, true, '')))[1]::text as x
     from pg_class where relname ~ '^t\\d+$') as q where x <> '20001'`);
  assert.equal(rows, null, 'no insert ran twice or was lost');
  const [[indexes]] = await sql("select count(*) from pg_index i join pg_class c on c.oid = i.indexrelid where c.relname ~ '^[iu]\\d+$' and indisvalid");
  assert.equal(indexes, 2 * count);
  const [[invalid]] = await sql('select count(*) from pg_index where not indisvalid');
  assert.equal(invalid, 0);
  const status = await work.json(['migration', 'status']);
  assert.deepEqual(status.drift, []);
});

// It is an optional package: there is none for every machine.
const supabaseCliIsMissing = !existsSync(supabaseCli) && 'no Supabase CLI for this machine';

test('the Supabase CLI and basekeeper agree about one history', { timeout: 180_000, skip: supabaseCliIsMissing }, async () => {
  write('20260101000000_one.sql', '-- tables\ncreate table one (x int);\n\ninsert into one values (1), (2);;\n');
  write('20260102000000_two.sql', 'create function f() returns int language sql begin atomic; select 1; end;\nselect $$ ; $$;\n');
  mkdirSync(join(folder, 'down'));
  write('down/20260102000000_two.sql', 'drop function f();\n');
  await work.must(['migration', 'up', '--yes']);
  assert.deepEqual(await listedBySupabase(), ['20260101000000|20260101000000', '20260102000000|20260102000000']);

  write('20260103000000_three.sql', "create table three (x text default ';');\ncreate index concurrently i3 on three (x);\n");
  await supabase('db', 'push', '--yes');
  const status = await work.json(['migration', 'status']);
  assert.deepEqual(status, { applied: 3, pending: [], drift: [] }, 'what it pushed is what the file says');
  assert.deepEqual((await work.json(['migration', 'up', '--yes'])).done, []);

  write('20260104000000_four.sql', 'create table four (x int);\n');
  assert.deepEqual((await listedBySupabase()).at(-1).replace(/\s/g, ''), '20260104000000|');
  await work.must(['migration', 'up', '--yes']);
  assert.equal((await listedBySupabase()).at(-1), '20260104000000|20260104000000');
  await supabase('db', 'push', '--yes');
  assert.equal((await versions()).length, 4, 'nothing was pushed twice');

  // Statements are recorded as it records them.
  const ours = await sql("select statements from supabase_migrations.schema_migrations where version < '20260103' order by version");
  await sql('drop schema supabase_migrations cascade', 'drop schema basekeeper cascade', 'drop schema public cascade', 'create schema public');
  await supabase('db', 'push', '--yes');
  const its = await sql("select statements from supabase_migrations.schema_migrations where version < '20260103' order by version");
  assert.deepEqual(ours, its);
});
