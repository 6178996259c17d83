// Our engine says over stdio what the transcripts say, message by message, and each message is valid by its schema.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { cleanEnvironment } from '../e2e/support/environment.mjs';
import { WireValidator } from '../e2e/support/wire_validator.mjs';
import { program } from './fixture_servers.mjs';
import { difference, filled, readTranscript } from './transcript.mjs';

const SILENCE_MS = 10_000;
const folder = join(dirname(fileURLToPath(import.meta.url)), 'transcripts');

/** A server and the lines it says, one after the other. */
class Conversation {
  constructor() {
    this.process = spawn(program(), ['--stdio'], { env: cleanEnvironment(), stdio: ['pipe', 'pipe', 'ignore'] });
    this.ended = once(this.process, 'close');
    this.lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
    this.validator = new WireValidator();
  }

  send(text) {
    this.process.stdin.write(`${text}\n`);
    try {
      this.validator.sent(JSON.parse(text));
    } catch {} // what is no message is sent on purpose
  }

  /** The next message, or nothing when the server has closed its output. */
  async next() {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(reject, SILENCE_MS, new Error(`silence for ${SILENCE_MS} ms`));
    });
    const { value, done } = await Promise.race([this.lines.next(), late]).finally(() => clearTimeout(timer));
    if (done) return undefined;
    const message = JSON.parse(value);
    this.validator.received(message);
    return message;
  }

  /** Everything that is still said until the server ends; its exit code has to be 0. */
  async rest() {
    this.process.stdin.end();
    const all = [];
    for (let message = await this.next(); message; message = await this.next()) all.push(message);
    const [code, signal] = await this.ended;
    assert.deepEqual([code, signal], [0, null], 'the server did not end well');
    return all;
  }
}

async function play(file) {
  const steps = readTranscript(file);
  assert.ok(steps.some((step) => step.kind === 'send') && steps.some((step) => step.kind === 'expect'), 'an empty transcript');
  const caught = {};
  const talk = new Conversation();
  try {
    for (const { kind, line, text } of steps) {
      if (kind === 'send') talk.send(filled(text, caught));
      else if (kind === 'end') talk.process.stdin.end();
      else {
        const said = await talk.next();
        assert.ok(said, `line ${line}: the server has closed its output`);
        const found = difference(JSON.parse(text), said, caught);
        assert.equal(found, undefined, `line ${line}: ${found}\nsaid: ${JSON.stringify(said)}`);
      }
    }
    assert.deepEqual(await talk.rest(), [], 'said beyond the transcript');
  } finally {
    talk.process.kill('SIGKILL');
  }
}

const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.txt')).sort();
test('there are transcripts of every version', () => {
  assert.deepEqual([...new Set(files.map((name) => dirname(name)))],
    ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']);
});
for (const name of files) test(name.replace(/\.txt$/, ''), { timeout: 60_000 }, () => play(join(folder, name)));

test('what differs from a transcript is found', () => {
  const differs = (wanted, given) => difference(JSON.parse(wanted), JSON.parse(given), {});
  assert.equal(differs('{"a":[1,{"b":"…"}]}', '{"a":[1,{"b":{}}]}'), undefined);
  assert.equal(differs('{"a":1,"…":"…"}', '{"a":1,"b":2}'), undefined);
  assert.match(differs('{"a":1}', '{"a":1,"b":2}'), /\.b is not expected/);
  assert.match(differs('{"a":"…"}', '{}'), /\.a is missing/);
  assert.match(differs('{"id":1}', '{"id":"1"}'), /\.id is "1", not 1/);
  assert.match(differs('[1]', '[1,2]'), /not \[1\]/);
  const caught = {};
  assert.equal(difference({ state: '{{s}}' }, { state: 'x' }, caught), undefined);
  assert.equal(filled('"{{s}}"', caught), '"x"');
  assert.equal(difference({ state: '{{=s}}' }, { state: 'x' }, caught), undefined);
  assert.match(difference({ state: '{{=s}}' }, { state: 'y' }, caught), /not x as before/);
});
