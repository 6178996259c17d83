// The main job in one go, checked at every step: script/demo runs it after the build.
import { Workspace, binary } from '../support/workspace.mjs';
import { Assistant } from './assistant.mjs';
import { ATTACKS } from './attacks.mjs';
import { dokploy } from './dokploy.mjs';
import { Expectation, Narrator } from './narrator.mjs';

const tell = new Narrator();
const ROWS = 100_000;
const [ANA, BEN] = ['aaaaaaaa-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002'];

async function startDatabase(work) {
  tell.chapter('A database, without Docker');
  const [made, took] = await tell.timed(() => work.up('demo'));
  tell.say(`basekeeper local up demo: PostgreSQL ${made.server_version} on port ${made.port}, ready after ${took}.`);
  tell.say("It has Supabase's roles and schemas (auth, storage, anon, authenticated), and a narrow login that can only read.");
  const [one] = await work.json(['local', 'list']);
  tell.expect(one.state === 'running', 'it runs', one);
}

async function connect(work, assistant) {
  tell.chapter('An assistant connects');
  const [, took] = await tell.timed(() => assistant.connect(work.serverParameters()));
  const tools = await assistant.tools();
  tell.say(`The official TypeScript MCP client started "basekeeper serve" and was answered after ${took}.`);
  tell.say(`It sees ${tools.length} tools in ${JSON.stringify(tools).length} bytes of its context: ${tools.map((t) => t.name).join(', ')}.`);
  tell.expect(tools.some((t) => t.name === 'query_database' && t.annotations.readOnlyHint), 'query_database is marked as read-only');
}

async function createAndLoad(assistant) {
  tell.chapter(`Tables, and ${ROWS.toLocaleString('en')} rows`);
  await assistant.must('execute_sql', { queries: [
    'create table orders (id bigint generated always as identity primary key, customer text not null, cents int not null check (cents >= 0))',
    "comment on table orders is 'One row per order'",
    `create function purge_orders() returns void language sql security definer as 'delete from orders'`,
  ] });
  tell.say('Three statements ran in one transaction: all of them, or none.');
  const [, took] = await tell.timed(async () => {
    let next = 0;
    const lane = async () => {
      while (next < ROWS) {
        const from = next;
        next += 1_000;
        const rows = Array.from({ length: 1_000 }, (_, i) => ({ customer: `customer ${i % 97}`, cents: (from + i) % 10_000 }));
        await assistant.must('execute_sql', {
          query: 'insert into orders (customer, cents) select * from jsonb_to_recordset($1) as r(customer text, cents int)',
          params: [rows],
        });
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
  });
  tell.say(`100 calls, 8 at a time, 1,000 rows each as one parameter: no SQL was glued together. It took ${took}.`);
  const count = await assistant.value('select count(*) from orders');
  tell.expect(count === ROWS, `${ROWS.toLocaleString('en')} rows are there`, count);
}

async function page(assistant) {
  tell.chapter('Reading a large result in pages');
  const first = await assistant.must('query_database', { query: 'select * from orders order by id' });
  tell.say(`Asked for everything, it gives ${first.rows.length.toLocaleString('en')} rows and says how to go on:`);
  tell.quiet(first.next);
  tell.expect(first.truncated, 'the answer says that it is not whole');
  let [last, pages, cents] = [0, 0, 0];
  const [, took] = await tell.timed(async () => {
    for (;;) {
      const { rows } = await assistant.must('query_database', {
        query: 'select id, cents from orders where id > $1 order by id', params: [last], param_types: ['int8'], max_rows: 5_000,
      });
      if (rows.length === 0) break;
      pages++;
      last = rows.at(-1)[0];
      for (const [, c] of rows) cents += c;
    }
  });
  const total = await assistant.value('select sum(cents)::bigint from orders');
  tell.expect(cents === total, `${pages} pages in ${took}: every row once, the sum is right`, { cents, total, pages });
}

async function rowLevelSecurity(assistant) {
  tell.chapter('Row-level security, seen as your users see it');
  await assistant.must('execute_sql', { queries: [
    'create table notes (id int generated always as identity primary key, owner uuid not null, body text not null, public boolean not null default false)',
    'alter table notes enable row level security',
    'create policy anyone_reads_public on notes for select using (public)',
    'create policy owners_do_all on notes for all to authenticated using (owner = auth.uid()) with check (owner = auth.uid())',
    `insert into notes (owner, body, public) values ('${ANA}', 'for all', true), ('${ANA}', 'only for Ana', false), ('${BEN}', 'only for Ben', false)`,
  ] });
  const bodies = async (as) => (await assistant.must('execute_sql', { query: 'select body from notes order by id', ...as })).rows.flat().join(', ');
  const ana = { role: 'authenticated', claims: { sub: ANA, role: 'authenticated' } };
  const anon = await bodies({ role: 'anon' });
  tell.expect(anon === 'for all', `role anon reads: ${anon}`, anon);
  const hers = await bodies(ana);
  tell.expect(hers === 'for all, only for Ana', `Ana, with her claims, reads: ${hers}`, hers);
  const forged = await assistant.call('execute_sql', { query: `insert into notes (owner, body) values ('${BEN}', 'forged')`, ...ana });
  tell.expect(/42501|row-level security/.test(forged.refused), "Ana cannot write a note in Ben's name", forged);
  tell.say('So an assistant tests policies as the people they are for, without their passwords.');
}

async function attack(assistant) {
  tell.chapter(`${ATTACKS.length} attacks on the read-only tool`);
  const state = () => assistant.value("select (select count(*) from orders) || ' rows, sequence at ' || (select last_value from orders_id_seq)");
  const before = await state();
  const width = Math.max(...ATTACKS.map(([, why]) => why.length));
  for (const [query, why] of ATTACKS) {
    const { refused } = await assistant.call('query_database', { query });
    tell.expect(refused !== undefined, `${why.padEnd(width)}  ${query.length > 60 ? `${query.slice(0, 57)}…` : query}`);
  }
  const after = await state();
  tell.expect(after === before, `all refused, nothing moved: ${after}`, { before, after });
  const endless = await assistant.call('query_database', { query: 'select count(*) from generate_series(1, 100000000000)', timeout_ms: 500 });
  tell.expect(/time/i.test(endless.refused), 'a query that would never end was stopped after 500 ms', endless);
}

async function destroy(assistant) {
  tell.chapter('What destroys asks a person first');
  assistant.answer = { action: 'decline' };
  const declined = await assistant.call('execute_sql', { query: 'drop table notes' });
  tell.say('The assistant calls execute_sql with "drop table notes". Its person reads:');
  tell.quiet(assistant.questions.at(-1) ?? '(no question)');
  tell.expect(/not confirmed/.test(declined.refused), 'declined: the tool says so', declined);
  tell.expect(await assistant.value("select to_regclass('notes') is not null"), 'declined: the table is still there');
  const tried = await assistant.must('execute_sql', { query: 'drop table notes', dry_run: true });
  tell.expect(tried.rolled_back && assistant.questions.length === 1, 'a dry run tries it and rolls it back, without a question', tried);
  assistant.answer = { action: 'accept', content: { confirm: true } };
  await assistant.must('execute_sql', { query: 'drop table notes' });
  tell.expect(await assistant.value("select to_regclass('notes') is null"), 'accepted: now it is gone');
}

async function schema(assistant) {
  tell.chapter('The schema as a model sees it');
  const seen = await assistant.must('get_schema', { pattern: 'orders' });
  tell.quiet(seen.text.length > 1_200 ? `${seen.text.slice(0, 1_200)}…` : seen.text);
  tell.expect(seen.objects.length === 1, 'one compact object for the table', seen.objects.length);
  tell.expect(/untrusted-data/.test(seen.text), 'what comes from the database is marked as data, not as instructions');
}

async function changeTheSchema(assistant) {
  tell.chapter('Changing the schema, recorded and reversible');
  const migration = {
    name: 'add_reviews', version: '20260101000000',
    query: 'create table reviews (id int primary key, order_id bigint references orders, stars int);\nalter table orders add column note text',
    down: 'alter table orders drop column note; drop table reviews',
  };
  const tried = await assistant.must('apply_migration', { ...migration, dry_run: true });
  tell.quiet(tried.text.length > 900 ? `${tried.text.slice(0, 900)}…` : tried.text);
  tell.expect(await assistant.value("select to_regclass('reviews') is null"), 'a dry run told locks and rewrites, and left nothing');
  await assistant.must('apply_migration', migration);
  const listed = await assistant.must('list_migrations');
  tell.expect(listed.migrations[0].version === migration.version && listed.migrations[0].can_roll_back,
    'applied, in the history that the Supabase CLI reads as well', listed.migrations);
  const found = await assistant.must('get_advisors', { lint: 'rls_disabled_in_public' });
  tell.quiet(found.text.length > 900 ? `${found.text.slice(0, 900)}…` : found.text);
  tell.expect(/reviews/.test(found.text), 'the advisors say that everybody can read the new table, with the SQL that mends it');
  const { types } = await assistant.must('generate_typescript_types');
  tell.expect(/reviews: \{/.test(types) && /note: string \| null/.test(types), 'its TypeScript types, without Node.js', types);
  assistant.answer = { action: 'accept', content: { confirm: true } };
  await assistant.must('rollback_migration', { version: '0' });
  tell.expect(await assistant.value("select to_regclass('reviews') is null"), 'rolled back, after its person said yes');
}

async function audit(work, assistant) {
  tell.chapter('The record of all this');
  await assistant.close();
  const [verified, took] = await tell.timed(() => work.json(['audit', 'verify']));
  tell.expect(verified.intact && verified.checked > 150, `${verified.checked} entries in a hash chain, verified in ${took}: none changed, none missing`, verified);
  tell.quiet((await work.must(['audit', 'list', '--limit', '4'])).trimEnd());
}

function howToConnect() {
  const program = binary();
  const server = { command: program, args: ['serve'] };
  tell.chapter('Connect your assistant');
  console.log(`
   A database to play with, kept until "basekeeper local destroy dev":
     ${program} local up dev
   or your own:
     ${program} instance add mine --database-url -     (paste the URL, then Ctrl-D)
     ${program} instance harden mine

   Claude Code:
     claude mcp add basekeeper -- ${program} serve

   Claude Desktop (claude_desktop_config.json) and Cursor (.cursor/mcp.json):
     ${JSON.stringify({ mcpServers: { basekeeper: server } })}

   VS Code (.vscode/mcp.json):
     ${JSON.stringify({ servers: { basekeeper: { type: 'stdio', ...server } } })}

   Only reading: add "--read-only" after "serve".`);
}

const work = new Workspace();
const assistant = new Assistant();
const cleanUp = async () => {
  await assistant.close().catch(() => {});
  await work.remove();
};
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await cleanUp();
    process.exit(130);
  });
try {
  await startDatabase(work);
  await connect(work, assistant);
  await createAndLoad(assistant);
  await page(assistant);
  await rowLevelSecurity(assistant);
  await attack(assistant);
  await destroy(assistant);
  await schema(assistant);
  await changeTheSchema(assistant);
  await dokploy(work, tell);
  await audit(work, assistant);
  howToConnect();
  tell.end();
} catch (why) {
  console.error(`\n✗ ${why instanceof Expectation ? `this did not hold: ${why.message}` : why.stack}`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
