// The conformance server, started for tests: over stdio by each client, over HTTP once for all of them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { cleanEnvironment } from '../e2e/support/environment.mjs';

const START_MS = 10_000;
const running = new Set();

/** The program under test: what ctest has built. */
export function program() {
  const file = process.env.CONFORMANCE_SERVER;
  if (!file) throw new Error('CONFORMANCE_SERVER must name the built basekeeper-conformance-server');
  return file;
}

/** Starts the server on a free port; resolves with its process and the URL of its endpoint. */
export async function startHttp(server = program()) {
  const child = spawn(server, ['--http', '127.0.0.1:0'], { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`the server ended at its start (${signal ?? code})`);
  });
  const line = once(createInterface(child.stdout), 'line').then(([text]) => text);
  const late = new Promise((_, reject) => {
    setTimeout(reject, START_MS, new Error('the server did not say its URL')).unref();
  });
  const said = await Promise.race([line, ended, late]);
  ended.catch(() => {}); // it ends when we are done
  const url = said.match(/http:\/\/\S+/)?.[0];
  if (!url) throw new Error(`the server said "${said}" instead of its URL`);
  return { child, url };
}

/** Asks the server to end; fails when it has ended before, does not end in time, or not with code 0. */
export async function stopHttp(child) {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null)
    throw new Error(`the server ended while it was used (${child.signalCode ?? child.exitCode})`);
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const [code, signal] = await closed;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`the server did not end well (${signal ?? code})`);
}

/** What clients need to reach it over each transport. */
export async function fixtureServers() {
  const { url } = await startHttp();
  return { stdio: { command: program(), args: ['--stdio'], env: cleanEnvironment(), stderr: 'pipe' }, http: { url } };
}

export async function stopServers() {
  for (const child of [...running]) await stopHttp(child);
}

process.once('exit', () => { for (const child of running) child.kill('SIGKILL'); });
