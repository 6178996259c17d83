// A throw-away PostgreSQL server for one measurement, the same for every peer.
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

/** Starts a server and fills it; `stop()` removes every trace of it. */
export async function startPostgres() {
  const bin = programs();
  const home = mkdtempSync('/tmp/basekeeper-bench-');
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
    try {
      asServerUser([`${bin}/pg_ctl`, '-D', data, '-m', 'immediate', '-w', 'stop'], { stdio: 'ignore' });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  };
  const url = (database) => `postgresql://bench:bench@127.0.0.1:${port}/${database}`;
  return { port, url, psql, stop, version: psql('postgres', 'show server_version').trim() };
}

/** Two databases: `rows` with 20,000 and 1,000,000 rows, `tables` with 2,000 tables. Both belong to role bench. */
export function seed(server) {
  server.psql('postgres', "create role bench login password 'bench'; create database rows owner bench;");
  server.psql('postgres', 'create database tables owner bench;');
  server.psql('rows', `
    set role bench;
    create table items (id int primary key, name text not null, amount numeric(10,2) not null);
    insert into items select i, 'item number ' || i, i / 7.0 from generate_series(1, 20000) i;
    create table big (id int primary key, name text not null, amount numeric(10,2) not null);
    insert into big select i, 'item number ' || i, i / 7.0 from generate_series(1, 1000000) i;
    analyze items; analyze big;`);
  server.psql('tables', `
    set role bench;
    do $$ begin
      for i in 1..2000 loop
        execute format('create table t%s (id bigint primary key, owner_id bigint not null, name text not null,
                        created_at timestamptz not null default now())', lpad(i::text, 4, '0'));
        if i % 100 = 0 then commit; end if; -- a transaction holds only so many locks
      end loop;
    end $$;
    reset role;
    analyze;`);
}
