// A key that was granted one instance of two never hears of the other one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { HttpService } from './support/http_service.mjs';
import { Workspace } from './support/workspace.mjs';

let work;
let service;
let narrow;
let whole;
before(async () => {
  work = new Workspace();
  // Nothing listens there: what is tested is who is told of them.
  for (const name of ['dev', 'prod'])
    await work.must(['instance', 'add', name, '--database-url', 'postgres://u:p@127.0.0.1:1/x']);
  const create = async (name, scopes) =>
    (await work.json(['key', 'create', name, ...scopes.flatMap((scope) => ['--scope', scope])])).key;
  narrow = await create('narrow', ['instances:read@dev', 'database:read@dev']);
  whole = await create('whole', ['*:read']);
  service = await HttpService.start(work, { flags: ['--auth-mode', 'required'] });
});
after(async () => {
  await service?.stop();
  await work?.remove();
});

const as = (key) => ({ authorization: `Bearer ${key}` });

async function call(key, name, args = {}, path = '/mcp') {
  const { text } = await service.modern('tools/call', { name, arguments: args }, { headers: as(key), path });
  return text;
}

test('list_instances shows what was granted, and what the address left', async () => {
  assert.match(await call(whole, 'list_instances'), /prod/);
  assert.match(await call(narrow, 'list_instances'), /dev/);
  assert.doesNotMatch(await call(narrow, 'list_instances', { check: true }), /prod/);
  assert.doesNotMatch(await call(whole, 'list_instances', {}, '/mcp?instance=dev'), /prod/);
});

test('instances out of reach and instances that do not exist are answered alike', async () => {
  const of = async (instance) =>
    (await call(narrow, 'query_database', { query: 'select 1', instance })).replaceAll(instance, 'X');
  assert.equal(await of('prod'), await of('nope'));
  const query = async (instance) =>
    (await service.modern('tools/list', {}, { headers: as(narrow), path: `/mcp?instance=${instance}` }));
  assert.equal((await query('dev')).status, 200);
  assert.equal((await query('prod')).status, 400);
  assert.equal((await query('nope')).status, 400);
});

test('the other side of a comparison is judged like the first', async () => {
  const to = async (key, instance, path) =>
    (await call(key, 'generate_diff', { instance: 'dev', to: instance }, path)).replaceAll(instance, 'X');
  assert.match(await to(narrow, 'prod'), /needs the scope database:read on instance/);
  assert.equal(await to(narrow, 'prod'), await to(narrow, 'nope'));
  assert.match(await to(whole, 'prod', '/mcp?instance=dev&read_only=true'), /limited to instance/);
  assert.doesNotMatch(await to(whole, 'prod', '/mcp?read_only=true'), /scope|limited|read-only/);
  const folder = await call(whole, 'generate_diff', { instance: 'dev', folder: '/' });
  assert.match(folder, /database:write/);
});

test('completions name only instances within reach', async () => {
  const complete = async (key) => JSON.parse((await service.modern('completion/complete', {
    ref: { type: 'ref/resource', uri: 'basekeeper://instances/{instance}/schema' },
    argument: { name: 'instance', value: '' },
  }, { headers: as(key) })).text).result.completion.values;
  assert.deepEqual(await complete(whole), ['dev', 'prod']);
  assert.deepEqual(await complete(narrow), ['dev']);
});

test('the overview is for those who may see all instances', async () => {
  assert.equal((await service.request('/metrics', { headers: as(whole) })).status, 200);
  assert.notEqual((await service.request('/metrics', { headers: as(narrow) })).status, 200);
  assert.doesNotMatch((await service.request('/readyz', { headers: as(narrow) })).text, /prod/);
});

test('the name of an instance that does not exist is not kept', async () => {
  const uri = `basekeeper://instances/${'a'.repeat(4_000)}/schema`;
  for (const key of [narrow, whole]) {
    const answer = await service.modern('resources/read', { uri }, { headers: as(key) });
    assert.match(answer.text, /"error":/);
    assert.ok(answer.text.length < 6_000, 'and the answer is short');
  }
  await work.must(['audit', 'verify']);
  const kept = (await work.must(['audit', 'list', '--limit', '1000', '--output', 'json']));
  assert.doesNotMatch(kept, /aaaa/);
});
