// Mixed traffic over HTTP against the shipped binary: calls, cancels, reconnects, resumes, slow readers, garbage.
// usage: http_soak.mjs [SECONDS]   (BASEKEEPER_BINARY names the binary; one with sanitizers finds more)
// Fails on any wrong answer, on a server that dies, and when descriptors, sessions or memory do not come back down.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { HttpService } from '../e2e/support/http_service.mjs';
import { rssMib } from '../e2e/support/memory.mjs';
import { Workspace } from '../e2e/support/workspace.mjs';

const seconds = Number(process.argv[2] ?? 15);
const WORKERS = 8;
const GROWTH_MIB = 24; // of allocator and caches; a leak of one small buffer per request is far more

const work = new Workspace();
await work.up('dev');
const service = await HttpService.start(work, {
  flags: ['--rate-per-principal', '0', '--rate-per-address', '0', '--block-after-failures', '0'],
});
const port = Number(new URL(service.url).port);
const done = {};
const count = (what) => { done[what] = (done[what] ?? 0) + 1; };
const descriptors = () => readdirSync(`/proc/${service.process.pid}/fd`).length;
const any = (n) => Math.floor(Math.random() * n);

async function session() {
  const answer = await service.request('/mcp', {
    method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'soak', version: '1' } } }),
  });
  assert.equal(answer.status, 200, answer.text);
  return answer.headers['mcp-session-id'];
}

const inSession = (id, message, options = {}) => service.request('/mcp', {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-session-id': id },
  body: JSON.stringify({ jsonrpc: '2.0', ...message }), ...options,
});
const call = (id, query) => ({ id, method: 'tools/call', params: { name: 'execute_sql', arguments: { query } } });
const end = (id) => service.request('/mcp', { method: 'DELETE', headers: { 'mcp-session-id': id } });

/** A raw connection: writes `text`, reads what comes within `ms`, and leaves. */
function raw(text, ms) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let said = '';
    socket.on('data', (chunk) => { said += chunk.toString('latin1'); });
    socket.on('error', () => {});
    socket.on('close', () => resolve(said));
    setTimeout(() => socket.destroy(), ms).unref();
  });
}

const traffic = {
  async call() {
    const answer = await service.query(`select ${any(1000)} as n`);
    assert.equal(answer.status, 200, answer.text);
    assert.ok(!answer.text.includes('"isError":true'), answer.text);
  },
  async abort() {
    const control = new AbortController();
    const slow = service.execute('select pg_sleep(5)', { signal: control.signal }).catch(() => {});
    await pause(any(60));
    control.abort();
    await slow;
  },
  async cancel() {
    const id = await session();
    // Its stream opens when it begins: a cancellation that overtakes its request cancels nothing.
    const running = await fetch(service.url, {
      method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'mcp-session-id': id },
      body: JSON.stringify({ jsonrpc: '2.0', ...call(7, 'select pg_sleep(20)') }),
    });
    await pause(any(60));
    const told = await inSession(id, { method: 'notifications/cancelled', params: { requestId: 7 } });
    assert.equal(told.status, 202);
    const text = await running.text();
    assert.ok(running.status === 200 && !text.includes('"result"'), `${running.status} ${text}`);
    assert.equal((await end(id)).status, 204);
  },
  async resume() {
    const id = await session();
    const got = new AbortController();
    let seen = '';
    const asked = fetch(service.url, {
      method: 'POST', signal: got.signal,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'mcp-session-id': id },
      body: JSON.stringify({ jsonrpc: '2.0', ...call(9, 'select pg_sleep(1.6), 77 as n') }),
    });
    const leave = setTimeout(() => got.abort(), 2_500);
    try {
      const reader = (await asked).body.getReader();
      while (!/id: (\S+)/.test(seen)) {
        const { value, done: over } = await reader.read();
        if (over) break;
        seen += Buffer.from(value).toString();
      }
      got.abort();
    } catch { /* it was left */ }
    clearTimeout(leave);
    const place = seen.match(/id: (\S+)/)?.[1];
    if (place) {
      const rest = await service.request('/mcp', {
        headers: { accept: 'text/event-stream', 'mcp-session-id': id, 'last-event-id': place },
      });
      assert.equal(rest.status, 200, rest.text);
      assert.match(seen + rest.text, /77/);
      count('resumed');
    }
    await end(id);
  },
  async listen() {
    const id = await session();
    await raw(`GET /mcp HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nmcp-session-id: ${id}\r\n\r\n`, any(300));
    await inSession(id, { id: 1, method: 'ping' });
    if (any(2)) await end(id);
    else await service.request('/mcp', { method: 'DELETE', headers: { 'mcp-session-id': id } });
  },
  async slowReader() {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } } });
    const one = `POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nmcp-protocol-version: 2026-07-28\r\n` +
      `mcp-method: tools/list\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const socket = connect(port, '127.0.0.1', () => socket.write(one.repeat(50)));
    socket.on('error', () => {});
    socket.pause();
    await pause(any(400));
    socket.destroy();
  },
  async garbage() {
    const noise = Buffer.from(Array.from({ length: any(400) }, () => any(256))).toString('latin1');
    const texts = [noise, `POST /mcp HTTP/1.1\r\n${noise}\r\n\r\n`, `POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999999\r\n\r\n`,
      'GET /mcp HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\nabc', 'GET / HTTP/9.9\r\n\r\n',
      `POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"jsonrpc":`];
    await raw(texts[any(texts.length)], 80);
  },
};

const kinds = [...Array(12).fill('call'), 'abort', 'abort', 'cancel', 'resume', 'listen', 'listen', 'slowReader', 'garbage', 'garbage'];
async function worker(until) {
  while (Date.now() < until) {
    const kind = kinds[any(kinds.length)];
    await traffic[kind]();
    count(kind);
  }
}

async function run(forSeconds) {
  const until = Date.now() + forSeconds * 1000;
  await Promise.all(Array.from({ length: WORKERS }, () => worker(until)));
}

let failed;
try {
  await run(Math.max(3, seconds / 10)); // pools, caches and allocator find their size
  await pause(1_500);
  const before = { fds: descriptors(), mib: rssMib(service.process.pid) };
  await run(seconds);
  let after;
  for (let i = 0; i < 40; i++) {
    await pause(500);
    after = { fds: descriptors(), mib: rssMib(service.process.pid) };
    if (after.fds <= before.fds + 2) break;
  }
  const metrics = (await service.request('/metrics')).text;
  const sessions = Number(metrics.match(/basekeeper_sessions\{[^}]*http[^}]*\} (\d+)/)?.[1]);
  console.log(JSON.stringify({ seconds, done, before, after, sessions }));
  assert.ok(after.fds <= before.fds + 2, `descriptors: ${before.fds} before, ${after.fds} after`);
  assert.ok(after.mib <= before.mib + GROWTH_MIB, `memory: ${before.mib} MiB before, ${after.mib} MiB after`);
  assert.equal(sessions, 0, 'sessions are left');
} catch (why) {
  failed = why;
}
const { code, signal } = await service.stop();
await work.remove();
if (!failed && code !== 0) failed = new Error(`the server ended with ${signal ?? code}`);
if (/ERROR: |runtime error/.test(service.stderr)) failed = new Error('a sanitizer complained');
if (failed) {
  console.error(failed, service.stderr.slice(-6_000));
  process.exit(1);
}
