// A simulated Dokploy of the shipped binary: started for one test program, asked over its API, made to fail on purpose.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { cleanEnvironment } from './environment.mjs';
import { binary } from './workspace.mjs';

const START_MS = 20_000;

/** One `basekeeper rehearse`. Ends with this process at the latest. */
export class Rehearsal {
  static async start({ speed = 2_000, flags = [] } = {}) {
    const one = new Rehearsal();
    one.process = spawn(binary(), ['rehearse', '--speed', String(speed), '--output', 'json', ...flags], {
      env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'],
    });
    one.said = '';
    one.process.stderr.on('data', (chunk) => { one.said += chunk; });
    one.ended = once(one.process, 'close');
    one.kill = () => one.process.kill('SIGKILL');
    process.once('exit', one.kill);
    one.facts = JSON.parse(await one.#firstLine());
    one.url = one.facts.url;
    one.key = one.facts.key;
    return one;
  }

  #firstLine() {
    return new Promise((resolve, reject) => {
      let text = '';
      const timer = setTimeout(() => reject(new Error(`no rehearsal within ${START_MS} ms\n${this.said}`)), START_MS);
      this.process.stdout.on('data', (chunk) => {
        text += chunk;
        if (!text.includes('\n')) return;
        clearTimeout(timer);
        resolve(text.slice(0, text.indexOf('\n')));
      }).on('end', () => { clearTimeout(timer); reject(new Error(`the rehearsal ended\n${this.said}`)); });
    });
  }

  /** What the program needs to work with it. */
  get env() {
    return {
      DOKPLOY_URL: this.url,
      DOKPLOY_API_KEY: this.key,
      BASEKEEPER_DOKPLOY_REACH: this.facts.stacks,
      BASEKEEPER_DOKPLOY_CA_FILE: this.facts.authority_file,
      BASEKEEPER_DOKPLOY_TEMPLATES_URL: `${this.url}/templates`,
      BASEKEEPER_DOKPLOY_POLL_INTERVAL_MS: '20',
    };
  }

  async #send(path, method, body) {
    const answer = await fetch(this.url + path, {
      method,
      headers: { 'x-api-key': this.key, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  ask(procedure, input = {}) {
    return this.#send(`/api/${procedure}?${new URLSearchParams(input)}`, 'GET');
  }

  tell(procedure, input) { return this.#send(`/api/${procedure}`, 'POST', input); }

  /** From now on, as `--fault` takes it. */
  break(fault) { return this.#send('/rehearsal/faults', 'POST', { add: fault }); }

  mend() { return this.#send('/rehearsal/faults', 'POST', { clear: true }); }

  state() { return this.#send('/rehearsal/state', 'GET'); }

  /** Every compose service of that name. */
  async named(name) { return (await this.state()).composes.filter((c) => c.name === name); }

  /** The only service of that name, whole. */
  async service(name) {
    const [one, ...others] = await this.named(name);
    if (!one || others.length) throw new Error(`${others.length + (one ? 1 : 0)} services "${name}"`);
    return this.ask('compose.one', { composeId: one.composeId });
  }

  /** The variables of a service; names in the order of the text. */
  async variables(name) { return readEnv((await this.service(name)).env); }

  /** Writes what `change` makes of the text of the environment; `deploy` also deploys it. */
  async rewrite(name, change, { deploy = false } = {}) {
    const { composeId, env } = await this.service(name);
    await this.tell('compose.saveEnvironment', { composeId, env: change(env) });
    if (deploy) await this.deploy(name);
  }

  /** Deploys and waits until all containers are there again. */
  async deploy(name) {
    const { composeId, appName } = await this.service(name);
    const title = `by a person ${Math.random()}`;
    await this.tell('compose.deploy', { composeId, title });
    for (let i = 0; i < 400; i++) {
      const rows = await this.ask('deployment.allByCompose', { composeId });
      const row = rows.find((r) => r.title === title);
      if (row?.status === 'error') throw new Error(`the deployment of ${name} failed`);
      const well = row?.status === 'done' && (await this.containers(appName)).every((c) => !/starting/.test(c.status));
      if (well) return;
      await pause(25);
    }
    throw new Error(`${name} was not deployed in time`);
  }

  /** Its containers as Docker lists them. */
  containers(appName) { return this.ask('docker.getContainersByAppNameMatch', { appName, appType: 'docker-compose' }); }

  /** The ids of containers by service. */
  async containerIds(name) {
    const { appName } = await this.service(name);
    const all = await this.containers(appName);
    return Object.fromEntries(all.map((c) => [c.name.slice(appName.length + 1).replace(/-\d+$/, ''), c.containerId]));
  }

  async stop() {
    process.off('exit', this.kill);
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      const late = setTimeout(this.kill, 3_000);
      await this.ended;
      clearTimeout(late);
    }
  }
}

/** NAME=VALUE lines, quotes taken away: enough for what the program writes. */
export function readEnv(text) {
  const out = {};
  for (const line of text.split('\n')) {
    const found = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (found) out[found[1]] = found[2].replace(/^(['"])(.*)\1$/, '$2');
  }
  return out;
}

/** The same text with one variable changed; added when it is not there. */
export function withVariable(name, value) {
  return (env) => (new RegExp(`^${name}=`, 'm').test(env)
    ? env.replace(new RegExp(`^${name}=.*$`, 'm'), () => `${name}=${value}`)
    : `${env.trimEnd()}\n${name}=${value}\n`);
}

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An HS256 token. */
export function token(claims, secret) {
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** The claims of a token that `secret` signed; nothing when it did not. */
export function claimsOf(jwt, secret) {
  const [head, body, signature] = jwt.split('.');
  if (createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url') !== signature) return undefined;
  return JSON.parse(Buffer.from(body, 'base64url'));
}
