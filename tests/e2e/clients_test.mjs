// The official TypeScript clients, both generations, work with the shipped binary in every protocol version.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { failed, succeeded, textOf } from './support/answers.mjs';
import { callTool, connect, WAYS } from './support/official_clients.mjs';
import { MODERN } from './support/schemas.mjs';
import { Workspace } from './support/workspace.mjs';

const PUBLISHED = JSON.parse(readFileSync(new URL('../golden/tools.json', import.meta.url), 'utf8')).tools;
const TOOLS = PUBLISHED.map((t) => t.name).sort();
// generate_diff reads unless it is given a folder.
const READERS = PUBLISHED.filter((t) => t.annotations.readOnlyHint || t.name === 'generate_diff').map((t) => t.name).sort();
const SLOW_LIST = ['select 1', 'select pg_sleep(0.2)', 'select 3'];

let work;
before(async () => {
  work = new Workspace();
  await work.up('dev');
  // Nothing here asks it: with a server the tools for Dokploy are offered, and the published list is whole.
  Object.assign(work.env, { DOKPLOY_URL: 'https://dokploy.example.com', DOKPLOY_API_KEY: 'key' });
});
after(() => work?.remove());

/** Connects to the shipped binary. `answer`: what the person says to a question; without it nobody can be asked. */
const connectAs = (way) => ({ answer, flags } = {}) => connect(way, work.serverParameters(flags), {
  capabilities: answer ? { elicitation: way.generation === 1 ? {} : { form: {} } } : {},
  handle: answer ? { 'elicitation/create': answer } : {},
});
const eras = WAYS.filter(({ generation, version, mode }) => (version === MODERN ? mode !== 'auto' : generation === 1))
  .map((way) => ({ version: way.version, connect: connectAs(way) }));
const execute = (client, query, more, options) => callTool(client, 'execute_sql', { query, ...more }, options);

for (const { version, connect } of eras)
  test(`${version}: tools are listed and called, failures are told`, async () => {
    const client = await connect();
    try {
      const { tools } = await client.listTools();
      assert.deepEqual(tools.map((t) => t.name).sort(), TOOLS);
      for (const t of tools) {
        assert.equal(t.inputSchema.type, 'object', t.name);
        assert.ok(t.description.length > 20, t.name);
      }
      const answer = await execute(client, 'select $1::int + 1 as n, now() is not null as ok', { params: [41] });
      assert.match(textOf(answer), /untrusted-data/);
      assert.match(textOf(answer), /\[\[42,true\]\]/);
      if (version >= '2025-06-18') {
        const { columns, rows, row_count, truncated } = succeeded(answer);
        assert.deepEqual([columns.map((c) => c.name), rows, row_count, truncated], [['n', 'ok'], [[42, true]], 1, false]);
      } else assert.equal(answer.structuredContent, undefined);
      assert.match(failed(await execute(client, 'select 1/0')), /22012[\s\S]*untrusted-data/);
      assert.match(failed(await execute(client, 'selec 1')), /next: /);
      const page = await callTool(client, 'query_database', { query: 'select 1 as one' });
      assert.match(textOf(page), /\[\[1\]\]/);
      await assert.rejects(callTool(client, 'no_such_tool', {}), /Unknown tool: no_such_tool/);
      assert.ok((await client.listPrompts()).prompts.length >= 1);
      assert.ok((await client.listResourceTemplates()).resourceTemplates.length >= 1);
    } finally {
      await client.close();
    }
  });

for (const way of WAYS.filter(({ generation }) => generation === 2))
  test(`${way.name}: connects and works`, async () => {
    const client = await connectAs(way)();
    try {
      assert.equal(client.getProtocolEra(), way.version === MODERN ? 'modern' : 'legacy');
      assert.match(textOf(await execute(client, 'select 41 + 1')), /42/);
    } finally {
      await client.close();
    }
  });

for (const { version, connect } of eras.filter((e) => e.version >= '2025-06-18'))
  test(`${version}: what destroys asks first, and does nothing when declined`, async () => {
    const questions = [];
    const answers = [{ action: 'decline' }, { action: 'cancel' }, { action: 'accept', content: { confirm: false } },
      { action: 'accept', content: { confirm: true } }];
    const client = await connect({ answer: (request) => {
      questions.push(request.params);
      return answers[questions.length - 1];
    } });
    const table = `asked_${version.replaceAll('-', '_')}`;
    try {
      succeeded(await execute(client, `create table ${table} (id int)`));
      assert.equal(questions.length, 0, 'making a table asks nobody');
      for (let refusal = 0; refusal < 3; refusal++) {
        assert.match(failed(await execute(client, `drop table ${table}`)), /not confirmed/);
        const there = succeeded(await execute(client, 'select to_regclass($1) is not null', { params: [table] }));
        assert.deepEqual(there.rows, [[true]]);
      }
      succeeded(await execute(client, `drop table ${table}`));
      assert.equal(questions.length, 4);
      assert.match(questions[0].message, new RegExp(`DROP TABLE[\\s\\S]*${table}|${table}[\\s\\S]*`, 'i'));
      assert.match(questions[0].message, /dev/);
      const gone = succeeded(await execute(client, 'select to_regclass($1) is null', { params: [table] }));
      assert.deepEqual(gone.rows, [[true]]);
    } finally {
      await client.close();
    }
  });

for (const { version, connect } of eras)
  test(`${version}: a client that cannot ask confirms with a token that is good for one call`, async () => {
    const client = await connect();
    const table = `token_${version.replaceAll('-', '_')}`;
    try {
      await execute(client, `create table ${table} (id int)`);
      const asked = failed(await execute(client, `drop table ${table}`));
      const token = /confirm="([^"]+)"/.exec(asked)?.[1];
      assert.ok(token, asked);
      assert.ok(failed(await execute(client, `drop table if exists ${table}`, { confirm: token })), 'other arguments');
      const answer = await execute(client, `drop table ${table}`, { confirm: token });
      assert.ok(!answer.isError, textOf(answer));
      await execute(client, `create table ${table} (id int)`);
      assert.ok(failed(await execute(client, `drop table ${table}`, { confirm: token })), 'a second time');
    } finally {
      await client.close();
    }
  });

async function sleepers(client, mark) {
  const answer = await execute(client, `select count(*) from pg_stat_activity
    where state = 'active' and pid <> pg_backend_pid() and query like '%${mark}%'`);
  return Number(/"rows":\[\[(\d+)\]\]/.exec(textOf(answer))[1]);
}

for (const { version, connect } of eras)
  test(`${version}: a cancelled call stops on the server too, others run meanwhile`, async () => {
    const client = await connect();
    const mark = `cancel_${version.replaceAll('-', '_')}`;
    try {
      const stop = new AbortController();
      const later = new AbortController();
      const sleep = (until) => execute(client, `select pg_sleep(30) /* ${mark} */`, {}, { signal: until.signal });
      const [cancelled, other] = [sleep(stop), sleep(later)];
      for (const call of [cancelled, other]) call.catch(() => {}); // they are looked at below
      for (let i = 0; i < 50 && await sleepers(client, mark) < 2; i++) await pause(50);
      assert.equal(await sleepers(client, mark), 2);
      if (version !== MODERN) await client.ping();
      stop.abort('enough');
      await assert.rejects(cancelled);
      for (let i = 0; i < 60 && await sleepers(client, mark) > 1; i++) await pause(50);
      assert.equal(await sleepers(client, mark), 1, 'the cancelled statement still runs');
      later.abort('enough');
      await assert.rejects(other);
    } finally {
      await client.close();
    }
  });

for (const { version, connect } of eras)
  test(`${version}: progress only ever increases`, async () => {
    const client = await connect();
    try {
      const seen = [];
      const answer = await callTool(client, 'execute_sql', { queries: SLOW_LIST },
        { onprogress: (p) => seen.push(p.progress) });
      assert.ok(!answer.isError, textOf(answer));
      assert.ok(seen.length > 0, 'a list of statements reports its progress');
      for (let i = 1; i < seen.length; i++) assert.ok(seen[i] > seen[i - 1], seen.join(' '));
      assert.equal(seen[0], 1); // of the last, the client forgets what comes in one packet with the answer
    } finally {
      await client.close();
    }
  });

test('the progress of several statements arrives before their answer, to its end', async () => {
  const record = [];
  const wire = work.serve([], { record });
  await wire.initialize();
  succeeded(await wire.call('execute_sql', { queries: SLOW_LIST }, { _meta: { progressToken: 'list' } }));
  const fromServer = record.filter((line) => line.from === 'server').map((line) => line.message);
  assert.deepEqual(fromServer.slice(1, -1).map((m) => m.params), [1, 2, 3].map((progress) => ({
    progressToken: 'list', progress, total: 3, message: `statement ${progress} of 3`,
  })));
  assert.ok(fromServer.at(-1).result);
  await wire.stop();
});

test('a read-only server neither lists nor runs what can write', async () => {
  const client = await connectAs(WAYS.find((way) => way.version === '2025-11-25'))({ flags: ['--read-only'] });
  try {
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map((t) => t.name).sort(), READERS);
    assert.ok(!READERS.includes('execute_sql'));
    for (const t of tools.filter((t) => t.name !== 'generate_diff')) assert.equal(t.annotations.readOnlyHint, true, t.name);
    assert.match(failed(await execute(client, 'select 1')), /read-only/);
  } finally {
    await client.close();
  }
});
