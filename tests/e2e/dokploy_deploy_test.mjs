// New Supabases on a rehearsed Dokploy: by the wizard and without questions, and everything that is refused before.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { failed, succeeded, textOf } from './support/answers.mjs';
import { DokployWork } from './support/dokploy_work.mjs';
import { claimsOf, readEnv } from './support/rehearsal.mjs';
import { selfSigned } from './support/self_signed.mjs';
import { binary } from './support/workspace.mjs';

const PATIENCE = { timeout: 60_000 };
const EXIT = { invalid: 2, notFound: 3, conflict: 4, denied: 5, unavailable: 7 };

let work;
before(async () => { work = await DokployWork.start(); });
after(() => work?.remove());

/** What a rehearsed Dokploy holds; a refused wish leaves it as it is. */
async function holdings() {
  const { projects, environments, composes, mounts, domains, deployments } = await work.on.state();
  return { projects, environments, composes, mounts, domains, deployments };
}

/** Nothing is made, and the message says what is wrong and what to do. */
async function refused(words, code, pattern, options = {}) {
  const was = await holdings();
  const said = await work.dokploy(words, { code, ...options });
  assert.match(said, pattern);
  assert.match(said, /\n {2}next: /);
  assert.deepEqual(await holdings(), was);
}

/** A stack of which everything fits together. */
async function assertSound(name, host) {
  const env = await work.on.variables(name);
  for (const [key, role] of [['ANON_KEY', 'anon'], ['SERVICE_ROLE_KEY', 'service_role']]) {
    const claims = claimsOf(env[key], env.JWT_SECRET);
    assert.equal(claims?.role, role, `${key} of ${name}`);
    assert.equal(claims.iss, 'supabase');
  }
  for (const url of ['SITE_URL', 'SUPABASE_PUBLIC_URL', 'API_EXTERNAL_URL'])
    assert.ok(env[url].startsWith(`https://${host}`), `${url}=${env[url]}`);
  const { findings, live } = await work.validate(name);
  assert.deepEqual(findings.filter((f) => f.severity === 'critical' || f.severity === 'error'), []);
  assert.deepEqual(live.filter((one) => one.outcome === 'failed'), []);
  await work.learnSecrets();
}

test('scenario 1: the wizard asks a person for what is missing and ends with a stack that is proven', PATIENCE, async () => {
  const server = work.serve();
  await server.initialize('2025-11-25', { elicitation: {} });
  const answers = { name: 'shop', domain: 'shop.example.com', confirm: true };
  const asked = [];
  server.answerRequest = ({ method, params }) => {
    assert.equal(method, 'elicitation/create');
    const wanted = Object.keys(params.requestedSchema.properties);
    asked.push([...wanted, params.message]);
    return { action: 'accept', content: Object.fromEntries(wanted.map((name) => [name, answers[name]])) };
  };
  const done = succeeded(await server.call('dokploy_setup_wizard', { smtp: 'none' }));
  assert.deepEqual(asked.map(([name]) => name), ['name', 'domain', 'confirm']);
  assert.match(asked[2][1], /Deploy "shop" at https:\/\/shop\.example\.com to default \(project shop, 13 services/);
  assert.deepEqual([done.step, done.steps, done.title], [9, 9, 'Validated']);
  assert.equal(done.deployment.job.status, 'succeeded');
  assert.ok(done.review.variables.some((line) => /^JWT_SECRET=\*+/.test(line)), 'secrets are masked in the review');
  await server.stop();
  await assertSound('shop', 'shop.example.com');
});

test('scenario 1: a person who declines the review makes nothing', PATIENCE, async () => {
  const was = await holdings();
  const server = work.serve();
  await server.initialize('2025-11-25', { elicitation: {} });
  server.answerRequest = () => ({ action: 'decline' });
  const text = failed(await server.call('dokploy_setup_wizard', { name: 'never', domain: 'never.example.com', smtp: 'none' }));
  assert.match(text, /nothing was made/);
  await server.stop();
  assert.deepEqual(await holdings(), was);
});

test('scenario 1: a client that cannot be asked goes through the wizard call by call', PATIENCE, async () => {
  const server = work.serve();
  await server.initialize('2025-11-25');
  const answers = { name: 'desk', smtp: 'none', domain: 'desk.example.com', confirm: true };
  const asked = [];
  let came = succeeded(await server.call('dokploy_setup_wizard', { fresh: true }));
  while (came.argument) {
    assert.ok(asked.length < 5, `asked again and again: ${asked}`);
    asked.push(came.argument);
    assert.match(came.next, new RegExp(`dokploy_setup_wizard again with ${came.argument}; the answers so far are kept`));
    assert.deepEqual((await work.on.named('desk')), [], 'nothing is made before the review is agreed to');
    came = succeeded(await server.call('dokploy_setup_wizard', { [came.argument]: answers[came.argument] }));
  }
  assert.deepEqual(asked, ['name', 'smtp', 'domain', 'confirm']);
  assert.equal(came.deployment.job.status, 'succeeded');
  await server.stop();
  await assertSound('desk', 'desk.example.com');
});

test('the wizard goes on where it was left, by another process and after a refusal, until it is begun afresh', PATIENCE, async () => {
  const ask = async (given) => {
    const server = work.serve();
    await server.initialize('2025-11-25');
    const came = await server.call('dokploy_setup_wizard', given);
    await server.stop();
    return came;
  };
  const shown = (came) => Object.fromEntries(came.answers.map(({ name, value }) => [name, value]));
  const left = succeeded(await ask({ fresh: true, name: 'later', smtp: 'none' }));
  assert.equal(left.argument, 'domain');
  assert.equal(left.goes_on_from, undefined);
  assert.match(failed(await ask({ domain: 'not a domain' })), /domain/);
  assert.match(failed(await ask({ variables: ['no assignment'] })), /variables/);
  assert.match(failed(await ask({ smtp_host: '127.0.0.1', smtp_port: 1, smtp_sender: 'a@later.example.com' })), /smtp/);
  const on = succeeded(await ask({}));
  assert.equal(on.argument, 'domain', 'what was refused is not kept');
  assert.equal(shown(on).name, 'later');
  assert.match(on.goes_on_from, /^\d{4}-\d\d-\d\dT/);
  const reviewed = succeeded(await ask({ domain: 'later.example.com' }));
  assert.equal(reviewed.argument, 'confirm');
  assert.equal(reviewed.review.url, 'https://later.example.com');
  const other = succeeded(await ask({ name: 'sooner' }));
  assert.deepEqual([shown(other).name, shown(other).domain], ['sooner', 'later.example.com'], 'an answer is replaced, the others stay');
  assert.deepEqual(shown(succeeded(await ask({ fresh: true }))).name, undefined);
  assert.deepEqual((await work.on.named('later')), []);
});

test('scenario 1: a person at a terminal answers the wizard line by line', PATIENCE, async () => {
  // script(1) gives it a terminal.
  const child = spawn('script', ['-qec', `${binary()} dokploy setup`, '/dev/null'], { env: work.env, cwd: work.folder });
  let seen = '';
  const answers = [[/to be called/, 'tty'], [/By which server/, 'none'], [/At which domain/, 'tty.example.com'], [/\[y\/N\]/, 'y']];
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    seen += chunk;
    if (answers.length > 0 && answers[0][0].test(seen)) child.stdin.write(`${answers.shift()[1]}\n`);
  });
  const code = await new Promise((done) => child.once('close', done));
  assert.equal(code, 0, seen);
  assert.equal((await work.on.named('tty')).length, 1);
  await assertSound('tty', 'tty.example.com');
});

test('by the command: a dry run shows the plan and makes nothing, then it is deployed beside the others', PATIENCE, async () => {
  const was = await holdings();
  const shown = await work.deploy('club', 'club.example.com', ['--dry-run']);
  assert.equal(shown.review.images.length, 13);
  assert.match(shown.next, /nothing was made/);
  assert.deepEqual(await holdings(), was);
  const made = await work.deploy('club', 'club.example.com');
  assert.equal(made.job.status, 'succeeded');
  assert.equal(made.url, 'https://club.example.com');
  await assertSound('club', 'club.example.com');
  const { stacks } = await work.dokploy('list');
  assert.deepEqual(stacks.map((s) => [s.name, s.health]).sort(), ['club', 'desk', 'shop', 'tty'].map((n) => [n, '13 of 13 healthy']));
  const keys = (await Promise.all(['club', 'desk', 'shop', 'tty'].map((n) => work.on.variables(n)))).map((e) => e.JWT_SECRET);
  assert.equal(new Set(keys).size, keys.length, 'each stack has secrets of its own');
});

test('without mail users are confirmed at once, as the review says, and can sign up', PATIENCE, async () => {
  const { live } = await work.validate('shop');
  const outcome = (name) => live.find((one) => one.name === name);
  assert.equal(outcome('sign_up').outcome, 'passed', outcome('sign_up').detail);
});

test('scenario 6: a name that cannot stand in an address is refused with one that can', PATIENCE, async () => {
  await refused(['deploy', 'My Project', '--domain', 'a.example.com', '--no-mail', '--yes'], EXIT.invalid, /next: use my-project/);
  const server = work.serve();
  await server.initialize();
  assert.match(failed(await server.call('dokploy_setup_wizard', { name: 'My Project' })), /use my-project/);
  assert.match(
    failed(await server.call('dokploy_deploy_supabase', { name: 'Größe 9', domain: 'a.example.com', smtp: 'none' })), /next: use [a-z0-9-]+/,
  );
  await server.stop();
});

// Wishes that cannot be fulfilled: [what, words, exit code, what is said].
const WISHES = [
  ['a domain that does not resolve', 'deploy nine --domain db.nowhere.invalid', EXIT.invalid, /db\.nowhere\.invalid does not resolve[^]*next: add an A record/],
  ['a domain that another service has', 'deploy nine --domain shop.example.com', EXIT.conflict, /belongs to the service "shop" already[^]*next: choose another domain/],
  ['a service that is there', 'deploy shop --domain nine.example.com', EXIT.conflict, /the project "shop" has a service "shop" already[^]*next: choose another name/],
  ['the name of an instance', 'deploy shop --domain nine.example.com --project another', EXIT.conflict, /there is an instance "shop" already[^]*next: .*instance remove shop/],
  ['a domain that is none', 'deploy nine --domain http://', EXIT.invalid, /next: /],
  ['a version that is none', 'deploy nine --domain nine.example.com --image auth', EXIT.invalid, /"auth" is no version[^]*next: write SERVICE=TAG/],
  ['a variable that is none', 'deploy nine --domain nine.example.com --set broken', EXIT.invalid, /broken[^]*next: /],
];
for (const [what, words, code, pattern] of WISHES)
  test(`refused before anything is made: ${what}`, PATIENCE, () => refused(`${words} --no-mail --yes`, code, pattern));

/** The URL of a server that answers so, until the test ends. */
async function served(t, answers) {
  const server = http.createServer(answers).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.closeAllConnections(); server.close(); });
  return `http://127.0.0.1:${server.address().port}`;
}

/** The rehearsed Dokploy behind a catalogue that is ahead of this program; what `reads` makes of a config it can read. */
function newerCatalogue(t, reads) {
  return served(t, async (ask, answer) => {
    let body = Buffer.concat(await ask.toArray());
    if (ask.url === '/api/compose.previewTemplate') {
      const input = JSON.parse(body);
      const source = JSON.parse(Buffer.from(input.base64, 'base64'));
      input.base64 = Buffer.from(JSON.stringify({ ...source, config: reads(source.config) })).toString('base64');
      body = Buffer.from(JSON.stringify(input));
    }
    const { host, 'content-length': size, ...headers } = ask.headers;
    const came = await fetch(work.on.url + ask.url, { method: ask.method, headers, ...(body.length && { body }) });
    const newer = ask.url.endsWith('/template.toml') ? NEWER : '';
    answer.writeHead(came.status, { 'content-type': came.headers.get('content-type') ?? 'text/plain' }).end(await came.text() + newer);
  });
}

const NEWER = '\n[newer]\nthing = <what only a newer Dokploy reads>\n';

test('a template that only Dokploy can read is filled in by it, and what neither can read is refused', PATIENCE, async (t) => {
  const through = (url) => ({ DOKPLOY_URL: url, BASEKEEPER_DOKPLOY_TEMPLATES_URL: `${url}/templates` });
  const words = ['deploy', 'newer', '--domain', 'newer.example.com', '--no-mail', '--yes'];
  const neither = await newerCatalogue(t, (config) => config);
  await refused(words, EXIT.conflict, /line \d+ of the template: [^]*nor can Dokploy read it: /, { env: through(neither) });
  const url = await newerCatalogue(t, (config) => config.replace(NEWER, ''));
  const { review } = await work.dokploy([...words, '--dry-run'], { env: through(url) });
  assert.equal(review.notes.filter((note) => /filled in by Dokploy, not here/.test(note)).length, 1);
  const made = await work.dokploy(words, { env: through(url) });
  assert.equal(made.job.status, 'succeeded');
  await assertSound('newer', 'newer.example.com');
});

const DEPLOY = 'deploy nine --domain nine.example.com --no-mail --yes';

test('refused: a wrong URL, a wrong key, a key of a member, a URL that is no Dokploy', PATIENCE, async (t) => {
  const other = (env) => ({ env });
  await refused(DEPLOY, EXIT.unavailable, /127\.0\.0\.1:1\b[^]*next: /, other({ DOKPLOY_URL: 'http://127.0.0.1:1' }));
  await refused(DEPLOY, EXIT.denied, /key[^]*next: /, other({ DOKPLOY_API_KEY: 'wrong'.repeat(12) }));
  await refused(DEPLOY, EXIT.denied, /belongs to a member[^]*next: make a key as an owner/, other({ DOKPLOY_API_KEY: work.on.facts.member_key }));
  const url = await served(t, (_, answer) => answer.setHeader('content-type', 'text/html').end('<h1>hello</h1>'));
  await refused(DEPLOY, EXIT.notFound, /page[^]*next: /, other({ DOKPLOY_URL: url }));
});

test('refused: http where Dokploy redirects to https, with the URL to use', PATIENCE, async (t) => {
  const url = await served(t, (ask, answer) => answer.writeHead(301, { location: `https://dokploy.example.com${ask.url}` }).end());
  await refused(DEPLOY, EXIT.invalid, /redirects[^]*next: [^]*https:\/\/dokploy\.example\.com/, { env: { DOKPLOY_URL: url } });
});

test('a server is tried before it is kept, and then known to every command without a variable', PATIENCE, async (t) => {
  const other = await DokployWork.start();
  t.after(() => other.remove());
  for (const name of ['DOKPLOY_URL', 'DOKPLOY_API_KEY']) delete other.env[name];
  const connect = (url, key, code = 0) => other.dokploy(['connect', 'home', '--url', url], { input: `${key}\n`, code });
  assert.match(await other.dokploy('list', { code: EXIT.notFound }), /next: run `basekeeper dokploy connect home --url/);
  assert.match(await connect('http://127.0.0.1:1', 'x', EXIT.unavailable), /127\.0\.0\.1:1/);
  assert.match(await connect(other.on.url, 'wrong'.repeat(12), EXIT.denied), /key/);
  assert.match(await connect(other.on.url, '', EXIT.invalid), /there is no API key[^]*next: /);
  assert.match(await other.dokploy(['connect', 'No Name', '--url', other.on.url], { input: 'x\n', code: EXIT.invalid }), /next: /);
  assert.match(await other.dokploy('list', { code: EXIT.notFound }), /no Dokploy server is configured/, 'nothing that was refused is kept');
  assert.deepEqual(await connect(`${other.on.url}/a/path`, other.on.key), { name: 'home', url: other.on.url, version: 'v0.30.2', role: 'owner' });
  assert.deepEqual((await other.dokploy('list')).stacks, []);
  // The configuration says the rest of a server that was connected.
  const rest = join(other.folder, 'rest.toml');
  const { BASEKEEPER_DOKPLOY_REACH: reach, BASEKEEPER_DOKPLOY_CA_FILE: ca, BASEKEEPER_DOKPLOY_TEMPLATES_URL: templates } = other.env;
  writeFileSync(rest, `[dokploy.home]\nreach = "${reach}"\nca_file = "${ca}"\ntemplates_url = "${templates}"\npoll_interval_ms = 20\n`);
  const made = await other.dokploy(['deploy', 'kept', '--domain', 'kept.example.com', '--no-mail', '--yes', '--config', rest]);
  assert.equal(made.job.status, 'succeeded');
  const server = other.serve();
  await server.initialize();
  assert.ok((await server.request('tools/list', {})).result.tools.some((tool) => tool.name === 'dokploy_list_instances'));
  await server.stop();
  await other.dokploy('disconnect home');
  assert.match(await other.dokploy('disconnect home', { code: EXIT.notFound }), /no Dokploy server "home"/);
  assert.match(await other.dokploy('list', { code: EXIT.notFound }), /no Dokploy server is configured/);
  for (const key of [other.on.key])
    for (const text of other.said) assert.ok(!text.includes(key), 'the key was said');
});

test('a self-signed certificate is refused with its pin, and accepted with that', PATIENCE, async () => {
  const front = await selfSigned(work.on.url);
  try {
    const env = { DOKPLOY_URL: front.url };
    const said = await work.dokploy('list', { env, code: 0 }).then((list) => list.unreachable.join('\n'), (why) => String(why));
    const pin = /sha256\/\/[A-Za-z0-9+/=]{44}/.exec(said)?.[0];
    assert.ok(pin, said);
    const { stacks } = await work.dokploy('list', { env: { ...env, BASEKEEPER_DOKPLOY_PIN: pin } });
    assert.ok(stacks.some((s) => s.name === 'shop'));
    const wrong = `sha256//${Buffer.alloc(32).toString('base64')}`;
    const refusedOnes = await work.dokploy('list', { env: { ...env, BASEKEEPER_DOKPLOY_PIN: wrong } });
    assert.equal(refusedOnes.stacks.length, 0);
    await refused(DEPLOY, EXIT.denied, /certificate[^]*sha256\/\//, { env });
  } finally { await front.stop(); }
});

/** A mail server that knows one account. */
async function mailServer(asked) {
  const program = fileURLToPath(new URL('../npm/mail_server.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(asked)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let log = '';
  const port = await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      log += chunk;
      const found = /^port (\d+)$/m.exec(log);
      if (found) resolve(Number(found[1]));
    }).on('end', () => reject(new Error('no mail server')));
  });
  return { port, get log() { return log; }, stop: () => { process.off('exit', kill); kill(); } };
}

test('scenario 7: a mail account is tried before anything is made; a wrong password and placeholders are refused', PATIENCE, async () => {
  const front = await selfSigned(work.on.url); // only for its certificate
  const mail = await mailServer({ certificate: front.certificate, key: front.privateKey, hideStarttls: true, insecureLogin: true });
  try {
    const words = (more) => ['deploy', 'post', '--domain', 'post.example.com', '--smtp-host', '127.0.0.1', '--smtp-port',
      String(mail.port), '--smtp-user', 'shop', '--smtp-sender', 'hello@shop.test', '--yes', ...more];
    await refused(words([]), EXIT.denied, /smtp[^]*(password|refuse|login)/i, { env: { BASEKEEPER_SMTP_PASSWORD: 'not this one' } });
    await refused(
      ['deploy', 'post', '--domain', 'post.example.com', '--smtp-host', 'supabase-mail', '--smtp-user', 'fake_mail_user',
        '--smtp-sender', 'admin@example.com', '--yes'],
      EXIT.conflict, /supabase-mail is the value of an example/, { env: { BASEKEEPER_SMTP_PASSWORD: 'fake_mail_password' } },
    );
    const password = 'pässword of the shop';
    const shown = await work.dokploy(words(['--dry-run']), { env: { BASEKEEPER_SMTP_PASSWORD: password } });
    assert.match(shown.review.notes.join('\n'), /mail: 127\.0\.0\.1:\d+, .*logged in by/);
    assert.ok(!mail.log.includes('DATA'), 'no mail was sent');
    work.secrets.add(password);
  } finally {
    mail.stop();
    await front.stop();
  }
});

test('nothing that was said or kept holds a secret', async () => {
  await work.learnSecrets();
  work.assertNothingLeaked();
});
