// Connections to write raw requests to, and load from the program http_load.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** One connection. */
export async function openConnection(port) {
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

/** The bytes of one POST. */
export function requestBytes(port, message, headers = {}) {
  const body = JSON.stringify(message);
  const all = {
    host: `127.0.0.1:${port}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream',
    'content-length': Buffer.byteLength(body), ...headers,
  };
  return Buffer.from(`POST /mcp HTTP/1.1\r\n${Object.entries(all).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n${body}`);
}

/** The client of `load`: a program, since a client in JavaScript costs as much as the servers. Built at its first use. */
export function buildLoad() {
  execFileSync(join(root, 'script/build'), ['bench', 'http_load'], { stdio: ['ignore', 2, 2] });
}

/** `count` requests over `connections`, the connection's number making its bytes (ids must differ within a session); resolves with requests per second and percentiles of the latencies in milliseconds. */
export async function load(port, bytesOf, { count, connections }) {
  const requests = Array.from({ length: connections }, (_, number) => bytesOf(number));
  const child = spawn(join(root, 'build/bench/bench/http_load'), [String(port), String(count)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (chunk) => { text[name] += chunk; });
  child.stdin.end(Buffer.concat(requests.flatMap((bytes) => [Buffer.from(`${bytes.length}\n`), bytes])));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(text.stderr.trim());
  return JSON.parse(text.stdout);
}
