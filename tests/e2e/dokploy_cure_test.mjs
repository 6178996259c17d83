// Stacks on a rehearsed Dokploy that somebody broke: each defect is named with the command that heals it, and it does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { failed, succeeded, textOf } from './support/answers.mjs';
import { confirmed, DokployWork } from './support/dokploy_work.mjs';
import { claimsOf, token, withVariable } from './support/rehearsal.mjs';

const PATIENCE = { timeout: 60_000 };
const HOST = 'shop.example.com';
const CONFLICT = 4; // exit code

let work;
before(async () => {
  work = await DokployWork.start();
  await work.deploy('shop', HOST);
});
after(() => work?.remove());

const worst = (findings) => findings.filter((f) => f.severity === 'critical' || f.severity === 'error');
const ids = (findings) => findings.map((f) => f.id);

/** Nothing is broken: neither by the rules nor for those who use it. */
async function assertSound() {
  const { verdict, findings, live } = await work.validate('shop');
  assert.deepEqual(worst(findings), []);
  assert.deepEqual(live.filter((one) => one.outcome === 'failed'), []);
  assert.notEqual(verdict, 'broken');
}

async function breakBy(change, options = { deploy: true }) {
  await work.learnSecrets();
  await work.on.rewrite('shop', change, options);
  await work.learnSecrets();
}

/** Every finding that a command heals is healed by just that command, one after the other, until none is left. */
async function healed() {
  const ran = new Set();
  for (let finding; (finding = worst((await work.validate('shop')).findings)[0]);) {
    assert.ok(!ran.has(finding.fix), `${finding.fix} did not heal ${finding.id}: ${finding.evidence}`);
    ran.add(finding.fix);
    await work.cure(finding);
    await work.learnSecrets();
  }
  await assertSound();
  return [...ran];
}

/** The defect is found over MCP with `id` at `subject`, and is healed by the command. */
async function foundAndHealed(id, subject, command) {
  const server = work.serve();
  await server.initialize();
  const answer = await server.call('dokploy_validate_config', { name: 'shop' });
  const { verdict, findings } = succeeded(answer);
  assert.equal(verdict, 'broken');
  const finding = findings.find((f) => f.id === id && f.subject === subject);
  assert.ok(finding, `no ${id} of ${subject} in ${JSON.stringify(findings.map((f) => [f.id, f.subject]))}`);
  assert.match(finding.fix, command);
  assert.match(textOf(answer.result), new RegExp(id));
  await server.stop();
  await work.cure(finding);
  await work.learnSecrets();
}

test('what was deployed is sound', PATIENCE, assertSound);

const KEYS = /^basekeeper dokploy regenerate-keys shop$/;

test('scenario 2: equal keys are found and made anew', PATIENCE, async () => {
  const { ANON_KEY } = await work.on.variables('shop');
  await breakBy(withVariable('SERVICE_ROLE_KEY', ANON_KEY));
  await foundAndHealed('keys_equal', 'SERVICE_ROLE_KEY', KEYS);
  await assertSound();
});

test('scenario 3: a key without a role and one of another issuer are found and made anew', PATIENCE, async () => {
  const { JWT_SECRET } = await work.on.variables('shop');
  const times = { iat: 1_700_000_000, exp: 2_000_000_000 };
  await breakBy((env) => withVariable('ANON_KEY', token({ iss: 'dokploy', ...times }, JWT_SECRET))(
    withVariable('SERVICE_ROLE_KEY', token({ iss: 'dokploy', role: 'service_role', ...times }, JWT_SECRET))(env),
  ));
  const { findings } = await work.validate('shop');
  assert.ok(findings.some((f) => f.id === 'key_issuer' && f.subject === 'SERVICE_ROLE_KEY' && /iss dokploy/.test(f.evidence)));
  await foundAndHealed('key_role_missing', 'ANON_KEY', KEYS);
  await assertSound();
  assert.ok(!ids((await work.validate('shop')).findings).includes('key_issuer'));
});

test('scenario 4: keys that another secret signed are found and made anew, over MCP', PATIENCE, async () => {
  const claims = { iss: 'supabase', role: 'anon', iat: 1_700_000_000, exp: 2_000_000_000 };
  await breakBy(withVariable('ANON_KEY', token(claims, 'the secret of another stack, long enough to sign')));
  const server = work.serve();
  await server.initialize();
  const { findings } = succeeded(await server.call('dokploy_validate_config', { name: 'shop' }));
  assert.ok(ids(worst(findings)).includes('key_signature'));
  const done = await confirmed(server, 'dokploy_regenerate_keys', { name: 'shop' });
  assert.equal(done.job.status, 'succeeded');
  const { findings: left } = succeeded(await server.call('dokploy_validate_config', { name: 'shop' }));
  assert.deepEqual(worst(left), []);
  await server.stop();
  await assertSound();
});

test('scenario 5: URLs of which some are http are found, each with its command', PATIENCE, async () => {
  await breakBy((env) => withVariable('SITE_URL', `http://${HOST}`)(withVariable('API_EXTERNAL_URL', `http://${HOST}`)(env)));
  const { findings } = await work.validate('shop');
  assert.deepEqual(findings.filter((f) => f.id === 'url_http').map((f) => f.subject).sort(), ['API_EXTERNAL_URL', 'SITE_URL']);
  const ran = await healed();
  assert.ok(ran.includes(`basekeeper dokploy update-env shop SITE_URL=https://${HOST}`), ran.join('\n'));
  const env = await work.on.variables('shop');
  for (const name of ['SITE_URL', 'API_EXTERNAL_URL', 'SUPABASE_PUBLIC_URL']) assert.match(env[name], /^https:/);
});

test('scenario 7: the mail server of the example is found', PATIENCE, async () => {
  const { env } = await work.on.service('shop');
  await breakBy((text) => [['SMTP_HOST', 'supabase-mail'], ['SMTP_USER', 'fake_mail_user'], ['SMTP_PASS', 'fake_mail_password']]
    .reduce((now, [name, value]) => withVariable(name, value)(now), text), { deploy: false });
  const finding = (await work.validate('shop')).findings.find((f) => f.id === 'smtp_placeholder');
  assert.equal(finding?.severity, 'error');
  assert.match(finding.fix, /SMTP_HOST.*update-env/);
  await work.on.rewrite('shop', () => env);
});

test('scenario 9: sign-up is tried with a probe user, of whom nothing is left', PATIENCE, async () => {
  const { live } = await work.validate('shop');
  const signUp = live.find((one) => one.name === 'sign_up');
  assert.equal(signUp.outcome, 'passed', signUp.detail);
  for (const name of ['auth', 'settings', 'administration', 'rest', 'storage', 'realtime', 'functions', 'database', 'certificate'])
    assert.equal(live.find((one) => one.name === name)?.outcome, 'passed', name);
  const { users } = JSON.parse(await gateway('/auth/v1/admin/users', 'SERVICE_ROLE_KEY'));
  assert.deepEqual(users, []);
});

/** What the stack answers through its domain to the holder of a key. */
async function gateway(path, key) {
  const https = await import('node:https');
  const { readFileSync } = await import('node:fs');
  const value = (await work.on.variables('shop'))[key];
  const [host, port] = work.on.facts.stacks.split(':');
  return new Promise((resolve, reject) => {
    https.get({
      host, port, path, servername: HOST, ca: readFileSync(work.on.facts.authority_file), agent: false,
      headers: { host: HOST, apikey: value, authorization: `Bearer ${value}` },
    }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => { body += chunk; }).on('end', () => resolve(body));
    }).on('error', reject);
  });
}

test('scenario 10: a variable is changed, and only what uses it is made anew', PATIENCE, async () => {
  const was = await work.on.containerIds('shop');
  const shown = await work.dokploy('update-env shop SITE_URL=https://www.example.com --dry-run');
  assert.deepEqual(shown.restarts, ['auth', 'kong'], 'the gateway keeps the address of the old one');
  assert.deepEqual(shown.differences, [{ subject: 'env SITE_URL', before: `https://${HOST}`, after: 'https://www.example.com' }]);
  assert.deepEqual(await work.on.containerIds('shop'), was);
  await work.dokploy('update-env shop SITE_URL=https://www.example.com --yes');
  assert.equal((await work.on.variables('shop')).SITE_URL, 'https://www.example.com');
  const now = await work.on.containerIds('shop');
  assert.deepEqual(Object.keys(was).filter((service) => was[service] !== now[service]), ['auth']);
  await work.dokploy(`update-env shop SITE_URL=https://${HOST} --yes`);
  await assertSound();
});

test('scenario 10: what asks nobody changes nothing', PATIENCE, async () => {
  const { env } = await work.on.service('shop');
  const said = await work.dokploy('update-env shop SITE_URL=https://www.example.com', { code: 8 });
  assert.match(said, /needs a confirmation, nothing was changed yet/);
  const server = work.serve();
  await server.initialize('2025-11-25', { elicitation: {} });
  server.answerRequest = () => ({ action: 'decline' });
  assert.match(failed(await server.call('dokploy_update_env', { name: 'shop', set: ['SITE_URL=https://www.example.com'] })), /not confirmed/);
  await server.stop();
  assert.equal((await work.on.service('shop')).env, env);
});

test('a new password of the database reaches its roles, and everything still works', PATIENCE, async () => {
  await work.learnSecrets();
  const { POSTGRES_PASSWORD: was } = await work.on.variables('shop');
  await work.dokploy('update-env shop --generate POSTGRES_PASSWORD --yes');
  assert.notEqual((await work.on.variables('shop')).POSTGRES_PASSWORD, was);
  await work.learnSecrets();
  await assertSound();
});

test('scenario 11: the logs of all services come in the order of time, and are filtered', PATIENCE, async () => {
  const server = work.serve();
  await server.initialize();
  const logs = async (args) => succeeded(await server.call('dokploy_get_logs', { name: 'shop', ...args }));
  let all, middle, from, to;
  let services = new Set();
  // At this speed a busy machine may have thousands of lines between two calls: then the window is past, or the newest
  // lines are those of the services that were read last.
  for (let attempt = 0; attempt < 20 && !(middle?.lines.length && services.size >= 3); ++attempt) {
    all = await logs({ limit: 5_000 });
    const times = all.lines.map((line) => line.time);
    assert.deepEqual(times, times.toSorted());
    [from, to] = [times[10], times.at(-10)];
    middle = await logs({ since: from, until: to, limit: 5_000 });
    services = new Set(all.lines.map((line) => line.service));
  }
  assert.ok(middle.lines.length > 0 && middle.lines.every((line) => line.time >= from && line.time <= to));
  // Some say so much that the newest lines are theirs alone; asked for by name, every one has some.
  assert.ok(services.size >= 3, `only ${[...services]}`);
  for (const service of ['studio', 'kong', 'auth', 'rest', 'realtime', 'storage', 'functions', 'db'])
    assert.ok((await logs({ services: [service], limit: 5 })).lines.length > 0, service);
  assert.deepEqual(all.missing, []);
  const two = await logs({ services: ['auth', 'rest'], limit: 1_000 });
  assert.deepEqual([...new Set(two.lines.map((line) => line.service))].sort(), ['auth', 'rest']);
  // A word without digits: what names a moment has long been followed by thousands of lines at this speed.
  const text = two.lines.at(-1).text.match(/[A-Za-z]{4,}/g).at(-1);
  const some = await logs({ contains: text, limit: 50 });
  assert.ok(some.lines.length > 0 && some.lines.every((line) => line.text.toLowerCase().includes(text.toLowerCase())));
  const bad = await logs({ level: 'warning', limit: 1_000 });
  assert.ok(bad.lines.every((line) => ['warning', 'error'].includes(line.level)));
  assert.match(failed(await server.call('dokploy_get_logs', { name: 'shop', since: 'yesterday' })), /since[^]*next: /);
  await server.stop();
});

test('scenario 13: the configuration before is listed, compared and put back', PATIENCE, async () => {
  const { env } = await work.on.service('shop');
  await work.dokploy('update-env shop PGRST_DB_MAX_ROWS=77 --yes');
  const { configurations } = await work.dokploy('history shop');
  assert.equal(configurations[0].reason, 'before: update env');
  const server = work.serve();
  await server.initialize();
  const compared = succeeded(await server.call('dokploy_rollback', { name: 'shop', action: 'compare' }));
  assert.deepEqual(compared.differences, [{ subject: 'env PGRST_DB_MAX_ROWS', before: '77', after: '1000' }]);
  const { restored } = await confirmed(server, 'dokploy_rollback', { name: 'shop', action: 'restore' });
  assert.equal(restored.job.status, 'succeeded');
  await server.stop();
  assert.equal((await work.on.service('shop')).env, env, 'every byte as it was');
  await assertSound();
  await work.dokploy(`rollback shop --to ${configurations[0].id} --yes`, { code: CONFLICT });
});

test('scenario 16: a JWT_SECRET that was changed is found, before and after a deployment', PATIENCE, async () => {
  const keys = await work.on.variables('shop');
  const secret = 'another secret of forty characters, just so';
  // Consistent in the text, but the containers were made with the old one.
  const renewed = (name) => token(claimsOf(keys[name], keys.JWT_SECRET), secret);
  const inSets = (text) => Buffer.from(text).toString('base64url');
  await breakBy((env) => withVariable('JWT_SECRET', `"${secret}"`)(withVariable('ANON_KEY', renewed('ANON_KEY'))(
    withVariable('SERVICE_ROLE_KEY', renewed('SERVICE_ROLE_KEY'))(env.replaceAll(inSets(keys.JWT_SECRET), inSets(secret))),
  )), { deploy: false });
  const { findings } = await work.validate('shop');
  const changed = findings.filter((f) => f.id === 'jwt_secret_changed');
  assert.ok(changed.some((f) => f.subject === 'auth'), JSON.stringify(findings));
  assert.equal(changed[0].fix, 'basekeeper dokploy update-env shop --mend jwt_secret_changed');
  assert.ok(!ids(findings).includes('key_signature'));
  assert.deepEqual(await healed(), [changed[0].fix]);
  assert.equal((await work.on.variables('shop')).ANON_KEY, renewed('ANON_KEY'), 'keys that fit stay');
  // The secret is new, the keys are old.
  await breakBy(withVariable('JWT_SECRET', '"one more secret of forty characters, or so"'));
  assert.ok(ids((await work.validate('shop')).findings).includes('key_set_stale'));
  await foundAndHealed('key_signature', 'SERVICE_ROLE_KEY', KEYS);
  await assertSound();
});

test('what was changed and never deployed is found, told of by another change, and deployed', PATIENCE, async () => {
  await breakBy(withVariable('SITE_URL', 'https://later.example.com'), { deploy: false });
  const { verdict, findings } = await work.validate('shop');
  assert.equal(verdict, 'works, with warnings');
  const finding = findings.find((f) => f.id === 'not_deployed');
  assert.equal(finding.subject, 'SITE_URL');
  const shown = await work.dokploy('update-env shop PGRST_DB_MAX_ROWS=700 --dry-run');
  assert.deepEqual(shown.also_deployed, ['SITE_URL']);
  assert.ok(['auth', 'rest'].every((service) => shown.restarts.includes(service)), shown.restarts.join());
  const alone = await work.dokploy('update-env shop --mend not_deployed --dry-run');
  assert.deepEqual([alone.differences, [...alone.restarts].sort()], [[], ['auth', 'kong']], 'the gateway keeps old addresses');
  await work.cure(finding);
  assert.ok(!ids((await work.validate('shop')).findings).includes('not_deployed'));
  assert.match(
    await work.dokploy('update-env shop --mend not_deployed --yes', { code: CONFLICT }), /all containers run with what Dokploy holds/,
  );
  await assertSound();
});

test('a password of the database that was changed and never deployed stops every change but the one that gives it', PATIENCE, async () => {
  await breakBy(withVariable('POSTGRES_PASSWORD', 'changed-by-hand-and-never-deployed'), { deploy: false });
  const was = await work.on.service('shop');
  const said = await work.dokploy('update-env shop PGRST_DB_MAX_ROWS=800 --yes', { code: CONFLICT });
  assert.match(said, /would lock all services out[^]*next: [^]*--generate POSTGRES_PASSWORD/);
  assert.equal((await work.on.service('shop')).env, was.env);
  const { findings } = await work.validate('shop');
  assert.equal(findings[0].id, 'postgres_password_changed');
  await work.cure(findings[0]);
  await work.learnSecrets();
  await assertSound();
});

test('an env text with broken lines is found, and nothing else of it is lost by a change', PATIENCE, async () => {
  await breakBy((env) => `${env}\nthis line says nothing\nOPEN="no end\n`, { deploy: false });
  const { findings } = await work.validate('shop');
  assert.ok(ids(findings).some((id) => ['env_line_ignored', 'env_quote_open'].includes(id)), ids(findings).join());
  const before = await work.on.variables('shop');
  await work.run(['dokploy', 'update-env', 'shop', 'PGRST_DB_MAX_ROWS=500', '--yes']);
  const now = await work.on.variables('shop');
  for (const name of Object.keys(before)) assert.ok(name === 'PGRST_DB_MAX_ROWS' || now[name] === before[name], name);
});

test('nothing that was said or kept holds a secret', async () => {
  await work.learnSecrets();
  work.assertNothingLeaked();
});
