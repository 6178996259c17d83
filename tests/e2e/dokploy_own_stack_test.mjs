// A stack that somebody put together of Supabase's own files: the generation with Envoy, fixed names, published ports,
// the values of the example, and data where a deployment deletes it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { DokployWork } from './support/dokploy_work.mjs';
import { token } from './support/rehearsal.mjs';

const PATIENCE = { timeout: 120_000 };
const CONFLICT = 4; // exit code
const SECRET = 'your-super-secret-jwt-token-with-at-least-32-characters-long';
const demo = (role) => token({ role, iss: 'supabase-demo', iat: 1641769200, exp: 1799535600 }, SECRET);

const COMPOSE = `name: supabase
services:
  api-gw:
    container_name: supabase-envoy
    image: envoyproxy/envoy:v1.37.2
    environment:
      ANON_KEY: \${ANON_KEY}
      SERVICE_ROLE_KEY: \${SERVICE_ROLE_KEY}
      DASHBOARD_USERNAME: \${DASHBOARD_USERNAME}
      DASHBOARD_PASSWORD: \${DASHBOARD_PASSWORD}
  auth:
    container_name: supabase-auth
    image: supabase/gotrue:v2.189.0
    environment:
      API_EXTERNAL_URL: \${API_EXTERNAL_URL}
      GOTRUE_SITE_URL: \${SITE_URL}
      GOTRUE_JWT_SECRET: \${JWT_SECRET}
      GOTRUE_SMTP_HOST: \${SMTP_HOST}
      GOTRUE_MAILER_AUTOCONFIRM: \${ENABLE_EMAIL_AUTOCONFIRM}
  rest:
    container_name: supabase-rest
    image: postgrest/postgrest:v14.12
    environment:
      PGRST_JWT_SECRET: \${JWT_JWKS:-\${JWT_SECRET}}
      PGRST_DB_URI: postgres://authenticator:\${POSTGRES_PASSWORD}@\${POSTGRES_HOST}:\${POSTGRES_PORT}/\${POSTGRES_DB}
      PGRST_DB_SCHEMAS: \${PGRST_DB_SCHEMAS}
  realtime:
    container_name: realtime-dev.supabase-realtime
    image: supabase/realtime:v2.102.3
    environment:
      DB_ENC_KEY: \${REALTIME_DB_ENC_KEY:-supabaserealtime}
      API_JWT_SECRET: \${JWT_SECRET}
      SECRET_KEY_BASE: \${SECRET_KEY_BASE}
  storage:
    container_name: supabase-storage
    image: supabase/storage-api:v1.60.4
    environment:
      AUTH_JWT_SECRET: \${JWT_SECRET}
    volumes:
      - ./volumes/storage:/var/lib/storage:z
  meta:
    container_name: supabase-meta
    image: supabase/postgres-meta:v0.96.6
    environment:
      CRYPTO_KEY: \${PG_META_CRYPTO_KEY}
  functions:
    container_name: supabase-edge-functions
    image: supabase/edge-runtime:v1.74.0
    environment:
      JWT_SECRET: \${JWT_SECRET}
  studio:
    container_name: supabase-studio
    image: supabase/studio:2026.07.07-sha-a6a04f2
    environment:
      SUPABASE_PUBLIC_URL: \${SUPABASE_PUBLIC_URL}
      JWT_EXPIRY: \${JWT_EXPIRY}
  db:
    container_name: supabase-db
    image: supabase/postgres:17.6.1.136
    ports:
      - "5432:5432"
    environment:
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD}
    volumes:
      - ./volumes/db/data:/var/lib/postgresql/data:Z
`;

const ENV = `POSTGRES_PASSWORD=your-super-secret-and-long-postgres-password
JWT_SECRET=${SECRET}
ANON_KEY=${demo('anon')}
SERVICE_ROLE_KEY=${demo('service_role')}
DASHBOARD_USERNAME=supabase
DASHBOARD_PASSWORD=this_password_is_insecure_and_should_be_updated
SECRET_KEY_BASE=UpNVntn3cDxHJpq99YMc1T1AQgQpc8kfYTuRgBiYa15BLrx8etQoXz3gZv1/u2oq
REALTIME_DB_ENC_KEY=supabaserealtime
PG_META_CRYPTO_KEY=your-encryption-key-32-chars-min
POSTGRES_HOST=db
POSTGRES_DB=postgres
POSTGRES_PORT=5432
PGRST_DB_SCHEMAS=public,graphql_public
JWT_EXPIRY=3600
SITE_URL=http://localhost:3000
API_EXTERNAL_URL=http://localhost:8000/auth/v1
SUPABASE_PUBLIC_URL=http://localhost:8000
SMTP_HOST=supabase-mail
SMTP_PORT=2500
ENABLE_EMAIL_AUTOCONFIRM=false
SHOP_DATABASE_URL=postgres://postgres:your-super-secret-and-long-postgres-password@db/postgres
SHOP_GREETING=hello
OPENAI_API_KEY=sk-of-somebody
`;

let work;
let id;
before(async () => {
  work = await DokployWork.start();
  const { environment } = await work.on.tell('project.create', { name: 'own' });
  ({ composeId: id } = await work.on.tell('compose.create', {
    name: 'own', environmentId: environment.environmentId, composeFile: COMPOSE, sourceType: 'raw',
  }));
  await work.on.tell('compose.update', { composeId: id, env: ENV });
  await work.on.tell('domain.create', {
    host: 'own.example.com', composeId: id, domainType: 'compose', serviceName: 'api-gw', port: 8000, https: true, certificateType: 'letsencrypt',
  });
  await work.on.deploy('own');
});
after(() => work?.remove());

const ids = (findings) => findings.map((f) => f.id);

test('data that a deployment would delete stops every change that deploys, with how it is saved', PATIENCE, async () => {
  const was = await work.on.state();
  const { findings } = await work.validate('own');
  const lost = findings.find((f) => f.id === 'data_wiped');
  assert.equal(lost.subject, 'storage, db');
  for (const words of ['regenerate-keys own --yes', 'update-env own PGRST_DB_SCHEMAS=public --yes', 'update-env own --mend not_isolated --yes'])
    assert.match(
      await work.dokploy(words, { code: CONFLICT }),
      /deletes \.\/volumes\/storage[^]*next: save it on the server: docker compose -p \S+ stop && mkdir -p \S+\/files\/volumes && cp -a /,
    );
  const now = await work.on.state();
  assert.deepEqual([now.composes, now.deployments], [was.composes, was.deployments]);
});

test('a stack whose compose file is no text of Dokploy is left alone', PATIENCE, async () => {
  await work.on.tell('compose.update', { composeId: id, sourceType: 'git' });
  const was = await work.on.service('own');
  for (const words of ['validate own', 'update-env own SITE_URL=https://x.example.com --yes'])
    assert.match(await work.dokploy(words, { code: CONFLICT }), /comes from git[^]*next: set the provider of the service to Raw/);
  assert.deepEqual((await work.dokploy('list')).stacks, []);
  assert.equal((await work.on.service('own')).env, was.env);
  await work.on.tell('compose.update', { composeId: id, sourceType: 'raw' });
});

test('everything else that is wrong with it is mended by the commands of the findings', PATIENCE, async () => {
  // A person saves the data, as was said, and deploys.
  await work.on.tell('compose.update', { composeId: id, composeFile: COMPOSE.replaceAll('- ./volumes', '- ../files/volumes') });
  await work.on.deploy('own');
  const before = await work.validate('own');
  for (const wanted of ['key_demo', 'variable_default', 'domain_out_of_step', 'database_port_published', 'fixed_container_name', 'not_isolated'])
    assert.ok(ids(before.findings).includes(wanted), wanted);
  const ran = new Set();
  for (;;) {
    const finding = (await work.validate('own')).findings.find((f) => f.fix.startsWith('basekeeper '));
    if (!finding) break;
    assert.ok(!ran.has(finding.fix), `${finding.fix} did not mend ${finding.id}: ${finding.evidence}`);
    ran.add(finding.fix);
    await work.cure(finding);
  }
  const { findings, live } = await work.validate('own');
  assert.deepEqual(live.filter((one) => one.outcome === 'failed'), []);
  // Data is encrypted under the one, a person has to decide the others.
  assert.deepEqual(ids(findings).sort(), ['site_url_local', 'smtp_placeholder', 'variable_default']);
  assert.equal(findings.find((f) => f.id === 'variable_default').subject, 'REALTIME_DB_ENC_KEY');
});

test('what a clone would share with its source stops it before anything is made', PATIENCE, async () => {
  const { composeFile } = await work.on.service('own');
  const clone = (file, pattern) => work.on.tell('compose.update', { composeId: id, composeFile: file })
    .then(() => work.dokploy('clone own copy --domain copy.example.com --yes', { code: CONFLICT }))
    .then((said) => assert.match(said, pattern));
  await clone(composeFile.replace('../files/volumes/db/data', '/srv/data'), /db keeps files at \/srv\/data of the server, which both would use/);
  await clone(`${composeFile}networks:\n  dokploy-network:\n    external: true\n`, /external network dokploy-network/);
  await clone(`${composeFile}volumes:\n  data:\n    external: true\n`, /external volume data/);
  await work.on.tell('compose.update', { composeId: id, composeFile });
  assert.deepEqual(await work.on.named('copy'), []);
  const { jobs } = await work.json(['jobs', 'list']);
  assert.deepEqual(jobs.filter((job) => job.instance === 'copy'), [], 'no job is left to be taken back');
});

test('a clone has the texts of the stack and nothing of its secrets, names, ports and domain', PATIENCE, async () => {
  await work.dokploy('update-env own SITE_URL=https://own.example.com/app SMTP_HOST= --yes');
  const source = await work.on.service('own');
  const was = await work.on.variables('own');
  assert.ok(was.SHOP_DATABASE_URL.includes(was.POSTGRES_PASSWORD), 'the copy of the password followed it');
  const { review } = await work.dokploy('clone own copy --domain copy.example.com --dry-run');
  assert.ok(review.notes.some((note) => /copied as they are: SHOP_DATABASE_URL, SHOP_GREETING, OPENAI_API_KEY/.test(note)), review.notes.join('\n'));
  assert.deepEqual((await work.on.named('copy')), []);
  const made = await work.dokploy('clone own copy --domain copy.example.com --yes');
  assert.equal(made.job.status, 'succeeded');
  await work.learnSecrets();
  const copy = await work.on.service('copy');
  const now = await work.on.variables('copy');
  assert.match(copy.composeFile, /\$\{REALTIME_DB_ENC_KEY:-supabaserealtime\}/, 'a default stays one');
  assert.doesNotMatch(copy.composeFile, /container_name|ports:|supabase-envoy/);
  assert.match(copy.composeFile, /envoyproxy\/envoy:v1\.38\.0/);
  for (const name of ['POSTGRES_PASSWORD', 'JWT_SECRET', 'ANON_KEY', 'SERVICE_ROLE_KEY', 'DASHBOARD_PASSWORD', 'SECRET_KEY_BASE', 'REALTIME_DB_ENC_KEY'])
    assert.ok(!copy.env.includes(was[name]), `${name} of the source is in the copy`);
  assert.equal(now.SHOP_DATABASE_URL, `postgres://postgres:${now.POSTGRES_PASSWORD}@db/postgres`);
  assert.deepEqual([now.SHOP_GREETING, now.PGRST_DB_SCHEMAS, now.SMTP_HOST, now.ENABLE_EMAIL_AUTOCONFIRM], ['hello', was.PGRST_DB_SCHEMAS, '', 'false']);
  assert.equal(now.SITE_URL, 'https://copy.example.com/app');
  assert.ok(now.API_EXTERNAL_URL.startsWith('https://copy.example.com'));
  const { findings, live } = await work.validate('copy');
  assert.deepEqual(live.filter((one) => one.outcome === 'failed'), []);
  assert.deepEqual(ids(findings), ['smtp_missing']);
  assert.deepEqual((await work.on.service('own')).env, source.env);
  assert.equal((await work.validate('own')).live.filter((one) => one.outcome === 'failed').length, 0);
  work.assertNothingLeaked();
});
