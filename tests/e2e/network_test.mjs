// The shipped binary on the network: both eras, credentials, certificates, sockets, signals, and what it refuses.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { textOf } from './support/answers.mjs';
import { HttpService } from './support/http_service.mjs';
import { callTool, connect, WAYS } from './support/official_clients.mjs';
import { Workspace } from './support/workspace.mjs';

const EXIT = { invalid: 2, conflict: 4, denied: 5 };

let work;
let service;
before(async () => {
  work = new Workspace();
  await work.up('dev');
  service = await HttpService.start(work);
});
after(async () => {
  await service?.stop();
  await work?.remove();
});

for (const way of WAYS)
  test(`${way.name}: connects over HTTP, calls and is asked`, { timeout: 60_000 }, async () => {
    const asked = [];
    const client = await connect(way, { url: service.url }, {
      capabilities: way.version >= '2025-06-18' ? { elicitation: way.generation === 1 ? {} : { form: {} } } : {},
      handle: way.version >= '2025-06-18' ? {
        'elicitation/create': ({ params }) => {
          asked.push(params.message);
          return { action: 'decline' };
        },
      } : {},
    });
    try {
      assert.ok((await client.listTools()).tools.length >= 9);
      const answer = await callTool(client, 'query_database', { query: 'select 41 + 1 as n' });
      assert.match(textOf(answer), /\[\[42\]\]/);
      if (way.version >= '2025-06-18') {
        await callTool(client, 'execute_sql', { query: 'drop table if exists nothing' });
        assert.equal(asked.length, 1);
      }
    } finally {
      await client.close();
    }
  });

test('health is told to everybody, the rest at its path', async () => {
  assert.equal((await service.request('/healthz')).status, 200);
  const ready = await service.request('/readyz');
  assert.equal(ready.status, 200);
  assert.match(JSON.parse(ready.text).status, /ready|degraded/);
  const metrics = await service.request('/metrics');
  assert.match(metrics.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  assert.match(metrics.text, /basekeeper_calls_total\{[^}]*tool="query_database"[^}]*\} \d+/);
  const elsewhere = await service.request('/');
  assert.equal(elsewhere.status, 404);
  assert.equal(elsewhere.headers['x-content-type-options'], 'nosniff');
});

test('foreign hosts and origins are refused, each alone', async () => {
  const status = async (headers) => (await service.modern('tools/list', {}, { headers })).status;
  assert.equal(await status({}), 200);
  assert.equal(await status({ host: 'evil.example.com' }), 403);
  assert.equal(await status({ origin: 'http://evil.example.com' }), 403);
  assert.equal(await status({ origin: 'null' }), 403);
});

test('the query of the address limits a client, and is never ignored', async () => {
  const tools = async (path) => JSON.parse((await service.modern('tools/list', {}, { path })).text).result.tools.map((t) => t.name);
  assert.ok((await tools('/mcp')).includes('execute_sql'));
  assert.ok(!(await tools('/mcp?read_only=true')).includes('execute_sql'));
  assert.ok(!(await tools('/mcp?features=instances')).includes('query_database'));
  for (const query of ['read_only=yes', 'features=nope', 'instance=nope', 'reedonly=true'])
    assert.equal((await service.modern('tools/list', {}, { path: `/mcp?${query}` })).status, 400, query);
});

test('a WebSocket carries the same messages', { timeout: 20_000 }, async () => {
  const socket = new WebSocket(service.url.replace(/^http/, 'ws').replace(/\/mcp$/, '/ws'));
  await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
  const answer = () => new Promise((resolve) => { socket.onmessage = ({ data }) => resolve(JSON.parse(data)); });
  const ask = (id, method, params) => {
    const got = answer();
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return got;
  };
  const hello = await ask(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'e2e', version: '1' } });
  assert.equal(hello.result.protocolVersion, '2025-11-25');
  const listed = await ask('two', 'tools/list', {});
  assert.ok(listed.result.tools.length >= 9);
  assert.equal(listed.id, 'two');
  socket.close();
  await new Promise((resolve) => { socket.onclose = resolve; });
});

test('a client that leaves stops its query in the database', { timeout: 30_000 }, async () => {
  const aborted = new AbortController();
  const slow = service.execute('select pg_sleep(20)', { signal: aborted.signal });
  slow.catch(() => {});
  const running = async () => Number(JSON.parse((await service.execute(
    "select count(*) from pg_stat_activity where query like '%pg_sleep(20)%' and state = 'active' and pid <> pg_backend_pid()",
  )).text).result.structuredContent.rows[0][0]);
  for (let i = 0; i < 50 && await running() === 0; i++) await pause(100);
  assert.equal(await running(), 1);
  aborted.abort();
  for (let i = 0; i < 50 && await running() > 0; i++) await pause(100);
  assert.equal(await running(), 0);
});

test('beyond this machine it listens only with authorization', async () => {
  const refused = await work.run(['serve', '--http', '0.0.0.0:0']);
  assert.equal(refused.code, EXIT.denied);
  assert.match(refused.stderr, /basekeeper key create/);
  const open = await HttpService.start(work, { at: '0.0.0.0:0', flags: ['--auth-mode', 'required'] });
  try {
    assert.equal((await open.modern('tools/list', {}, { host: '127.0.0.1' })).status, 401);
  } finally {
    assert.equal((await open.stop()).code, 0);
  }
});

test('a place in use and a bad certificate are clear sentences', async () => {
  const port = new URL(service.url).port;
  const taken = await work.run(['serve', '--http', `127.0.0.1:${port}`]);
  assert.equal(taken.code, EXIT.conflict);
  assert.match(taken.stderr, new RegExp(`127\\.0\\.0\\.1:${port} is in use[\\s\\S]*next: `));
  const nonsense = await work.run(['serve', '--http', 'localhost']);
  assert.equal(nonsense.code, EXIT.invalid);
  const file = join(work.folder, 'not-a-certificate.pem');
  writeFileSync(file, 'hello');
  const bad = await work.run(['serve', '--http', '127.0.0.1:0', '--http-tls-certificate', file, '--http-tls-key', file]);
  assert.notEqual(bad.code, 0);
  assert.match(bad.stderr, /not-a-certificate\.pem/);
});

test('keys let in, within their scopes, until they are revoked', { timeout: 60_000 }, async () => {
  const reader = await work.json(['key', 'create', 'reader', '--scope', 'database:read']);
  const safe = await HttpService.start(work, { flags: ['--auth-mode', 'required'] });
  try {
    const none = await safe.modern('tools/list');
    assert.equal(none.status, 401);
    assert.match(none.headers['www-authenticate'], /^Bearer/);
    const wrong = await safe.modern('tools/list', {}, { headers: { authorization: 'Bearer bk_000000000000_x' } });
    assert.match(wrong.headers['www-authenticate'], /error="invalid_token"/);
    const headers = { authorization: `Bearer ${reader.key}` };
    const listed = await safe.modern('tools/list', {}, { headers });
    const names = JSON.parse(listed.text).result.tools.map((t) => t.name);
    assert.ok(names.includes('query_database') && !names.includes('execute_sql'), names.join());
    const beyond = await safe.modern('tools/call', { name: 'execute_sql', arguments: { query: 'select 1' } }, { headers });
    assert.equal(beyond.status, 403);
    assert.match(beyond.headers['www-authenticate'], /error="insufficient_scope".*scope="database:write"/);
    assert.equal((await safe.query('select 1', { headers })).status, 200);
    await work.json(['key', 'revoke', reader.id]);
    let status = 200;
    for (let i = 0; i < 80 && status === 200; i++) {
      await pause(100);
      status = (await safe.query('select 1', { headers })).status;
    }
    assert.equal(status, 401);
    assert.ok(!safe.stderr.includes(reader.key.slice(16)), 'the log holds a key');
    const audited = await work.must(['audit', 'list', '--tool', 'query_database', '--output', 'json']);
    assert.match(audited, new RegExp(`key:${reader.id}`));
  } finally {
    assert.equal((await safe.stop()).code, 0);
  }
});

test('a WebSocket ends with the key that opened it', { timeout: 60_000 }, async () => {
  const brief = await work.json(['key', 'create', 'brief', '--scope', 'database:read']);
  const safe = await HttpService.start(work, { flags: ['--auth-mode', 'required'] });
  const place = safe.url.replace(/^http/, 'ws').replace(/\/mcp$/, '/ws');
  try {
    const stranger = new WebSocket(place);
    await new Promise((resolve) => { stranger.onerror = resolve; });
    const socket = new WebSocket(place, { headers: { authorization: `Bearer ${brief.key}` } });
    await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
    const closed = new Promise((resolve) => { socket.onclose = resolve; });
    const told = [];
    socket.onmessage = ({ data }) => told.push(JSON.parse(data));
    const ask = () => socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }));
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'e2e', version: '1' } } }));
    for (let i = 0; i < 50 && told.length === 0; i++) await pause(100);
    assert.equal(told[0].id, 0);
    await work.json(['key', 'revoke', brief.id]);
    for (let i = 0; i < 80 && socket.readyState === WebSocket.OPEN; i++) {
      ask();
      await pause(100);
    }
    const { code, reason } = await closed;
    assert.equal(code, 1008);
    assert.match(reason, /revoked/);
  } finally {
    assert.equal((await safe.stop()).code, 0);
  }
});

test('TLS, and a new certificate without a restart', { timeout: 60_000 }, async () => {
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(work.folder, name));
  const renew = () => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
      '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', certificate],
    { stdio: 'ignore' });
    return readFileSync(certificate);
  };
  const first = renew();
  const safe = await HttpService.start(work, { flags: ['--http-tls-certificate', certificate, '--http-tls-key', key] });
  try {
    assert.match(safe.url, /^https:/);
    const options = (ca, more = {}) => ({ ca, agent: false, servername: 'localhost', ...more });
    const got = await safe.request('/healthz', options(first));
    assert.equal(got.status, 200);
    assert.match(got.headers['strict-transport-security'], /max-age/);
    await assert.rejects(safe.request('/healthz', options(first, { maxVersion: 'TLSv1.1' })));
    const second = renew();
    safe.process.kill('SIGHUP');
    let renewed = false;
    for (let i = 0; i < 50 && !renewed; i++) {
      await pause(100);
      renewed = await safe.request('/healthz', options(second)).then(() => true, () => false);
    }
    assert.ok(renewed, safe.stderr);
    writeFileSync(certificate, 'broken');
    safe.process.kill('SIGHUP');
    for (let i = 0; i < 50 && !safe.stderr.includes('stays as it was'); i++) await pause(100);
    assert.equal((await safe.request('/healthz', options(second))).status, 200);
  } finally {
    assert.equal((await safe.stop()).code, 0);
  }
});

test('a Unix socket, for its owner only, removed at the end', async () => {
  const path = join(work.folder, 'keeper.sock');
  const local = await HttpService.start(work, { at: `unix:${path}` });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal((await local.query('select 1')).status, 200);
  assert.equal((await local.stop()).code, 0);
  assert.throws(() => statSync(path));
});

test('a call that runs at the end is answered, a new one is not taken', { timeout: 30_000 }, async () => {
  const ending = await HttpService.start(work);
  const running = ending.execute('select pg_sleep(2), 7 as n');
  await pause(700);
  const ended = ending.stop();
  await pause(300);
  await assert.rejects(ending.request('/healthz', { agent: false }));
  const answer = await running;
  assert.equal(answer.status, 200);
  assert.match(answer.text, /7/);
  assert.equal((await ended).code, 0);
});

test('a call that runs over a WebSocket at the end is answered, then the connection is closed', { timeout: 30_000 }, async () => {
  const ending = await HttpService.start(work);
  const socket = new WebSocket(ending.url.replace(/^http/, 'ws').replace(/\/mcp$/, '/ws'));
  await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
  const told = [];
  socket.onmessage = ({ data }) => told.push(JSON.parse(data));
  const closed = new Promise((resolve) => { socket.onclose = resolve; });
  const send = (message) => socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'e2e', version: '1' } } });
  send({ id: 2, method: 'tools/call', params: { name: 'execute_sql', arguments: { query: 'select pg_sleep(1.5), 7 as n' } } });
  await pause(600);
  const ended = ending.stop();
  assert.equal((await closed).code, 1001);
  assert.deepEqual(told.find((m) => m.id === 2)?.result.structuredContent.rows[0][1], 7);
  assert.equal((await ended).code, 0);
});

test('hostile requests are answered with the right status', async () => {
  const post = (body, headers = {}) => service.request('/mcp', {
    method: 'POST', body, headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
  });
  assert.equal((await post('{')).status, 400);
  assert.equal((await post('[]')).status, 400);
  assert.equal((await post('{}', { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await post('{}', { accept: 'text/html' })).status, 406);
  assert.equal((await post('['.repeat(100_000))).status, 400);
  assert.equal((await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }), { 'mcp-session-id': 'x' })).status, 404);
  assert.equal((await service.request('/mcp', { method: 'DELETE' })).status, 400);
  assert.equal((await service.request('/mcp', { method: 'PATCH' })).status, 405);
  const huge = await post('x'.repeat(5 * 1024 * 1024)).catch((why) => ({ status: why.code }));
  assert.ok([413, 'EPIPE', 'ECONNRESET'].includes(huge.status), String(huge.status));
  assert.equal((await service.request('/healthz')).status, 200);
});

test('a taken port is told apart from one that is free again', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { other.once('listening', resolve); });
  const { port } = other.address();
  assert.equal((await work.run(['serve', '--http', `127.0.0.1:${port}`])).code, EXIT.conflict);
  await new Promise((resolve) => { other.close(resolve); });
  const free = await HttpService.start(work, { at: `127.0.0.1:${port}` });
  assert.equal((await free.stop('SIGINT')).code, 0);
});
