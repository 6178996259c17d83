// Asks @supabase/pg-delta whether two databases have the same schema: pairs of URLs on standard input, one pair a line;
// for each a line `same`, or `different` and what it found, as JSON text.
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

// The command itself, run in this process: starting Node.js for each pair would take most of the time.
const file = fileURLToPath(new URL('node_modules/@supabase/pg-delta/dist/cli/commands/diff.js', import.meta.url));
const { cmdDiff } = await import(pathToFileURL(file).href);

const write = process.stdout.write.bind(process.stdout);
process.stderr.write = () => true;

async function compare(source, desired) {
  let said = '';
  process.stdout.write = (text) => {
    said += text;
    return true;
  };
  try {
    await cmdDiff(['--source', source, '--desired', desired]);
  } catch (e) {
    said += String(e.stack ?? e);
  } finally {
    process.stdout.write = write;
  }
  return said.includes('No differences found.') ? 'same' : `different ${JSON.stringify(said)}`;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [source, desired] = line.trim().split(' ');
  if (desired) write(`${await compare(source, desired)}\n`);
}
