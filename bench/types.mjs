#!/usr/bin/env node
// Measures the types of 100 tables, ours beside @supabase/postgres-meta: as commands, and asked of a running server.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { WireClient } from '../tests/e2e/support/wire_client.mjs';
import { PostgresMeta, typesByCommand } from '../tests/support/postgres_meta.mjs';
import { startPostgres } from '../tests/support/postgres_server.mjs';
import { median } from './peers/measure.mjs';

const { values: given } = parseArgs({
  options: { binary: { type: 'string' }, rounds: { type: 'string', default: '5' }, tables: { type: 'string', default: '100' } },
});
const binary = given.binary ?? process.env.BASEKEEPER_BINARY ?? join(import.meta.dirname, '../build/release/basekeeper');
if (!existsSync(binary)) throw new Error('usage: bench/types.mjs [--binary FILE] [--rounds 5] [--tables 100]');

const schema = (tables) => `
  create type mood as enum ('sad', 'ok', 'glad');
  create table t0 (id bigint generated always as identity primary key, name text not null);
  do $$ begin for n in 1..${tables - 1} loop
    execute format('create table t%s (id bigint generated always as identity primary key, parent bigint references t%s,
      owner bigint not null references t0, name text not null, email text unique, tags text[], data jsonb, feeling mood,
      amount numeric, created_at timestamptz not null default now())', n, n - 1);
    if n % 10 = 0 then
      execute format('create view v%s as select id, parent, name from t%s', n, n);
      execute format('create function f%s(a int, b text default null) returns setof t%s language sql as ''select * from t%s''', n, n, n);
    end if;
  end loop; end $$; analyze`;

async function timed(work) {
  const began = performance.now();
  const text = await work();
  return { ms: performance.now() - began, text };
}

const folder = mkdtempSync('/tmp/basekeeper-bench-types-');
const server = await startPostgres();
const reference = await PostgresMeta.start();
try {
  server.psql('postgres', 'create database tables');
  server.psql('tables', schema(Number(given.tables)));
  const url = server.url('tables');
  const env = { PATH: process.env.PATH, HOME: folder, DATABASE_URL: url, BASEKEEPER_STATE_DIR: join(folder, 'state') };
  const ask = async (client) =>
    (await client.call('generate_typescript_types')).result.structuredContent.types;
  const client = new WireClient([binary, 'serve'], { env });
  await client.initialize();
  const ways = {
    'command, basekeeper': () => execFileSync(binary, ['types'], { env, encoding: 'utf8', maxBuffer: 64 << 20 }),
    'command, postgres-meta': () => typesByCommand(url, ['public'], 'typescript'),
    'asked, basekeeper': () => ask(client),
    'asked, postgres-meta': () => reference.types(url, ['public'], 'typescript'),
  };
  const samples = {};
  for (const way of Object.keys(ways)) await ways[way](); // connections and caches are warm
  for (let round = 0; round < Number(given.rounds); round++) {
    const texts = new Set();
    for (const [way, work] of Object.entries(ways)) {
      const { ms, text } = await timed(work);
      (samples[way] ??= []).push(ms);
      texts.add(text);
    }
    if (texts.size !== 1) throw new Error('the texts differ');
  }
  await client.stop();
  const found = Object.fromEntries(Object.entries(samples).map(([way, list]) => [way, median(list)]));
  for (const [way, ms] of Object.entries(found)) console.log(`${way.padEnd(24)} ${ms.toFixed(1).padStart(8)} ms`);
  for (const how of ['command', 'asked'])
    console.log(`${how}: ${(found[`${how}, postgres-meta`] / found[`${how}, basekeeper`]).toFixed(1)} x as fast`);
} finally {
  reference.stop();
  server.stop();
  rmSync(folder, { recursive: true, force: true });
}
