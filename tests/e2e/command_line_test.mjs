// The command line does what clients can do, prints tables for people and JSON for scripts, and exits by condition.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Workspace } from './support/workspace.mjs';

const EXIT = { invalid: 2, notFound: 3, conflict: 4, denied: 5, timeout: 6, unavailable: 7 };

let work;
before(async () => {
  work = new Workspace();
  await work.up('dev');
});
after(() => work?.remove());

async function ends(code, args, options) {
  const got = await work.run(args, options);
  assert.equal(got.code, code, `basekeeper ${args.join(' ')}\n${got.stdout}${got.stderr}`);
  return got;
}

const call = (tool, ...args) => ['call', tool, ...args.flatMap((a) => ['--arg', a])];

test('up, down, list and destroy say what is', { timeout: 60_000 }, async () => {
  assert.equal((await work.json(['local', 'up', 'dev'])).outcome, 'running_already');
  const [one] = await work.json(['local', 'list']);
  assert.deepEqual([one.name, one.state], ['dev', 'running']);
  await work.must(['local', 'down', 'dev']);
  assert.equal((await work.json(['local', 'list']))[0].state, 'stopped');
  const again = await work.json(['local', 'up', 'dev']);
  assert.equal(again.outcome, 'started');
  await ends(EXIT.notFound, ['local', 'down', 'nothere']);
  await ends(EXIT.invalid, ['local', 'up', '../evil']);
  await ends(EXIT.denied, ['local', 'destroy', 'dev']);
  assert.equal((await work.json(['local', 'list'])).length, 1);
});

test('what commands change is in the audit trail, beside the calls', { timeout: 60_000 }, async () => {
  await work.must(['instance', 'add', 'audited', '--database-url', 'postgres://a:s3cret-of-audited@127.0.0.1:1/d']);
  await ends(EXIT.unavailable, ['instance', 'harden', 'audited']);
  await ends(EXIT.denied, ['instance', 'remove', 'audited']);
  await work.must(['instance', 'remove', 'audited', '--yes']);
  await work.must(['local', 'env', 'dev']);
  await work.must(['secrets', 'rotate']);
  const shown = await work.must(['audit', 'list', '--limit', '100']);
  assert.match(shown, /instance remove/);
  const { stdout } = await ends(0, ['audit', 'export']);
  assert.ok(!stdout.includes('s3cret-of-audited'));
  const entries = stdout.trim().split('\n').map((line) => JSON.parse(line));
  const of = (tool) =>
    entries.filter((e) => e.tool === tool).map((e) => [e.instance, e.decision, e.outcome].join(' '));
  assert.deepEqual(of('instance add'), ['audited allowed ok']);
  assert.deepEqual(of('instance harden'), ['audited allowed unavailable']);
  assert.deepEqual(of('instance remove'), ['audited declined denied', 'audited confirmed ok']);
  assert.equal(of('local up')[0], 'dev allowed ok');
  assert.deepEqual(of('local env'), ['dev allowed ok']);
  assert.equal(of('secrets rotate').length, 1);
  assert.ok(entries.every((e) => e.principal.startsWith('cli:')), stdout);
  assert.match(await work.must(['audit', 'verify']), /intact/);
});

test('call prints JSON for scripts: values are JSON where they parse, else text', async () => {
  const page = await work.json(call('execute_sql', 'query=select $1::int + 1 as n, $2::text as t', 'params=[41,"x"]'));
  assert.deepEqual([page.columns.map((c) => c.name), page.rows], [['n', 't'], [[42, 'x']]]);
  const text = await work.json(call('query_database', 'query=select 7'));
  assert.deepEqual(text.rows, [[7]]);
});

test('call prints a table for people', async () => {
  const table = await work.must(call('query_database', "query=select 1 as one, 'two' as word"));
  assert.match(table, /one\s.*word[\s\S]*1\s.*two/);
});

test('what comes from a database cannot steer the terminal', async () => {
  const table = await work.must(call('query_database', "query=select E'\\x1b[31mred\\x1b]0;title\\x07' as bad"));
  assert.ok(!table.includes('\x1b') && !table.includes('\x07'), JSON.stringify(table));
  const { stderr } = await work.run(call('execute_sql', "query=select 'x' from \"\x1b[31m\""));
  assert.ok(!stderr.includes('\x1b'), JSON.stringify(stderr));
});

const failures = [
  ['an unknown tool', EXIT.notFound, ['call', 'qurey_database'], /did you mean query_database/],
  ['an unknown argument', EXIT.invalid, call('query_database', 'query=select 1', 'x=1'), /\bx\b/],
  ['an argument without =', EXIT.invalid, ['call', 'query_database', '--arg', 'query'], /name=value/],
  ['a syntax error', EXIT.invalid, [...call('execute_sql', 'query=selec 1'), '--yes'], /syntax/],
  ['a write through the read-only tool', EXIT.denied, call('query_database', 'query=create table x (n int)'), /execute_sql/],
  ['a write on a read-only server', EXIT.denied, ['--read-only', ...call('execute_sql', 'query=select 1')], /read-only/],
  ['a drop that nobody agreed to', 8, call('execute_sql', 'query=drop schema public'), /--yes/],
  ['an unknown instance', EXIT.notFound, call('query_database', 'query=select 1', 'instance=nope'), /nope/],
  ['a statement over its time', EXIT.timeout, call('query_database', 'query=select count(*) from generate_series(1,1000000000)', 'timeout_ms=300'), /next: /],
  ['an unknown command', EXIT.invalid, ['frobnicate'], /help/],
  ['a setting out of range', EXIT.invalid, ['--limits-max-rows', '0', 'tools'], /max.rows/],
  ['an unknown variable', EXIT.invalid, ['tools'], /BASEKEEPER_LIMITS_MAX_ROW/, { BASEKEEPER_LIMITS_MAX_ROW: '5' }],
  ['a file that is not there', EXIT.notFound, ['--config', '/nonexistent/config.toml', 'tools'], /nonexistent/],
];
for (const [what, code, args, expected, env] of failures)
  test(`${what} exits with ${code} and says why on standard error`, async () => {
    const { stdout, stderr } = await ends(code, args, { env });
    assert.equal(stdout, '');
    assert.match(stderr, expected);
  });

test('--yes confirms what destroys', async () => {
  await work.must(call('execute_sql', 'query=create table doomed (n int)'));
  await work.must([...call('execute_sql', 'query=drop table doomed'), '--yes']);
  const { rows } = await work.json(call('query_database', "query=select to_regclass('doomed') is null"));
  assert.deepEqual(rows, [[true]]);
});

test('tools lists what clients see, with schemas as JSON', async () => {
  const people = await work.must(['tools']);
  const scripts = JSON.parse(await work.must(['tools', '--json']));
  assert.ok(scripts.some((t) => t.name === 'execute_sql') && scripts.some((t) => t.name === 'get_advisors'));
  for (const t of scripts) {
    assert.ok(people.includes(t.name));
    assert.equal(t.inputSchema.type, 'object');
  }
  assert.ok(!(await work.must(['tools', '--read-only'])).includes('execute_sql'));
});

test('instances are added, listed, tried, hardened and removed', { timeout: 60_000 }, async () => {
  const { DATABASE_URL } = await work.json(['local', 'env', 'dev']);
  await work.must(['instance', 'add', 'second', '--database-url', '-', '--tag', 'blue'], { input: `${DATABASE_URL}\n` });
  await ends(EXIT.conflict, ['instance', 'add', 'second', '--database-url', '-'], { input: DATABASE_URL });
  await ends(EXIT.invalid, ['instance', 'add', 'No Good', '--database-url', '-'], { input: DATABASE_URL });
  await ends(EXIT.invalid, ['instance', 'add', 'third', '--database-url', 'mysql://x']);
  assert.deepEqual((await work.json(['instance', 'list'])).map((i) => i.name).sort(), ['dev', 'second']);
  await ends(EXIT.invalid, call('query_database', 'query=select 1'));
  const { ways } = await work.json(call('test_connection', 'instance=second'));
  assert.ok(ways.length >= 1);
  await work.must(['instance', 'harden', 'second']);
  assert.deepEqual((await work.json(call('query_database', 'query=select 2', 'instance=second'))).rows, [[2]]);
  await ends(EXIT.denied, ['instance', 'remove', 'second']);
  await work.must(['instance', 'remove', 'second', '--yes']);
  await ends(EXIT.notFound, ['instance', 'remove', 'second', '--yes']);
});

test('two instances on one server keep their narrow logins', async () => {
  const { DATABASE_URL } = await work.json(['local', 'env', 'dev']);
  await work.must(['instance', 'add', 'twin', '--database-url', '-'], { input: DATABASE_URL });
  const role = async (name) => (await work.json(call('query_database', 'query=select current_user', `instance=${name}`))).rows[0][0];
  const before = await role('dev');
  for (let round = 0; round < 2; ++round) {
    const hardened = await work.json(['instance', 'harden', 'twin']);
    assert.match(hardened.role, /^basekeeper_read_only_[0-9a-f]{8}$/);
    assert.equal(await role('twin'), hardened.role);
    assert.equal(await role('dev'), before);
  }
});

test('a removed instance leaves a role, and says how it is dropped', async () => {
  const { role } = await work.json(['instance', 'harden', 'twin']);
  const removed = await work.must(['instance', 'remove', 'twin', '--yes']);
  const sql = /to drop it: (.*)/.exec(removed)[1].split('; ');
  assert.equal(sql.at(-1), `drop role ${role}`);
  await work.must([...call('execute_sql', 'instance=dev', `queries=${JSON.stringify(sql)}`), '--yes']);
  const left = await work.json(call('query_database', "query=select rolname from pg_roles where rolname like 'basekeeper%'"));
  assert.equal(left.rows.flat().includes(role), false);
  assert.ok(left.rows.length > 0, 'that of dev stays');
});

test('config show names the source of every value, flags over environment over file', async () => {
  const file = join(work.folder, 'config.toml');
  writeFileSync(file, '[limits]\nmax_rows = 5\n[log]\nlevel = "error"\n[pool]\nmax_connections = 3\n');
  const shown = await work.json(['--config', file, '--pool-max-connections', '4', 'config', 'show'],
    { env: { BASEKEEPER_LIMITS_MAX_ROWS: '6', BASEKEEPER_POOL_MAX_CONNECTIONS: '9' } });
  const of = (key) => { const row = shown.find((r) => r.key === key); return [String(row.value), row.source]; };
  assert.deepEqual([of('limits.max_rows')[0], of('pool.max_connections')[0], of('log.level')[0]], ['6', '4', 'error']);
  assert.match(of('limits.max_rows')[1], /BASEKEEPER_LIMITS_MAX_ROWS/);
  assert.match(of('pool.max_connections')[1], /--pool-max-connections/);
  assert.match(of('log.level')[1], /config\.toml/);
});

test('a row cap from the environment holds', async () => {
  const page = await work.json(call('query_database', 'query=select generate_series(1, 50)'), { env: { BASEKEEPER_LIMITS_MAX_ROWS: '7' } });
  assert.deepEqual([page.rows.length, page.truncated], [7, true]);
  assert.match(page.next, /OFFSET 7/);
});

test('every call is in the audit trail, and a changed entry is found', async () => {
  await work.must(call('query_database', 'query=select 1'));
  const newest = JSON.parse((await work.must(['audit', 'list', '--limit', '1', '--output', 'json'])).split('\n')[0]);
  assert.equal(newest.tool, 'query_database');
  assert.equal(newest.instance, 'dev');
  assert.ok((await work.json(['audit', 'verify'])).intact);
  const lines = (await work.must(['audit', 'export'])).trim().split('\n').map((l) => JSON.parse(l));
  assert.ok(lines.length >= 10);
  assert.ok((await work.must(['audit', 'list', '--tool', 'execute_sql'])).includes('execute_sql'));
  await ends(EXIT.invalid, ['audit', 'list', '--since', 'yesterday']);
});

test('doctor finds everything in order here, and names what is not', { timeout: 60_000 }, async () => {
  assert.match(await work.must(['doctor']), /instance dev/);
  const other = new Workspace();
  try {
    const { code, stdout } = await other.run(['doctor'], { env: { DATABASE_URL: 'postgresql://x:y@127.0.0.1:1/z' } });
    assert.equal(code, EXIT.unavailable, stdout);
    assert.match(stdout, /BAD[\s\S]*next: /);
  } finally {
    await other.remove();
  }
});

test('completions name the commands', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) assert.match(await work.must(['completion', shell]), /serve[\s\S]*doctor|doctor[\s\S]*serve/);
});

test('help and version go to standard output', async () => {
  assert.match(await work.must(['--help']), /serve/);
  assert.match(await work.must(['--version']), /\d+\.\d+\.\d+/);
});

test('the master key is for its owner only', () => {
  const key = join(work.state, 'master.key');
  assert.equal(statSync(key).mode & 0o777, 0o600);
  assert.ok(readFileSync(key).length >= 32);
});
