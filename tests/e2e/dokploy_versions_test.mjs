// Older Dokploys: what they lack is told, and what they can is done in their way.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DokployWork } from './support/dokploy_work.mjs';

const PATIENCE = { timeout: 60_000 };

/** A workspace with a Dokploy of that version, gone with the test. */
async function workOn(t, version) {
  const work = await DokployWork.start({ flags: ['--version', version] });
  t.after(() => work.remove());
  return work;
}

/** Made, asked, changed and read of, from the first call to the logs. */
async function wholeLife(work) {
  const made = await work.deploy('old', 'old.example.com');
  assert.equal(made.job.status, 'succeeded');
  const { findings, live } = await work.validate('old');
  assert.deepEqual(findings.filter((f) => f.severity === 'critical' || f.severity === 'error'), []);
  assert.deepEqual(live.filter((one) => one.outcome === 'failed'), []);
  const changed = await work.dokploy('update-env old SITE_URL=https://app.example.com --yes');
  assert.deepEqual(changed.differences.map((d) => d.subject), ['env SITE_URL']);
  const page = await work.dokploy('logs old --lines 5000');
  assert.deepEqual(page.missing, []);
  assert.deepEqual(page.lines.map((l) => l.time), page.lines.map((l) => l.time).toSorted());
  assert.ok(new Set(page.lines.map((l) => l.service)).size >= 3);
  for (const service of ['auth', 'db', 'kong'])
    assert.ok((await work.dokploy(`logs old --service ${service} --lines 5`)).lines.length > 0, service);
  await work.dokploy('regenerate-keys old --yes');
  await work.dokploy('rollback old --yes');
  assert.deepEqual((await work.validate('old')).live.filter((one) => one.outcome === 'failed'), []);
}

for (const version of ['v0.29.4', 'v0.28.8', 'v0.25.0'])
  test(`a stack lives on Dokploy ${version}`, PATIENCE, async (t) => {
    const work = await workOn(t, version);
    const { review } = await work.deploy('old', 'old.example.com', ['--dry-run']);
    assert.ok(review.notes.some((note) => /this Dokploy is older than/.test(note)), review.notes.join('\n'));
    await wholeLife(work);
  });

test('a Dokploy without environments is refused before anything is made, with the way out', PATIENCE, async (t) => {
  const work = await workOn(t, 'v0.24.12');
  const said = await work.dokploy('deploy old --domain old.example.com --no-mail --yes', { code: 4 });
  assert.match(said, /v0\.25\.0[^]*next: [^]*update/i);
});
