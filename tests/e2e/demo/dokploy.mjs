// The chapter about Dokploy: a rehearsed deployment from nothing to proven, then broken, found out and mended.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { binary } from '../support/workspace.mjs';

const SPEED = 100; // simulated seconds in one

/** Starts the simulated Dokploy; resolves with what it says of itself and how it is stopped. */
function rehearsal(work) {
  const child = spawn(binary(), ['rehearse', '--speed', String(SPEED), '--output', 'json'], {
    env: work.env, cwd: work.folder, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () => new Promise((done) => {
    if (child.exitCode !== null) return done();
    child.once('exit', done);
    child.kill('SIGTERM');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`basekeeper rehearse ended with ${code}`)));
    createInterface({ input: child.stdout }).once('line', (line) => resolve({ facts: JSON.parse(line), stop }));
  });
}

/** A call of Dokploy's API, as somebody else would make it. */
async function ask({ url, key }, procedure, body) {
  const query = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const came = await fetch(`${url}/api/${procedure}`, { ...query, headers: { ...query.headers, 'x-api-key': key } });
  if (!came.ok) throw new Error(`${procedure}: ${came.status} ${await came.text()}`);
  const text = await came.text();
  return text === '' ? null : JSON.parse(text);
}

async function serviceId(facts, name) {
  for (const project of await ask(facts, 'project.all'))
    for (const { compose } of project.environments)
      for (const one of compose) if (one.name === name) return one.composeId;
  throw new Error(`no service ${name}`);
}

/** Gives the anon key to everybody as the service role key, and speaks http: what old templates left behind. */
async function breakIt(facts, id) {
  const { env } = await ask(facts, `compose.one?composeId=${id}`);
  const service = /^SERVICE_ROLE_KEY=(.*)$/m.exec(env)[1];
  const broken = env.replace(/^ANON_KEY=.*$/m, `ANON_KEY=${service}`).replace(/^(SUPABASE_PUBLIC_URL=)https:/m, '$1http:');
  await ask(facts, 'compose.saveEnvironment', { composeId: id, env: broken });
}

/** Fix commands are for a shell; here are no quotes in them. */
const wordsOf = (fix) => fix.split(' ').slice(1);

export async function dokploy(work, tell) {
  tell.chapter('Supabase on Dokploy, rehearsed');
  const { facts, stop } = await rehearsal(work);
  const env = {
    DOKPLOY_URL: facts.url,
    DOKPLOY_API_KEY: facts.key,
    BASEKEEPER_DOKPLOY_REACH: facts.stacks,
    BASEKEEPER_DOKPLOY_CA_FILE: facts.authority_file,
    BASEKEEPER_DOKPLOY_TEMPLATES_URL: facts.templates_url,
    BASEKEEPER_DOKPLOY_POLL_INTERVAL_MS: String(facts.poll_interval_ms),
  };
  try {
    tell.say('basekeeper rehearse plays a Dokploy server with Supabase behind it, so that nothing real is touched.');
    const [made, took] = await tell.timed(() =>
      work.json(['dokploy', 'deploy', 'shop', '--domain', 'db.example.com', '--no-mail', '--yes'], { env }));
    tell.expect(made.job.status === 'succeeded', `13 services from nothing to proven in ${took} (time flies ${SPEED} times as fast there)`, made);
    const seen = await work.json(['dokploy', 'validate', 'shop'], { env });
    const passed = seen.live.filter((one) => one.outcome === 'passed').map((one) => one.name);
    tell.expect(seen.verdict !== 'broken' && passed.includes('administration') && passed.includes('storage'), `asked as users ask: ${passed.join(', ')}`, seen);

    await breakIt(facts, await serviceId(facts, 'shop'));
    tell.say('Somebody writes the keys of an old template into it: anon may now do what only the service role may.');
    const broken = await work.json(['dokploy', 'validate', 'shop'], { env });
    const bad = broken.findings.filter((one) => ['error', 'critical'].includes(one.severity));
    for (const one of bad) tell.quiet(`${one.severity} ${one.id} (${one.subject}): ${one.fix}`);
    tell.expect(broken.verdict === 'broken' && bad.some((one) => one.id === 'keys_equal'), 'found, each with the command that mends it', broken.findings);
    for (const fix of new Set(bad.map((one) => one.fix).filter((text) => text.startsWith('basekeeper dokploy'))))
      await work.must([...wordsOf(fix), '--yes'], { env });
    const cured = await work.json(['dokploy', 'validate', 'shop'], { env });
    tell.expect(cured.verdict !== 'broken', 'those commands, as they stand, mended it: proven again', cured);
    const { configurations } = await work.json(['dokploy', 'history', 'shop'], { env });
    tell.expect(configurations.length >= 1, `every configuration that was replaced is kept, encrypted: ${configurations.length} of them`, configurations);
    const logs = await work.must(['dokploy', 'logs', 'shop', '--lines', '3'], { env });
    tell.quiet(logs.trimEnd());
  } finally {
    await stop();
  }
}
