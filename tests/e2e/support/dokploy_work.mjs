// A workspace with a rehearsed Dokploy: the shipped binary on it, everything it says kept, and its secrets looked for.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { succeeded } from './answers.mjs';
import { Rehearsal, readEnv } from './rehearsal.mjs';
import { Workspace } from './workspace.mjs';

const SECRET_NAMES = /KEY|SECRET|PASS|TOKEN|JWKS/;

/** Names that look secret and hold what everybody may know. */
const PUBLIC_VALUES = new Set(['', 'stub', 'true', 'false']);

/** Short ones could stand anywhere by chance. */
const LEAST_SECRET = 12;

export class DokployWork extends Workspace {
  static async start(settings) {
    const work = new DokployWork();
    work.on = await Rehearsal.start(settings);
    Object.assign(work.env, work.on.env);
    work.said = []; // all bytes that the program wrote
    work.servers = new Set(); // that still run
    work.secrets = new Set([work.on.key, work.on.facts.member_key]);
    return work;
  }

  async run(args, options) {
    const got = await super.run(args, options);
    this.said.push(got.stdout, got.stderr);
    return got;
  }

  /** `basekeeper dokploy …` that has to end with `code`; words in one text, or a list. */
  async dokploy(words, { code = 0, ...options } = {}) {
    const args = ['dokploy', ...(typeof words === 'string' ? words.split(' ') : words)];
    const got = await this.run([...args, '--output', 'json'], options);
    assert.equal(got.code, code, `basekeeper ${args.join(' ')}\n${got.stdout}${got.stderr}`);
    return code === 0 ? JSON.parse(got.stdout) : got.stderr;
  }

  serve(flags, options = {}) {
    const record = options.record ?? [];
    const server = super.serve(flags, { ...options, record });
    this.servers.add(server);
    server.exited.then(() => this.servers.delete(server));
    // What the client itself sent may hold secrets; what the server says may not.
    server.exited.then(() => this.said.push(
      server.stderr, JSON.stringify(record.filter((one) => one.from === 'server').map((one) => one.message)),
    ));
    return server;
  }

  /** Makes the stack by the command. */
  deploy(name, domain, more = []) {
    return this.dokploy(['deploy', name, '--domain', domain, '--no-mail', '--yes', ...more]);
  }

  validate(name, words = []) { return this.dokploy(['validate', name, ...words]); }

  /** Runs the command of a finding as it stands there, with --yes. */
  async cure(finding) {
    const [program, ...args] = finding.fix.split(' ');
    assert.equal(program, 'basekeeper', `the fix of ${finding.id} is a command: ${finding.fix}`);
    const got = await this.run([...args, '--yes']);
    assert.equal(got.code, 0, `${finding.fix}\n${got.stdout}${got.stderr}`);
  }

  /** Remembers every secret that Dokploy holds now; call it before one is replaced. */
  async learnSecrets() {
    for (const { env } of (await this.on.state()).composes)
      for (const [name, value] of Object.entries(readEnv(env ?? '')))
        if (SECRET_NAMES.test(name) && !PUBLIC_VALUES.has(value) && value.length >= LEAST_SECRET)
          this.secrets.add(value);
  }

  /** None of the secrets stands in what was said or in what lies in the state folder. */
  assertNothingLeaked() {
    assert.ok(this.secrets.size > 10, `only ${this.secrets.size} secrets were learnt`);
    assert.ok(this.said.length > 0, 'nothing was said');
    const places = this.said.map((text, i) => [`output ${i}`, Buffer.from(text)]);
    for (const file of readdirSync(this.state, { recursive: true, withFileTypes: true }))
      if (file.isFile()) places.push([file.name, readFileSync(join(file.parentPath, file.name))]);
    for (const [place, bytes] of places)
      for (const secret of this.secrets) {
        const at = bytes.indexOf(secret);
        assert.ok(at < 0, `a secret stands in ${place}: ${bytes.subarray(Math.max(0, at - 120), at)}[…]`);
      }
  }

  async remove() {
    for (const server of this.servers ?? []) server.process.kill('SIGKILL'); // of a test that failed
    await this.on?.stop();
    await super.remove();
  }
}

/** Calls a tool that asks before it changes something, for a client that cannot be asked: twice, with the token. */
export async function confirmed(server, name, args) {
  const first = await server.call(name, args);
  const token = /confirm="([^"]+)"/.exec(JSON.stringify(first.result.content).replaceAll('\\"', '"'))?.[1];
  assert.ok(token, `${name} did not ask: ${JSON.stringify(first).slice(0, 500)}`);
  return succeeded(await server.call(name, { ...args, confirm: token }));
}
