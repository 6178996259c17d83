// What the throw-away server of a measurement holds, the same for every peer.
import { startPostgres as start } from '../../tests/support/postgres_server.mjs';

/** A server whose `url` is that of role bench. */
export async function startPostgres() {
  const server = await start();
  return { ...server, url: (database) => server.url(database, 'bench') };
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
