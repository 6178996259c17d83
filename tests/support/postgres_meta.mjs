// @supabase/postgres-meta as the reference for generated types: as a server, and as the command that ends with its output.
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { CryptoJS, postgresMeta, postgresMetaFolder } from '../npm/postgres_meta.mjs';

const KEY = 'key of a test';
const START_MS = 60_000;

/** Its server listens on two ports, one after the other. */
async function freePorts() {
  const listen = (port) => new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(undefined)).listen(port, '127.0.0.1', () => resolve(probe));
  });
  for (;;) {
    const first = await listen(0);
    const { port } = first.address();
    const second = await listen(port + 1);
    await Promise.all([first, second].filter(Boolean).map((probe) => new Promise((done) => probe.close(done))));
    if (second) return port;
  }
}

export class PostgresMeta {
  static async start() {
    const one = new PostgresMeta();
    const port = await freePorts();
    one.process = spawn(process.execPath, [postgresMeta], {
      cwd: postgresMetaFolder, stdio: 'ignore',
      env: { PATH: process.env.PATH, PG_META_HOST: '127.0.0.1', PG_META_PORT: String(port), CRYPTO_KEY: KEY },
    });
    process.once('exit', one.abandon = () => one.process.kill('SIGKILL'));
    one.url = `http://127.0.0.1:${port}`;
    for (const give_up = Date.now() + START_MS; ; await pause(100)) {
      if ((await fetch(`${one.url}/health`).catch(() => undefined))?.ok) return one;
      if (Date.now() > give_up || one.process.exitCode !== null) throw new Error('postgres-meta does not start');
    }
  }

  /** What its header x-connection-encrypted says of a database. */
  connection(database) { return CryptoJS.AES.encrypt(database, KEY).toString(); }

  /** What it generates for a database. */
  async types(database, schemas, language) {
    const query = new URLSearchParams({ included_schemas: schemas.join(','), detect_one_to_one_relationships: 'true' });
    const answer = await fetch(`${this.url}/generators/${language}?${query}`, {
      headers: { 'x-connection-encrypted': this.connection(database) },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`postgres-meta answered ${answer.status}: ${text}`);
    return text;
  }

  stop() {
    process.off('exit', this.abandon);
    this.process.kill('SIGKILL');
  }
}

/** The same by its command, a process of its own. */
export async function typesByCommand(database, schemas, language) {
  const { stdout } = await promisify(execFile)(process.execPath, [postgresMeta], {
    cwd: postgresMetaFolder, maxBuffer: 64 << 20,
    env: {
      PATH: process.env.PATH, PG_META_DB_URL: database, PG_META_GENERATE_TYPES: language,
      PG_META_GENERATE_TYPES_INCLUDED_SCHEMAS: schemas.join(','),
      PG_META_GENERATE_TYPES_DETECT_ONE_TO_ONE_RELATIONSHIPS: 'true',
    },
  });
  return stdout.slice(0, -1); // the end of line that console.log adds
}
