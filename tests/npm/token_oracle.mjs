// Lets the library jose judge keys: JSON objects of variables on standard input, one a line; for each a line `good`, or
// what is wrong.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { createLocalJWKSet, decodeProtectedHeader, importJWK, jwtVerify, SignJWT } from 'jose';

async function expectRole(token, key, algorithm, role) {
  const { payload, protectedHeader } = await jwtVerify(token, key, { algorithms: [algorithm], issuer: 'supabase', requiredClaims: ['exp', 'iat'] });
  if (payload.role !== role) throw new Error(`role ${payload.role} instead of ${role}`);
  if (protectedHeader.typ !== 'JWT') throw new Error(`typ ${protectedHeader.typ}`);
  if (payload.exp <= payload.iat) throw new Error('ends before it begins');
  if (Object.keys(payload).join() !== 'role,iss,iat,exp') throw new Error(`claims ${Object.keys(payload)}`);
}

async function expectRefused(token, key) {
  const outcome = await jwtVerify(token, key).then(() => 'taken', () => 'refused');
  if (outcome !== 'refused') throw new Error('a wrong key verifies');
}

function expectChecksum(key, prefix) {
  const [, body, sum] = key.match(new RegExp(`^(${prefix}[A-Za-z0-9_-]{22})_([A-Za-z0-9_-]{8})$`)) ?? [];
  const wanted = createHash('sha256').update(`supabase-self-hosted|${body}`).digest('base64url').slice(0, 8);
  if (sum !== wanted) throw new Error(`checksum of ${prefix}`);
}

async function judge(env) {
  const secret = new TextEncoder().encode(env.JWT_SECRET);
  if (secret.length < 32) throw new Error('JWT_SECRET is short');
  await expectRole(env.ANON_KEY, secret, 'HS256', 'anon');
  await expectRole(env.SERVICE_ROLE_KEY, secret, 'HS256', 'service_role');
  await expectRefused(env.ANON_KEY, new TextEncoder().encode(`${env.JWT_SECRET.slice(1)}x`));

  // The published set verifies both families.
  const published = createLocalJWKSet(JSON.parse(env.JWT_JWKS));
  await expectRole(env.ANON_KEY_ASYMMETRIC, published, 'ES256', 'anon');
  await expectRole(env.SERVICE_ROLE_KEY_ASYMMETRIC, published, 'ES256', 'service_role');
  const symmetric = JSON.parse(env.JWT_JWKS).keys.find((key) => key.kty === 'oct');
  await expectRole(env.ANON_KEY, await importJWK(symmetric, 'HS256'), 'HS256', 'anon');

  // What auth signs with its one signing key verifies by the same set.
  const signing = JSON.parse(env.JWT_KEYS).filter((key) => key.key_ops?.includes('sign'));
  if (signing.length !== 1) throw new Error(`${signing.length} keys sign`);
  if (decodeProtectedHeader(env.ANON_KEY_ASYMMETRIC).kid !== signing[0].kid) throw new Error('the kid is of another key');
  // Auth wants both operations named on it; Web Crypto lets a private key only sign.
  const token = await new SignJWT({ role: 'anon' }).setProtectedHeader({ alg: 'ES256', kid: signing[0].kid })
    .sign(await importJWK({ ...signing[0], key_ops: ['sign'] }, 'ES256'));
  await jwtVerify(token, published);

  expectChecksum(env.SUPABASE_PUBLISHABLE_KEY, 'sb_publishable_');
  expectChecksum(env.SUPABASE_SECRET_KEY, 'sb_secret_');
}

for await (const line of createInterface({ input: process.stdin }))
  if (line) console.log(await judge(JSON.parse(line)).then(() => 'good', (e) => String(e)));
