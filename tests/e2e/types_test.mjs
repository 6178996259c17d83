// Generated types are those of @supabase/postgres-meta, byte for byte, in every language and for every kind of object.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { PostgresMeta, typesByCommand } from '../support/postgres_meta.mjs';
import { startPostgres } from '../support/postgres_server.mjs';
import { succeeded } from './support/answers.mjs';
import { Workspace } from './support/workspace.mjs';

const LANGUAGES = ['typescript', 'go', 'swift', 'python'];

// Each is a file of types/, made in a database of its own.
const SECTIONS = {
  shop: ['public'],
  views: ['public'],
  functions: ['public'],
  names: ['public'],
  tables: ['public'],
  schemas: ['public', 'app', 'empty', 'My Schema', 'order', 'größe'],
};

let server;
let reference;
let work;
before(async () => {
  work = new Workspace();
  server = await startPostgres();
  reference = await PostgresMeta.start();
  for (const name of Object.keys(SECTIONS)) {
    server.psql('postgres', `create database ${name}`);
    server.psql(name, readFileSync(`${import.meta.dirname}/types/${name}.sql`, 'utf8'));
  }
});
after(async () => {
  reference?.stop();
  server?.stop();
  await work?.remove();
});

/** Ours, by the command line. */
async function generated(database, schemas, language) {
  const options = ['--language', language, ...schemas.flatMap((schema) => ['--schema', schema])];
  return (await work.json(['types', ...options], { env: { DATABASE_URL: database } })).types;
}

async function compare(database, schemas, language) {
  const [theirs, ours] = await Promise.all([
    reference.types(database, schemas, language), generated(database, schemas, language),
  ]);
  assert.match(theirs, /^(export type Json|package database|import Foundation|from __future__)/);
  assert.equal(ours, theirs);
}

describe('types equal those of postgres-meta', () => {
  for (const [name, schemas] of Object.entries(SECTIONS))
    for (const language of LANGUAGES)
      test(`${name} in ${language}`, () => compare(server.url(name), schemas, language));

  test('schemas one by one', async () => {
    for (const schema of SECTIONS.schemas)
      for (const language of LANGUAGES) await compare(server.url('schemas'), [schema], language);
  });

  test('a login that may see only some of it', async () => {
    server.psql('postgres', 'create role narrow login');
    server.psql('shop', `grant select on users to narrow; grant select (id, "weird col") on posts to narrow;
      grant insert on tree to narrow; revoke all on schema public from public; grant usage on schema public to narrow`);
    server.psql('views', 'grant select on author_names to narrow; grant select (id) on book_list to narrow');
    for (const language of LANGUAGES) {
      await compare(server.url('shop', 'narrow'), ['public'], language);
      await compare(server.url('views', 'narrow'), ['public'], language);
    }
  });

  test('a search path of the login changes how names are shown', async () => {
    server.psql('postgres', `create role elsewhere superuser login; alter role elsewhere set search_path = app, "My Schema"`);
    for (const language of LANGUAGES) await compare(server.url('schemas', 'elsewhere'), SECTIONS.schemas, language);
  });

  test("Supabase's own schemas", async (t) => {
    const local = new Workspace();
    t.after(() => local.remove());
    await local.up('dev');
    const { DATABASE_URL } = await local.json(['local', 'env', 'dev']);
    await local.must(['call', 'execute_sql', '--arg', `queries=${JSON.stringify([
      'create table notes (id bigint generated always as identity primary key, owner uuid references auth.users, body text)',
      "create type mood as enum ('sad', 'glad')", 'alter table notes add feeling mood',
    ])}`]);
    for (const language of LANGUAGES)
      for (const schemas of [['public'], ['public', 'auth', 'storage', 'realtime']])
        await compare(DATABASE_URL, schemas, language);
  });

  test('the command of postgres-meta says the same as its server', async () => {
    const theirs = await typesByCommand(server.url('shop'), ['public'], 'typescript');
    assert.equal(await generated(server.url('shop'), ['public'], 'typescript'), theirs);
  });
});

describe('types as a user gets them', () => {
  test('the command prints the file and nothing else', async () => {
    for (const language of LANGUAGES) {
      const printed = await work.must(['types', '--language', language], { env: { DATABASE_URL: server.url('shop') } });
      const whole = await generated(server.url('shop'), ['public'], language);
      assert.equal(printed, whole.endsWith('\n') ? whole : `${whole}\n`);
    }
  });

  test('the tool answers with the text, of public in TypeScript by default', async (t) => {
    const client = work.serve([], { env: { DATABASE_URL: server.url('shop') } });
    t.after(() => client.stop());
    await client.initialize();
    const { types } = succeeded(await client.call('generate_typescript_types', {}));
    assert.equal(types, await generated(server.url('shop'), ['public'], 'typescript'));
    const go = succeeded(await client.call('generate_typescript_types', { language: 'go', schemas: ['public'] }));
    assert.equal(go.types, await generated(server.url('shop'), ['public'], 'go'));
  });

  test('a schema that is not there is named', async () => {
    const { code, stderr } = await work.run(['types', '--schema', 'public', '--schema', 'pubic'],
      { env: { DATABASE_URL: server.url('shop') } });
    assert.notEqual(code, 0);
    assert.match(stderr, /"pubic" is not there/);
  });

  test('a text that is too long says how to get it', async () => {
    const { stderr } = await work.run(['call', 'generate_typescript_types', '--limits-max-result-bytes', '2000'],
      { env: { DATABASE_URL: server.url('shop') } });
    assert.match(stderr, /the limit is 2000/);
    assert.match(stderr, /basekeeper types > database\.types\.ts/);
  });
});
