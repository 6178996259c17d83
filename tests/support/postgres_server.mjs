// A throw-away PostgreSQL server for tests and measurements in Node.js; it runs as the user postgres when we are root.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, chmodSync, chownSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';

const USER = 'postgres'; // PostgreSQL refuses root

function programs() {
  const folder = '/usr/lib/postgresql';
  const newest = readdirSync(folder).filter((v) => existsSync(`${folder}/${v}/bin/initdb`)).sort((a, b) => b - a)[0];
  if (!newest) throw new Error(`no server in ${folder}: run script/bootstrap`);
  return `${folder}/${newest}/bin`;
}

const isRoot = process.getuid() === 0;

function asServerUser(command, options) {
  const whole = isRoot ? ['setpriv', '--reuid', USER, '--regid', USER, '--init-groups', ...command] : command;
  return execFileSync(whole[0], whole.slice(1), { encoding: 'utf8', cwd: '/', stdio: ['pipe', 'pipe', 'inherit'], ...options });
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts an empty server that trusts everybody; `stop()` removes every trace of it. */
export async function startPostgres() {
  const bin = programs();
  const home = mkdtempSync('/tmp/basekeeper-postgres-');
  if (isRoot) {
    const id = (flag) => Number(execFileSync('id', [flag, USER], { encoding: 'utf8' }));
    chownSync(home, id('-u'), id('-g'));
  }
  chmodSync(home, 0o755);
  const data = `${home}/data`;
  const port = await freePort();
  asServerUser([`${bin}/initdb`, '-D', data, '-A', 'trust', '-U', USER, '-E', 'UTF8', '--locale=C', '-N'], { stdio: 'ignore' });
  asServerUser([`${bin}/pg_ctl`, '-D', data, '-w', '-l', `${home}/log`, '-o',
    `-p ${port} -k ${home} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=256MB`, 'start'], { stdio: 'ignore' });
  const psql = (database, sql) => asServerUser(
    [`${bin}/psql`, '-h', home, '-p', String(port), '-U', USER, '-d', database, '-qAtX', '-v', 'ON_ERROR_STOP=1'], { input: sql });
  const stop = () => {
    process.off('exit', stop);
    try {
      asServerUser([`${bin}/pg_ctl`, '-D', data, '-m', 'immediate', '-w', 'stop'], { stdio: 'ignore' });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  };
  process.once('exit', stop);
  const url = (database, login = USER) => `postgresql://${login}:${login}@127.0.0.1:${port}/${database}`;
  return { port, url, psql, stop, version: psql('postgres', 'show server_version').trim() };
}
