// Load over HTTP keep-alive from raw sockets: answers are cut apart and counted, not parsed.
import { connect } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** One connection with one request at a time. */
class Lane {
  #received = Buffer.alloc(0);
  #waiting;

  constructor(socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed a connection')));
    socket.on('error', (why) => this.#waiting?.reject(why));
  }

  #take(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd).toLowerCase();
    const length = head.match(/content-length: (\d+)/);
    const end = length ? headEnd + 4 + Number(length[1]) : this.#received.indexOf(LAST_CHUNK, headEnd) + LAST_CHUNK.length;
    if (end < headEnd + 4 || this.#received.length < end) return;
    const answer = { head, status: Number(head.slice(9, 12)), body: this.#received.subarray(headEnd + 4, end) };
    this.#received = Buffer.alloc(0);
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(answer);
  }

  ask(bytes) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.socket.write(bytes);
    });
  }
}

export async function openLane(port) {
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return new Lane(socket);
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

/** `count` requests over `connections`, the lane's number making its bytes (ids must differ within a session); resolves with requests per second and the latencies in milliseconds. */
export async function load(port, bytesOf, { count, connections }) {
  const lanes = await Promise.all(Array.from({ length: connections }, () => openLane(port)));
  const times = [];
  let left = count;
  const from = performance.now();
  await Promise.all(lanes.map(async (lane, number) => {
    const bytes = bytesOf(number);
    while (left-- > 0) {
      const sent = performance.now();
      const { status, body } = await lane.ask(bytes);
      times.push(performance.now() - sent);
      if (status !== 200 || body.includes('"isError":true') || body.includes('"error":'))
        throw new Error(`under load: ${status} ${body.subarray(0, 300)}`);
    }
  }));
  const seconds = (performance.now() - from) / 1000;
  for (const { socket } of lanes) socket.destroy();
  return { perSecond: count / seconds, times };
}
