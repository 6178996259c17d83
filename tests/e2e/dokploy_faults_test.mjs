// Supabase on a rehearsed Dokploy that fails: what is told, what is tried again, what is put back.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { succeeded } from './support/answers.mjs';
import { DokployWork } from './support/dokploy_work.mjs';

const PATIENCE = { timeout: 90_000 };
const CONFLICT = 4;

let work;
before(async () => {
  work = await DokployWork.start();
  await work.deploy('shop', 'shop.example.com');
});
afterEach(() => work.on?.mend().catch(() => {}));
after(() => work?.remove());

test('scenario 8: a container that is not well is named with its reason', PATIENCE, async () => {
  await work.on.break('unhealthy@analytics');
  const { state, containers } = await work.dokploy('health shop');
  const bad = containers.filter((c) => c.condition !== 'healthy');
  assert.equal(state, 'degraded');
  assert.deepEqual(bad.map((c) => c.service), ['analytics']);
  assert.ok(bad[0].reason.length > 0);
  const { verdict, findings } = await work.validate('shop');
  assert.equal(verdict, 'broken');
  assert.ok(findings.some((f) => f.id === 'container_not_healthy' && f.subject === 'analytics' && /dokploy logs shop/.test(f.fix)));
});

test('scenario 12: a certificate that is over is found, with how it is renewed', PATIENCE, async () => {
  await work.on.break('expired-certificate');
  await work.on.ask('project.all'); // the server makes it anew with the next call
  const { live } = await work.validate('shop');
  const certificate = live.find((one) => one.name === 'certificate');
  assert.equal(certificate.outcome, 'failed');
  assert.match(certificate.detail, /expired/);
  assert.ok(certificate.next.length > 0);
});

test('scenario 14: a 500 at the deployment is tried again, and what stays is put back', PATIENCE, async () => {
  await work.on.break('500@compose.deploy:2');
  await work.dokploy('update-env shop SITE_URL=https://one.example.com --yes');
  assert.equal((await work.on.variables('shop')).SITE_URL, 'https://one.example.com');
  const { env } = await work.on.service('shop');
  await work.on.break('500@compose.deploy:50');
  const said = await work.dokploy('update-env shop SITE_URL=https://two.example.com --yes', { code: CONFLICT });
  assert.match(said, /everything was put back as it was/);
  assert.equal((await work.on.service('shop')).env, env, 'every byte as it was');
});

test('a deployment that is taken back leaves the project to what else is in it', PATIENCE, async () => {
  const one = await work.deploy('one', 'one.example.com', ['--project', 'both']);
  const two = await work.deploy('two', 'two.example.com', ['--project', 'both']);
  const projects = async () => (await work.on.state()).projects.filter((p) => p.name === 'both').length;
  await work.must(['jobs', 'resume', one.job.id, '--undo', '--yes']);
  assert.equal((await work.on.named('one')).length, 0);
  assert.equal((await work.on.named('two')).length, 1);
  assert.equal(await projects(), 1);
  await work.must(['jobs', 'resume', two.job.id, '--undo', '--yes']);
  assert.equal(await projects(), 1, 'it was made by the other deployment');
});

test('scenario 17: 429 slows down, and the work is done', PATIENCE, async () => {
  await work.on.break('429@compose.one:2');
  const { verdict } = await work.validate('shop');
  assert.notEqual(verdict, 'broken');
});

test('scenario 15: while Dokploy is away the last known state is shown with its age', PATIENCE, async () => {
  const server = work.serve();
  await server.initialize();
  const health = async () => succeeded(await server.call('dokploy_monitor_health', { name: 'shop' }));
  assert.equal((await health()).seen, 'current');
  await work.on.stop();
  work.on = undefined;
  const away = await health();
  assert.equal(away.seen, 'last_seen');
  assert.equal(away.containers.length, 13);
  assert.ok(away.age_seconds >= 0 && away.away_because.length > 0);
  await server.stop();
});
