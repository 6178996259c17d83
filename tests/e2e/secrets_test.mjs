// Passwords and keys that were given to the program appear in nothing it prints, logs, answers or stores in clear.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Workspace } from './support/workspace.mjs';

const GIVEN = {
  urlPassword: 'Pw7-canary-url-Zk2',
  storedPassword: 'Pw7-canary-stored-Qx9',
  anonKey: 'eyJ-canary-anon-0aVt',
  serviceKey: 'eyJ-canary-service-8mNw',
  passphrase: 'canary passphrase of mine 55',
};

let work;
let secrets;
before(async () => {
  work = new Workspace();
  work.env.BASEKEEPER_LOG_LEVEL = 'debug';
  await work.up('dev');
  // `local env` prints them on purpose: it is how the test learns what must not be seen elsewhere.
  const made = await work.json(['local', 'env', 'dev']);
  secrets = {
    ...GIVEN,
    localPassword: decodeURIComponent(new URL(made.DATABASE_URL).password),
    localAnon: made.SUPABASE_ANON_KEY, localService: made.SUPABASE_SERVICE_ROLE_KEY, localJwt: made.SUPABASE_JWT_SECRET,
  };
  for (const [name, value] of Object.entries(secrets)) assert.ok(value?.length >= 16, name);
});
after(() => work?.remove());

/** Every spelling in which a secret could hide in bytes. */
function spellings(secret) {
  const bytes = Buffer.from(secret);
  return [secret, encodeURIComponent(secret), bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'), JSON.stringify(secret).slice(1, -1)];
}

function expectNone(where, bytes) {
  for (const [name, secret] of Object.entries(secrets))
    for (const spelling of spellings(secret))
      assert.ok(!bytes.includes(spelling), `${name} is in ${where}`);
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

test('no command prints a secret', { timeout: 120_000 }, async () => {
  const url = `postgresql://someone:${GIVEN.storedPassword}@127.0.0.1:1/db`;
  const env = {
    DATABASE_URL: `postgresql://someone:${GIVEN.urlPassword}@127.0.0.1:1/db`,
    SUPABASE_URL: 'http://127.0.0.1:1', SUPABASE_ANON_KEY: GIVEN.anonKey, SUPABASE_SERVICE_ROLE_KEY: GIVEN.serviceKey,
  };
  const runs = [
    [['instance', 'add', 'stored', '--database-url', '-'], { input: url }],
    [['instance', 'add', 'stored', '--database-url', '-'], { input: url }],
    [['instance', 'add', 'bad', '--database-url', `postgresql://u:${GIVEN.storedPassword}@[broken/db`]],
    [['instance', 'add', 'bad', '--database-url', `mysql://u:${GIVEN.storedPassword}@host/db`]],
    [['instance', 'list']], [['instance', 'list', '--output', 'json']], [['instance', 'harden', 'stored']],
    [['config', 'show']], [['config', 'show', '--output', 'json']], [['doctor']], [['doctor', '--output', 'json']],
    [['tools', '--json']], [['local', 'list']], [['local', 'up', 'dev']], [['--help']],
    ...['list_instances', 'get_instance', 'test_connection', 'list_tables', 'list_extensions'].flatMap((tool) =>
      ['dev', 'stored', 'default'].map((name) => [['call', tool, '--arg', `instance=${name}`]])),
    [['call', 'list_instances', '--arg', 'check=true']],
    [['call', 'execute_sql', '--arg', 'instance=stored', '--arg', 'query=select 1']],
    [['audit', 'list']], [['audit', 'export']], [['audit', 'verify']],
  ];
  for (const [args, options] of runs) {
    const got = await work.run(args, { ...options, env });
    // The usage error may not repeat the argument either.
    expectNone(`the output of basekeeper ${args.slice(0, 4).join(' ').replace(/postgresql:.*|mysql:.*/, 'URL')}`, got.stdout + got.stderr);
  }
  const wrongKey = await work.run(['instance', 'list'], { env: { BASEKEEPER_PASSPHRASE: GIVEN.passphrase } });
  expectNone('the output with another passphrase', wrongKey.stdout + wrongKey.stderr);
});

test('no answer and no log line of the server holds a secret', { timeout: 60_000 }, async () => {
  const record = [];
  const server = work.serve([], {
    record, env: { DATABASE_URL: `postgresql://someone:${GIVEN.urlPassword}@127.0.0.1:1/db`, BASEKEEPER_LOG_LEVEL: 'debug' },
  });
  await server.initialize('2025-11-25');
  if ((await server.request('logging/setLevel', { level: 'debug' })).error) assert.fail('logging/setLevel');
  for (const instance of ['dev', 'stored', 'default'])
    for (const [tool, args] of [['get_instance', {}], ['test_connection', {}], ['get_schema', {}], ['execute_sql', { query: 'selec' }],
      ['execute_sql', { query: 'select current_setting(\'is_superuser\'), current_user' }],
      ['query_database', { query: 'select rolname, rolpassword from pg_authid' }]])
      await server.call(tool, { ...args, instance });
  await server.request('resources/list', {});
  await server.request('resources/read', { uri: 'basekeeper://instances/dev/schema' });
  await server.stop();
  const answers = record.filter((r) => r.from === 'server').map((r) => JSON.stringify(r.message)).join('\n');
  assert.ok(answers.length > 2_000);
  expectNone('an answer', answers);
  expectNone('the log', server.stderr);
});

test('while it runs, no secret stands in the arguments or the environment of what it started', async () => {
  const processes = execFileSync('ps', ['axww', '-o', 'args'], { encoding: 'utf8' });
  expectNone('the process list', processes);
});

test('no file of the state holds a secret in clear', () => {
  let seen = 0;
  for (const path of filesBelow(work.state)) {
    expectNone(path, readFileSync(path));
    seen++;
  }
  assert.ok(seen >= 2, 'the state was not found');
});

test('the logs and files of the local server hold no secret in clear', async () => {
  const [one] = await work.json(['local', 'list']);
  for (const path of filesBelow(join(one.data_dir, '..'))) {
    // The server itself stores the JWT secret as a setting, as Supabase does; it is readable by its owner only.
    const bytes = readFileSync(path);
    for (const name of ['localPassword', 'localService', 'localAnon'])
      for (const spelling of spellings(secrets[name])) assert.ok(!bytes.includes(spelling), `${name} is in ${path}`);
  }
});
