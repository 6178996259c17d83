// Jobs from outside: the commands and the tools on records of jobs, whose kinds this program need not know.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { failed, succeeded, textOf } from './support/answers.mjs';
import { Workspace } from './support/workspace.mjs';

const EXIT = { ok: 0, invalid: 2, notFound: 3, conflict: 4, denied: 5, unavailable: 7 };

let work;
before(() => { work = new Workspace(); });
after(() => work?.remove());

async function ends(code, args) {
  const got = await work.run(args);
  assert.equal(got.code, code, `basekeeper ${args.join(' ')}\n${got.stdout}${got.stderr}`);
  return got;
}

/** A job as a process that is gone would have left it. */
function leave(id, status, { instance = '', title = 'deploy', done = 1, failure = '', hint = '' } = {}) {
  const db = new DatabaseSync(join(work.state, 'state.db'));
  db.prepare(`INSERT INTO jobs (id, kind, instance, principal, title, status, steps, done, fraction, message, failure, hint,
    attempts, cancel_asked, created_at, updated_at) VALUES (?, 'kind of tomorrow', ?, 'cli:me', ?, ?, '["make","copy","start"]',
    ?, 0.4, 'copying', ?, ?, 1, 0, 1700000000000000, 1700000000000000)`).run(id, instance, title, status, done, failure, hint);
  db.close();
}

test('without jobs the list is empty, and looking makes no file for them', async () => {
  const { stdout, stderr } = await ends(EXIT.ok, ['jobs', 'list']);
  assert.equal(stdout, '');
  assert.match(stderr, /no jobs/);
  assert.deepEqual(await work.json(['jobs', 'list']), { jobs: [] });
  assert.ok(!existsSync(join(work.state, 'jobs.lock')));
});

test('an unknown id is not found, whatever is wanted of it', async () => {
  for (const what of [['show'], ['watch'], ['cancel'], ['resume'], ['resume', '--undo', '--yes']]) {
    const { stderr } = await ends(EXIT.notFound, ['jobs', what[0], 'nothere', ...what.slice(1)]);
    assert.match(stderr, /there is no job `nothere`\n\s+next: run `basekeeper jobs list`/);
  }
  await ends(EXIT.notFound, ['jobs', 'list', '--before', 'nothere']);
});

test('wrong words and a switched-off group are refused', async () => {
  await ends(EXIT.invalid, ['jobs']);
  await ends(EXIT.invalid, ['jobs', 'show']);
  await ends(EXIT.invalid, ['jobs', 'list', '--status', 'odd']);
  await ends(EXIT.invalid, ['jobs', 'list', '--limit', '0']);
  await ends(EXIT.denied, ['jobs', 'cancel', 'nothere', '--read-only']);
  const { stderr } = await ends(EXIT.notFound, ['jobs', 'list', '--features', 'database']);
  assert.match(stderr, /next: add jobs to the setting features/);
});

test('what a process that is gone left behind is interrupted, and cancelled on request', async () => {
  leave('aaaaaaaaaa', 'running', { instance: 'shop', title: 'deploy \x1b[31mshop' });
  leave('bbbbbbbbbb', 'failed', { failure: 'copy: the server is away', hint: 'start it' });
  leave('cccccccccc', 'succeeded', { done: 3 });
  const page = await work.json(['jobs', 'list', '--limit', '2']);
  assert.deepEqual(page.jobs.map((job) => [job.id, job.status]), [['cccccccccc', 'succeeded'], ['bbbbbbbbbb', 'failed']]);
  assert.match(page.next, /before=bbbbbbbbbb/);
  const rest = await work.json(['jobs', 'list', '--before', 'bbbbbbbbbb', '--status', 'interrupted']);
  assert.deepEqual(rest.jobs.map((job) => [job.id, job.step, job.steps_done, job.steps_total]), [['aaaaaaaaaa', 'copy', 1, 3]]);
  const table = await work.must(['jobs', 'list']);
  assert.match(table, /aaaaaaaaaa\s+interrupted\s+40 %\s+shop/);
  assert.ok(!table.includes('\x1b'), JSON.stringify(table));

  const watched = await ends(EXIT.unavailable, ['jobs', 'watch', 'aaaaaaaaaa']);
  assert.match(watched.stderr, /was interrupted[^]*next: .*jobs resume aaaaaaaaaa`, or take it back with .* --undo`/);
  const shown = await work.json(['jobs', 'show', 'bbbbbbbbbb']);
  assert.deepEqual([shown.failure, shown.hint, shown.step], ['copy: the server is away', 'start it', 'copy']);
  assert.equal((await work.json(['jobs', 'cancel', 'aaaaaaaaaa'])).status, 'cancelled');
  await ends(EXIT.conflict, ['jobs', 'cancel', 'aaaaaaaaaa']);
  await ends(EXIT.conflict, ['jobs', 'resume', 'cccccccccc']);
  assert.equal((await work.json(['jobs', 'show', 'bbbbbbbbbb'])).status, 'failed', 'nothing else was touched');
});

test('taking back asks a person first', async () => {
  const { stderr } = await ends(8, ['jobs', 'resume', 'bbbbbbbbbb', '--undo']);
  assert.match(stderr, /takes back everything that the steps of job bbbbbbbbbb/);
  assert.match(stderr, /repeat the command with --yes/);
  assert.equal((await work.json(['jobs', 'show', 'bbbbbbbbbb'])).attempts, 1);
});

test('over MCP: the tools are a group of their own, with the same words', { timeout: 60_000 }, async () => {
  const server = work.serve();
  await server.initialize('2025-11-25');
  const names = (await server.request('tools/list', {})).result.tools.map((tool) => tool.name);
  for (const name of ['list_jobs', 'get_job', 'cancel_job', 'resume_job']) assert.ok(names.includes(name), name);
  const page = succeeded(await server.call('list_jobs', { status: 'failed' }));
  assert.deepEqual(page.jobs.map((job) => job.id), ['bbbbbbbbbb']);
  const answer = await server.call('get_job', { id: 'bbbbbbbbbb', wait_seconds: 60 });
  assert.match(succeeded(answer).next, /jobs resume bbbbbbbbbb/);
  assert.match(textOf(answer.result), /untrusted-data/);
  assert.match(failed(await server.call('get_job', { id: 'nothere' })), /there is no job `nothere`/);
  assert.match(failed(await server.call('get_job', { id: 'bbbbbbbbbb', wait_seconds: 61 })), /wait_seconds: must be between 0 and 60/);
  assert.match(failed(await server.call('get_job', {})), /id: /);
  assert.match(failed(await server.call('resume_job', { id: 'bbbbbbbbbb', direction: 'back' })), /direction: must be one of forward, undo/);
  assert.match(failed(await server.call('resume_job', { id: 'bbbbbbbbbb', direction: 'undo' })), /needs a confirmation.*takes back/);
  await server.stop();

  const without = work.serve(['--features', 'database']);
  await without.initialize('2025-11-25');
  const left = (await without.request('tools/list', {})).result.tools.map((tool) => tool.name);
  assert.ok(!left.includes('list_jobs') && left.includes('list_tables'));
  await without.stop();

  const reading = work.serve(['--read-only']);
  await reading.initialize('2025-11-25');
  const readable = (await reading.request('tools/list', {})).result.tools.map((tool) => tool.name);
  assert.deepEqual(readable.filter((name) => name.endsWith('_job') || name.endsWith('_jobs')), ['list_jobs', 'get_job']);
  await reading.stop();
});

test('a server of one instance knows the jobs of that one only', async () => {
  await work.must(['instance', 'add', 'shop', '--database-url', 'postgres://a:b@127.0.0.1:1/d']);
  const page = await work.json(['jobs', 'list', '--instance', 'shop']);
  assert.deepEqual(page.jobs.map((job) => job.id), ['aaaaaaaaaa']);
  await ends(EXIT.notFound, ['jobs', 'show', 'bbbbbbbbbb', '--instance', 'shop']);
  await ends(EXIT.notFound, ['jobs', 'resume', 'bbbbbbbbbb', '--instance', 'shop']);
});
