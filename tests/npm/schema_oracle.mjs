// Asks @supabase/pg-delta whether schemas are the same. Commands on standard input, one a line, one line of answer each:
// `read NAME URL [NAME URL ...]` keeps the schemas as they are now, answers `ok`; `compare NAME NAME` answers `same` or
// `different` and what was found, as JSON text; `end` ends. A failure is answered `failed` and why.
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

// What the command `pgdelta diff` does, in steps: a schema is read once and compared as often as needed.
const at = (file) => pathToFileURL(fileURLToPath(
  new URL(`node_modules/@supabase/pg-delta/dist/${file}`, import.meta.url))).href;
const { diff } = await import(at('core/diff.js'));
const { resolveView } = await import(at('policy/policy.js'));
const { makePool } = await import(at('cli/pool.js'));
const { resolveCliProfile } = await import(at('cli/profile.js'));

const kept = new Map();

async function read(name, url) {
  const { pool, end } = makePool(url);
  try {
    const context = await resolveCliProfile(pool, undefined, { redactSecrets: true });
    const { factBase, diagnostics } = await context.extract(pool, { redactSecrets: true });
    const blocking = diagnostics.filter((each) => each.severity === 'error');
    if (blocking.length > 0) throw new Error(JSON.stringify(blocking));
    const { policy, capability, baseline } = context.planOptions;
    kept.set(name, resolveView(factBase, policy, capability, baseline));
  } finally {
    await end();
  }
}

function compare(left, right) {
  const deltas = diff(kept.get(left), kept.get(right));
  return deltas.length === 0 ? 'same' : `different ${JSON.stringify(deltas, (_, v) => (typeof v === 'bigint' ? `${v}` : v))}`;
}

async function answer([command, ...rest]) {
  if (command === 'compare') return compare(...rest);
  const pairs = rest.flatMap((name, n) => (n % 2 === 0 ? [[name, rest[n + 1]]] : []));
  await Promise.all(pairs.map(([name, url]) => read(name, url)));
  return 'ok';
}

for await (const line of createInterface({ input: process.stdin })) {
  const words = line.trim().split(' ');
  if (words[0] === 'end') process.exit(0);
  const said = await answer(words).catch((e) => `failed ${JSON.stringify(String(e.stack ?? e))}`);
  process.stdout.write(`${said}\n`);
}
