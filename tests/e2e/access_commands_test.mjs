// API keys and blocked addresses are managed on the command line, and no secret stays behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Workspace } from './support/workspace.mjs';

const EXIT = { invalid: 2, notFound: 3, conflict: 4 };

let work;
before(async () => {
  work = new Workspace();
  await work.must(['instance', 'add', 'shop', '--database-url', 'postgresql://u:p@127.0.0.1:1/x']);
});
after(() => work?.remove());

async function ends(code, args, expected) {
  const got = await work.run(args);
  assert.equal(got.code, code, `basekeeper ${args.join(' ')}\n${got.stdout}${got.stderr}`);
  if (expected) assert.match(got.stderr, expected);
}

test('a key is shown once, stored as a digest, listed and revoked', async () => {
  const made = await work.json(['key', 'create', 'ci', '--scope', 'database:read', '--instance', 'shop', '--expires', '90d']);
  assert.match(made.key, /^bk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(made.scopes, ['database:read@shop']);
  assert.ok(Date.parse(made.expires_at) > Date.now() + 89 * 86_400_000);
  const secret = made.key.slice(16);
  for (const file of readdirSync(work.state))
    assert.ok(!readFileSync(join(work.state, file)).includes(secret), `${file} holds the secret`);
  const [listed] = await work.json(['key', 'list']);
  assert.deepEqual([listed.id, listed.name, listed.state], [made.id, 'ci', 'active']);
  assert.equal((await work.json(['key', 'revoke', made.id])).outcome, 'revoked');
  assert.equal((await work.json(['key', 'list']))[0].state, 'revoked');
  await ends(EXIT.conflict, ['key', 'revoke', made.id]);
});

test('what does not exist is refused with what does', async () => {
  await ends(EXIT.invalid, ['key', 'create', 'x', '--scope', 'databse:read'], /use \*, .*database/);
  await ends(EXIT.invalid, ['key', 'create', 'x', '--scope', 'database:reads'], /read, write or destroy/);
  await ends(EXIT.notFound, ['key', 'create', 'x', '--scope', 'database:read', '--instance', 'nope'], /shop/);
  await ends(EXIT.notFound, ['key', 'revoke', '000000000000'], /key list/);
  await ends(EXIT.invalid, ['key', 'create', 'x'], /--scope/);
});

test('addresses are blocked and answered again', async () => {
  assert.equal((await work.json(['block', 'add', '2001:db8::5', '--for', '1h'])).address, '2001:db8::/64');
  assert.equal((await work.json(['block', 'add', '192.0.2.1'])).until, null);
  assert.deepEqual((await work.json(['block', 'list'])).map((b) => b.address), ['192.0.2.1', '2001:db8::/64']);
  assert.match(await work.must(['block', 'list']), /by hand/);
  await work.must(['block', 'remove', '192.0.2.1']);
  await ends(EXIT.notFound, ['block', 'remove', '192.0.2.1']);
  await ends(EXIT.invalid, ['block', 'add', 'example.com'], /example\.com/);
});

test('the secret of tokens is taken from nowhere that others can read', async () => {
  await ends(EXIT.invalid, ['--auth-jwt-secret', 'x'.repeat(40), 'tools'], /environment and the file/);
});
