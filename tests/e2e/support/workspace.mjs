// A folder of its own for one test program: state, configuration, local instances, and the shipped binary in it.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { cleanEnvironment } from './environment.mjs';
import { WireClient } from './wire_client.mjs';
import { WireValidator } from './wire_validator.mjs';

/** The binary under test. */
export function binary() {
  const file = process.env.BASEKEEPER_BINARY || process.env.BASEKEEPER_BUILT; // the second is what ctest just built
  if (!file || !existsSync(file)) throw new Error('BASEKEEPER_BINARY must name the built basekeeper (script/build prints it)');
  return file;
}

export class Workspace {
  #instances = new Set();

  constructor(parent = '/tmp') {
    this.folder = mkdtempSync(join(parent, 'basekeeper-e2e-'));
    chmodSync(this.folder, 0o755); // the server of a local instance may run as another user, who has to get through
    this.state = join(this.folder, 'state');
    this.home = join(this.folder, 'home');
    mkdirSync(this.home, { mode: 0o755 });
    this.env = { ...cleanEnvironment(), HOME: this.home, BASEKEEPER_STATE_DIR: this.state };
    process.once('exit', this.#abandon);
    process.once('SIGTERM', () => process.exit(143)); // a test that hangs is ended so; its servers must not stay
  }

  #abandon = () => {
    for (const name of this.#instances) spawnSync(binary(), ['local', 'destroy', name, '--yes'], { env: this.env });
    rmSync(this.folder, { recursive: true, force: true });
  };

  /** Runs a command to its end. Never fails: look at `code`. */
  run(args, { input, env, timeoutMs = 60_000 } = {}) {
    return new Promise((resolve, reject) => {
      const child = spawn(binary(), args, { env: { ...this.env, ...env }, cwd: this.folder, timeout: timeoutMs });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (chunk) => { stdout += chunk; }); // characters are not cut in two
      child.stderr.on('data', (chunk) => { stderr += chunk; });
      child.stdin.on('error', () => {});
      child.stdin.end(input ?? '');
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  /** Runs a command that has to succeed; returns its standard output. */
  async must(args, options) {
    const { code, signal, stdout, stderr } = await this.run(args, options);
    if (code !== 0) throw new Error(`basekeeper ${args.join(' ')} ended with ${signal ?? code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Runs a command that has to succeed with `--output json`; returns what it printed. */
  async json(args, options) { return JSON.parse(await this.must([...args, '--output', 'json'], options)); }

  /** Makes or starts a local instance; destroyed by `remove`. */
  async up(name = 'dev') {
    this.#instances.add(name);
    return this.json(['local', 'up', name]);
  }

  /** Starts `basekeeper serve` for raw messages. Each of its own is checked against the schema of its version. */
  serve(flags = [], { record, env, listener = new WireValidator() } = {}) {
    return new WireClient([binary(), 'serve', ...flags], {
      env: { ...this.env, ...env }, cwd: this.folder, record, listener,
    });
  }

  /** What the transports of the official clients need to start the same. */
  serverParameters(flags = [], env = {}) {
    return { command: binary(), args: ['serve', ...flags], env: { ...this.env, ...env }, cwd: this.folder, stderr: 'pipe' };
  }

  async remove() {
    process.off('exit', this.#abandon);
    for (const name of this.#instances) await this.run(['local', 'destroy', name, '--yes']);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
