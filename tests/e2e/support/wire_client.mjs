// A client that speaks MCP over stdio in plain lines, for what official clients refuse to send and for measuring.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { cleanEnvironment } from './environment.mjs';

const NEWLINE = 10;
const SILENCE_MS = 60_000;

/** One server process and the conversation with it. Every line that is sent or received can be recorded. */
export class WireClient {
  #waiting = new Map();
  #lastId = 0;
  #unsent = '';
  #partial = [];
  #watchers = new Set();

  /**
   * `command` is the program and its arguments; `record` (an array) collects {from, message} of both sides; `listener`
   * is told of them by `sent` and `received`, which may throw: see WireValidator.
   */
  constructor(command, { env = {}, cwd, record, listener } = {}) {
    this.startedAt = performance.now();
    this.record = record;
    this.listener = listener;
    this.stderr = '';
    this.bytesReceived = 0;
    this.notifications = [];
    this.answerRequest = undefined; // (message) => result, for requests of the server
    this.takeBytes = undefined; // (chunk) => void, instead of reading messages: for measuring
    this.process = spawn(command[0], command.slice(1), {
      cwd,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.process.stderr.on('data', (chunk) => { this.stderr += chunk; });
    this.process.stdin.on('error', () => {}); // the exit below tells what happened
    this.process.stdout.on('data', (chunk) => this.#receive(chunk));
    this.exited = new Promise((resolve) => {
      this.process.on('error', (why) => this.#ended(resolve, { code: null, signal: null, why }));
      this.process.on('close', (code, signal) => this.#ended(resolve, { code, signal }));
    });
  }

  get pid() { return this.process.pid; }

  #ended(resolve, how) {
    this.end = how;
    for (const { reject, method } of this.#waiting.values())
      reject(new Error(`the server ended (${how.signal ?? how.code ?? how.why}) before it answered ${method}\n${this.stderr.slice(-2000)}`));
    this.#waiting.clear();
    resolve(how);
  }

  #receive(chunk) {
    this.bytesReceived += chunk.length;
    if (this.takeBytes) return this.takeBytes(chunk);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#partial.push(chunk.subarray(start, end));
      const line = this.#partial.length > 1 ? Buffer.concat(this.#partial) : this.#partial[0];
      this.#partial = [];
      start = end + 1;
      this.#take(line.toString());
    }
    if (start < chunk.length) this.#partial.push(chunk.subarray(start));
  }

  #take(line) {
    const message = JSON.parse(line); // stdout carries nothing but MCP: anything else ends the test here
    this.record?.push({ from: 'server', message });
    this.listener?.received(message);
    for (const one of Array.isArray(message) ? message : [message]) this.#dispatch(one);
  }

  #dispatch(message) {
    for (const watch of this.#watchers) watch(message);
    if (message.method !== undefined) {
      if (message.id === undefined) this.notifications.push(message);
      else if (this.answerRequest) this.send({ id: message.id, result: this.answerRequest(message) });
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    waiting?.resolve(message);
  }

  /** Sends bytes as they are. Resolves when the pipe takes more. */
  async sendBytes(bytes) {
    this.#flush();
    if (!this.process.stdin.write(bytes)) await Promise.race([once(this.process.stdin, 'drain'), this.exited]);
  }

  send(message) {
    const whole = { jsonrpc: '2.0', ...message };
    this.record?.push({ from: 'client', message: whole });
    this.listener?.sent(whole);
    this.#sendLine(JSON.stringify(whole));
  }

  // Lines of one turn of the event loop leave in one write, as a busy client would send them.
  #sendLine(line) {
    if (this.#unsent === '') queueMicrotask(() => this.#flush());
    this.#unsent += `${line}\n`;
  }

  #flush() {
    if (this.#unsent === '') return;
    const text = this.#unsent;
    this.#unsent = '';
    this.process.stdin.write(text);
  }

  /** Sends a request; resolves with the whole answer, result or error. Rejects when the server ends or stays silent. */
  request(method, params, id = ++this.#lastId) {
    return new Promise((settle, fail) => {
      const timer = setTimeout(() => fail(new Error(`no answer to ${method} within ${SILENCE_MS / 1_000} s`)), SILENCE_MS);
      const resolve = (answer) => { clearTimeout(timer); settle(answer); };
      const reject = (why) => { clearTimeout(timer); fail(why); };
      if (this.end) return reject(new Error(`the server has ended (${this.end.signal ?? this.end.code})`));
      this.#waiting.set(id, { resolve, reject, method });
      this.send({ id, method, ...(params === undefined ? {} : { params }) });
    });
  }

  notify(method, params) { this.send({ method, ...(params === undefined ? {} : { params }) }); }

  /** The next message for which `matches` holds, or an error after `ms`. */
  next(matches, ms = 10_000) {
    return new Promise((resolve, reject) => {
      const watch = (message) => { if (matches(message)) done(resolve, message); };
      const timer = setTimeout(() => done(reject, new Error(`no such message within ${ms} ms`)), ms);
      const done = (settle, value) => { clearTimeout(timer); this.#watchers.delete(watch); settle(value); };
      this.#watchers.add(watch);
    });
  }

  async initialize(protocolVersion = '2025-11-25', capabilities = {}) {
    const answer = await this.request('initialize', {
      protocolVersion, capabilities, clientInfo: { name: 'wire', version: '1' },
    });
    this.startMs = performance.now() - this.startedAt;
    if (answer.error) throw new Error(`initialize: ${answer.error.message}`);
    this.notify('notifications/initialized');
    return answer.result;
  }

  call(name, args = {}, more = {}) { return this.request('tools/call', { name, arguments: args, ...more }); }

  /** Closes stdin and waits; a server that stays for `ms` is killed, and `end.signal` tells. */
  async stop(ms = 5_000) {
    this.process.stdin.end();
    const timer = setTimeout(() => this.process.kill('SIGKILL'), ms);
    const how = await this.exited;
    clearTimeout(timer);
    return how;
  }
}
