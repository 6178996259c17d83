// What is measured of one server over HTTP in one round.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { cleanEnvironment } from '../../tests/e2e/support/environment.mjs';
import { peakRssMib, rssMib } from '../../tests/e2e/support/memory.mjs';
import { load, openConnection, requestBytes } from './http_load.mjs';

const VERSION = '2025-06-18'; // the newest that both speak

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return port;
}

/** Starts the server, opens a session, does the work, and ends it whatever happens. */
async function serving(peer, work) {
  const port = await freePort();
  const child = spawn(peer.http(port)[0], peer.http(port).slice(1), {
    env: { ...cleanEnvironment(), ...peer.env }, stdio: 'ignore',
  });
  const ended = once(child, 'close');
  try {
    let socket;
    for (let i = 0; !socket && i < 100; i++) socket = await openConnection(port).catch(() => pause(100));
    socket.destroy();
    return await work({ port, pid: child.pid, headers: await openSession(port) });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** The headers of requests after `initialize`; a server without sessions gives no id. */
async function openSession(port) {
  const params = { protocolVersion: VERSION, capabilities: {}, clientInfo: { name: 'bench', version: '1' } };
  const answer = await fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
  });
  if (!answer.ok) throw new Error(`initialize was answered ${answer.status} ${await answer.text()}`);
  await answer.text();
  const session = answer.headers.get('mcp-session-id');
  return { 'mcp-protocol-version': VERSION, ...(session ? { 'mcp-session-id': session } : {}) };
}

/** Requests per second and latencies of a small call and of the list, over keep-alive connections. */
export function measureHttp(peer, { calls, lists, connections }) {
  return serving(peer, async ({ port, pid, headers }) => {
    const [tool, args] = peer.call('select 1');
    const call = (id) => requestBytes(port, { jsonrpc: '2.0', id, method: 'tools/call', params: { name: tool, arguments: args } }, headers);
    const list = (id) => requestBytes(port, { jsonrpc: '2.0', id, method: 'tools/list', params: {} }, headers);
    await load(port, call, { count: calls / 10, connections });
    const out = {};
    out.httpLoadMib = await peakRssMib(pid, async () => {
      const { perSecond, p50Ms, p99Ms } = await load(port, call, { count: calls, connections });
      Object.assign(out, { httpCallsPerSecond: perSecond, httpP50Ms: p50Ms, httpP99Ms: p99Ms });
    });
    await load(port, list, { count: lists / 10, connections });
    const listed = await load(port, list, { count: lists, connections });
    out.httpListsPerSecond = listed.perSecond;
    out.httpListP99Ms = listed.p99Ms;
    return out;
  });
}

/** Resident memory with this many sessions, each with its stream open and nothing to say. */
export function measureIdleStreams(peer, sessions) {
  return serving(peer, async ({ port, pid }) => {
    const sockets = [];
    const before = rssMib(pid);
    for (let i = 0; i < sessions; i++) {
      const headers = await openSession(port);
      const socket = await openConnection(port);
      socket.write(`GET /mcp HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: text/event-stream\r\n` +
        `${Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`);
      await once(socket, 'data');
      sockets.push(socket);
    }
    await pause(2_000);
    const out = { idleStreamsMib: rssMib(pid), oneIdleStreamKib: ((rssMib(pid) - before) * 1024) / sessions };
    for (const socket of sockets) socket.destroy();
    return out;
  });
}

/** What 10,000 requests of which one in a hundred is abandoned half-way leave behind: nothing. */
export function measureAborts(peer, count) {
  return serving(peer, async ({ port, pid, headers }) => {
    const [tool, args] = peer.call('select 1');
    const call = (id) => requestBytes(port, { jsonrpc: '2.0', id, method: 'tools/call', params: { name: tool, arguments: args } }, headers);
    const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
    await load(port, call, { count: count / 10, connections: 16 });
    await pause(500);
    const before = { fds: descriptors(), mib: rssMib(pid) };
    for (let sent = 0; sent < count; sent += 100) {
      await load(port, call, { count: 99, connections: 16 });
      const socket = await openConnection(port);
      const bytes = call(1_000 + sent);
      socket.write(bytes.subarray(0, sent % 200 === 0 ? bytes.length : Math.floor(bytes.length / 2)));
      socket.destroy();
    }
    await pause(2_000);
    return { abortsFds: descriptors() - before.fds, abortsMib: rssMib(pid) - before.mib };
  });
}
