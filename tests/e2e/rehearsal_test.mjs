// `basekeeper rehearse` from outside: what it prints is enough to use it, and the MCP server of Dokploy itself takes it
// for a Dokploy.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import https from 'node:https';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { ClientV1, dokployServer, StdioTransportV1 } from '../npm/mcp_clients.mjs';
import { cleanEnvironment } from './support/environment.mjs';
import { binary } from './support/workspace.mjs';

const SPEED = '200';

let rehearsal;
let facts;
let client;

const firstLine = (stream) => new Promise((resolve, reject) => {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
    if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
  }).on('end', () => reject(new Error('it ended without a line')));
});

before(async () => {
  rehearsal = spawn(binary(), ['rehearse', '--speed', SPEED, '--output', 'json'], {
    env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => rehearsal.kill('SIGKILL'));
  facts = JSON.parse(await firstLine(rehearsal.stdout));
  client = new ClientV1({ name: 'test', version: '1' });
  await client.connect(new StdioTransportV1({
    command: process.execPath,
    args: [dokployServer],
    env: { ...cleanEnvironment(), DOKPLOY_URL: facts.url, DOKPLOY_API_KEY: facts.key, DOKPLOY_REDACT_ENV: 'false' },
    stderr: 'ignore',
  }));
});
after(async () => {
  await client?.close();
  rehearsal?.kill('SIGKILL');
});

/** What a tool of Dokploy's server says, as data. */
async function ask(name, args = {}) {
  const { content, isError } = await client.callTool({ name, arguments: args });
  const text = content.map((part) => part.text ?? '').join('\n');
  assert.ok(!isError, `${name}: ${text}`);
  const said = JSON.parse(text);
  return said?.data !== undefined ? said.data : said;
}

/** Asks until it holds; twenty simulated seconds are a tenth of a second here. */
async function eventually(what, holds) {
  for (let i = 0; i < 200; ++i) {
    const came = await what();
    if (holds(came)) return came;
    await pause(50);
  }
  throw new Error('it did not come about');
}

function page(host, path, headers = {}) {
  const [address, port] = facts.stacks.split(':');
  return new Promise((resolve, reject) => {
    https.get({ host: address, port, path, servername: host, headers: { host, ...headers }, ca: readFileSync(facts.authority_file) }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => { body += chunk; }).on('end', () => resolve({ status: answer.statusCode, body }));
    }).on('error', reject);
  });
}

test('the MCP server of Dokploy creates, deploys and reads a stack', async () => {
  assert.equal(await ask('settings-getDokployVersion'), 'v0.30.2');
  const { environment } = await ask('project-create', { name: 'shop' });
  const made = await ask('compose-deployTemplate', { environmentId: environment.environmentId, id: 'supabase' });
  assert.match(made.appName, /^shop-supabase-[a-z0-9]{6}$/);
  const one = await ask('compose-one', { composeId: made.composeId });
  assert.equal(one.mounts.length, 15);
  const [domain] = one.domains;
  await ask('domain-update', {
    domainId: domain.domainId, host: domain.host, serviceName: 'kong', port: 8000, https: true, certificateType: 'letsencrypt', domainType: 'compose',
  });
  assert.equal((await ask('compose-deploy', { composeId: made.composeId, title: 'from outside' })).success, true);
  const [run] = await eventually(
    () => ask('deployment-allByCompose', { composeId: made.composeId }),
    ([newest]) => newest && newest.status !== 'running',
  );
  assert.equal(run.status, 'done');
  assert.equal(run.title, 'from outside');
  assert.match(await ask('deployment-readLogs', { deploymentId: run.deploymentId }), /Docker Compose Deployed/);
  const containers = await eventually(
    () => ask('docker-getContainersByAppNameMatch', { appName: made.appName, appType: 'docker-compose' }),
    (all) => all.every(({ status }) => !status.includes('starting')),
  );
  assert.equal(containers.length, 13);
  assert.ok(containers.every(({ status }) => status.startsWith('Up ')));
  const env = Object.fromEntries(one.env.split('\n').map((line) => line.split(/=(.*)/s)));
  assert.equal((await page(domain.host, '/auth/v1/health', { apikey: env.ANON_KEY })).status, 200);
  assert.equal((await page(domain.host, '/auth/v1/health')).status, 401);
  assert.equal((await page(domain.host.replace(/^/, 'x-'), '/').catch((e) => e)).code, 'ERR_TLS_CERT_ALTNAME_INVALID');
  await ask('compose-delete', { composeId: made.composeId, deleteVolumes: true });
  assert.deepEqual(await ask('docker-getContainersByAppNameMatch', { appName: made.appName, appType: 'docker-compose' }), []);
});

test('faults are set while it runs, and calls are counted', async () => {
  const headers = { 'x-api-key': facts.key, 'content-type': 'application/json' };
  const set = await fetch(`${facts.url}/rehearsal/faults`, { method: 'POST', headers, body: '{"add":"502@project.all:1"}' });
  assert.equal(set.status, 200);
  const [bad, good] = [await fetch(`${facts.url}/api/project.all`, { headers }), await fetch(`${facts.url}/api/project.all`, { headers })];
  assert.equal(bad.status, 502);
  assert.match(bad.headers.get('content-type'), /text\/html/);
  assert.equal(good.status, 200);
  const state = await (await fetch(`${facts.url}/rehearsal/state`, { headers })).json();
  assert.equal(state.calls['project.all'], 2);
  await fetch(`${facts.url}/rehearsal/faults`, { method: 'POST', headers, body: '{"add":"drop-before@project.all:1"}' });
  await assert.rejects(fetch(`${facts.url}/api/project.all`, { headers: { ...headers, connection: 'close' } }));
});

test('it ends with a signal and leaves no file behind', async () => {
  assert.ok(existsSync(facts.authority_file));
  const ended = once(rehearsal, 'exit');
  rehearsal.kill('SIGINT');
  assert.deepEqual(await ended, [0, null]);
  assert.ok(!existsSync(facts.authority_file));
});
