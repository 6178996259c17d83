// kill -9 at random moments of deployments and changes: what was begun is gone on with or taken back, and nothing is there
// twice or by half. BASEKEEPER_KILLS says how often each; the default is short.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { DokployWork } from './support/dokploy_work.mjs';
import { binary } from './support/workspace.mjs';

const ROUNDS = Number(process.env.BASEKEEPER_KILLS ?? 3);
const PATIENCE = { timeout: 60_000 + ROUNDS * 20_000 };

let work;
let seed = Number(process.env.BASEKEEPER_SEED ?? Date.now() % 1_000_000);
console.log(`BASEKEEPER_SEED=${seed}`);
const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;

before(async () => {
  work = await DokployWork.start();
  await work.deploy('shop', 'shop.example.com');
});
after(() => work?.remove());

/** Runs a command and kills it after a while. True when it was killed before its end. */
async function killed(args, afterMs) {
  const child = spawn(binary(), args, { env: work.env, cwd: work.folder, stdio: 'ignore' });
  const over = new Promise((done) => child.once('exit', (code, signal) => done(signal === 'SIGKILL')));
  await Promise.race([over, pause(afterMs)]);
  child.kill('SIGKILL');
  return over;
}

/** Goes on with the newest job, or takes it back, when it was interrupted; says what became of it. */
async function settled(back) {
  const { jobs } = await work.json(['jobs', 'list', '--limit', '1']);
  const job = jobs[0];
  if (job?.status !== 'interrupted') return { status: job?.status ?? 'none', id: job?.id };
  await work.run(['jobs', 'resume', job.id, ...(back ? ['--undo'] : []), '--yes'].filter((word) => back || word !== '--yes'));
  return (await work.json(['jobs', 'show', job.id]));
}

async function assertWhole() {
  const { findings } = await work.validate('shop');
  assert.deepEqual(findings.filter((f) => f.severity === 'critical' || f.severity === 'error'), []);
  assert.equal((await work.on.named('shop')).length, 1);
}

for (const [what, words] of [
  ['update-env', (round) => ['update-env', 'shop', `SITE_URL=https://r${round}.example.com`, '--yes']],
  ['regenerate-keys', () => ['regenerate-keys', 'shop', '--yes']],
])
  test(`${what} killed ${ROUNDS} times: the configuration is the old one or the new one`, PATIENCE, async () => {
    const seen = {};
    for (let round = 0; round < ROUNDS; round++) {
      const { env: was } = await work.on.service('shop');
      await killed(['dokploy', ...words(round)], 20 + random() * 900);
      const { status } = await settled(round % 2 === 1);
      seen[status] = (seen[status] ?? 0) + 1;
      assert.ok(['succeeded', 'undone', 'none'].includes(status), status);
      const { env: is } = await work.on.service('shop');
      if (status === 'undone') assert.equal(is, was, 'every byte as it was');
      await assertWhole();
    }
    console.log(what, seen);
  });

test(`deploy killed ${ROUNDS} times: never two services, and it comes to its end or goes`, PATIENCE, async () => {
  const seen = {};
  for (let round = 0; round < ROUNDS; round++) {
    const name = `kill-${round}`;
    await killed(['dokploy', 'deploy', name, '--domain', `${name}.example.com`, '--no-mail', '--yes'], 20 + random() * 2_500);
    const { status, id } = await settled(round % 2 === 1);
    seen[status] = (seen[status] ?? 0) + 1;
    const services = (await work.on.named(name)).length;
    if (status === 'succeeded') {
      assert.equal(services, 1);
      if ((await work.json(['jobs', 'show', id])).title.includes(name)) await work.must(['jobs', 'resume', id, '--undo', '--yes']);
    }
    assert.equal((await work.on.named(name)).length, 0, `${status} left a service`);
  }
  console.log('deploy', seen);
});
