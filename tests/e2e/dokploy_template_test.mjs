// Stacks that Dokploy made of its own template, as most are found: everything wrong with them is found and mended.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DokployWork } from './support/dokploy_work.mjs';

const PATIENCE = { timeout: 120_000 };

/** A stack as a click on Supabase in Dokploy's list of templates and one on Deploy make it. */
async function clicked(work) {
  const { environment } = await work.on.tell('project.create', { name: 'clicks' });
  const { composeId } = await work.on.tell('compose.deployTemplate', { environmentId: environment.environmentId, id: 'supabase' });
  await work.on.deploy('supabase');
  await work.learnSecrets();
  return composeId;
}

/** Runs the command of the worst finding until there is none that a command mends; the commands. */
async function mended(work) {
  const ran = [];
  for (;;) {
    const { findings } = await work.validate('supabase');
    const first = findings.find((f) => f.fix.startsWith('basekeeper '));
    if (!first) return ran;
    assert.ok(!ran.includes(first.fix), `${first.fix} did not mend ${first.id}: ${first.evidence}`);
    ran.push(first.fix);
    await work.cure(first);
    await work.learnSecrets();
  }
}

const KEYS = 'basekeeper dokploy regenerate-keys supabase';
const TENANT = 'basekeeper dokploy update-env supabase --mend realtime_tenant';

for (const [what, flags, commands] of [
  ['the template of today', [], [TENANT]],
  ['the template with the keys of early 2025', ['--template', 'old-keys'], [KEYS, TENANT]],
  ['the template on a Dokploy that made keys without a role', ['--version', 'v0.25.0'], [KEYS, TENANT]],
])
  test(`${what}: all that is wrong with it is found and mended`, PATIENCE, async (t) => {
    const work = await DokployWork.start({ flags });
    t.after(() => work.remove());
    await clicked(work);
    const before = await work.validate('supabase');
    assert.equal(before.verdict, 'broken');
    const keys = await work.on.variables('supabase');
    const ran = await mended(work);
    for (const command of [...commands, /^basekeeper dokploy domain supabase --host \S+ --service kong --https$/])
      assert.ok(ran.some((line) => (command.test ? command.test(line) : line === command)), `${command} in ${ran.join('\n')}`);
    assert.equal((await work.on.variables('supabase')).ANON_KEY !== keys.ANON_KEY, commands.includes(KEYS), 'sound keys stay');
    // What is left is for a person to decide: the mail server and the address of the application.
    await work.dokploy('update-env supabase SMTP_HOST= ENABLE_EMAIL_AUTOCONFIRM=true SITE_URL=https://app.example.com --yes');
    const { verdict, findings, live } = await work.validate('supabase');
    assert.deepEqual(live.filter((one) => one.outcome === 'failed'), []);
    assert.equal(live.find((one) => one.name === 'sign_up').outcome, 'passed');
    assert.deepEqual(findings.map((f) => f.id), ['smtp_missing']);
    assert.equal(verdict, 'works, with warnings');
    work.assertNothingLeaked();
  });
