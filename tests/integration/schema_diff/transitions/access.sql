-- Policies, grants, default privileges, extensions and publications.
-- transition: policy_changed
-- a
create table t (id int, who text);
alter table t enable row level security;
create policy a on t for select to anon using (id > 0);
create policy b on t using (id > 0) with check (id > 1);
create policy c on t for insert with check (true);
-- b
create table t (id int, who text);
alter table t enable row level security;
create policy a on t for select to anon, authenticated using (id > 5);
create policy b on t using (id > 0);
create policy c on t as restrictive for insert with check (true);
comment on policy a on t is 'a';
-- transition: policy_made_and_dropped
-- a
create table t (id int);
create policy old on t for delete using (true);
-- b
create table t (id int);
create policy "new one" on t for update to "Böse ""Rolle" using (id = 1) with check (id = 2);
-- transition: policy_uses_other_table_and_function
-- a
create table t (id int, team int);
create table m (team int, who text);
-- b
create table t (id int, team int);
create table m (team int, who name);
create function mine() returns setof int language sql stable security definer as 'select team from m where who = current_user';
create policy p on t using (team in (select mine()));
create policy q on t for select using (exists (select from m where m.team = t.team));
-- transition: policy_on_dropped_column
-- a
create table t (id int, gone int);
create policy p on t using (gone > 0);
-- b
create table t (id int);
create policy p on t using (id > 0);
-- transition: grants_on_tables
-- a
create table t (id int);
grant all on t to anon;
grant select on t to authenticated with grant option;
create table u (id int);
-- b
create table t (id int);
grant select, insert on t to anon;
grant select on t to authenticated;
grant truncate on t to public;
create table u (id int);
revoke insert on u from postgres;
-- transition: grants_on_schema_and_sequence
-- a
create schema s;
grant create on schema s to anon;
create sequence q;
grant select on sequence q to anon;
-- b
create schema s;
grant usage on schema s to anon, authenticated;
create sequence q;
grant all on sequence q to anon;
grant usage on schema public to anon;
-- transition: grants_on_view_columns
-- a
create table t (a int, b int);
create view v as select a, b from t;
grant select (a) on v to anon;
-- b
create table t (a int, b int);
create view v as select a, b from t;
grant select (b) on v to anon;
comment on column v.b is 'b';
-- transition: default_privileges_global
-- a
select 1;
-- b
alter default privileges for role alice grant select on tables to anon;
alter default privileges for role postgres revoke execute on functions from public;
alter default privileges for role postgres grant usage on types to anon;
-- transition: default_privileges_in_schema
-- a
create schema s;
alter default privileges in schema s grant select on tables to anon;
-- b
create schema s;
alter default privileges in schema s grant all on tables to anon;
alter default privileges in schema s grant usage on sequences to authenticated with grant option;
alter default privileges for role alice in schema s grant execute on functions to anon;
-- transition: tables_made_under_default_privileges
-- a
alter default privileges for role postgres in schema public grant all on tables to anon;
alter default privileges for role postgres in schema public grant execute on functions to authenticated;
-- b
alter default privileges for role postgres in schema public grant all on tables to anon;
alter default privileges for role postgres in schema public grant execute on functions to authenticated;
create table closed (id int);
revoke all on closed from anon;
create table open (id int);
create function f() returns int language sql as 'select 1';
revoke execute on function f() from public, authenticated;
create view v as select id from open;
revoke insert, update, delete on v from anon;
-- transition: default_privileges_taken_away
-- a
alter default privileges for role postgres in schema public grant all on tables to anon;
create table t (id int);
-- b
create table t (id int);
grant all on t to anon;
create table u (id int);
-- transition: extension_made
-- a
select 1;
-- b
create schema ext;
create extension pg_trgm with schema ext;
create table t (a text);
create index i on t using gin (a ext.gin_trgm_ops);
-- transition: extension_moved
-- a
create schema ext;
create extension citext;
create table t (c citext);
-- b
create schema ext;
create extension citext with schema ext;
create table t (c ext.citext);
comment on extension citext is 'words';
-- transition: publication_made
-- a
create table t (id int primary key, a int, b int);
create table u (id int primary key);
-- b
create table t (id int primary key, a int, b int);
create table u (id int primary key);
create publication p for table t (id, a) where (id > 5), u with (publish = 'insert, update');
comment on publication p is 'p';
-- transition: publication_changed
-- a
create table t (id int primary key, a int);
create table u (id int primary key);
create publication p for table t with (publish_via_partition_root);
create publication q for all tables;
-- b
create table t (id int primary key, a int);
create table u (id int primary key);
create publication p for table u, t (id) with (publish = 'delete');
create publication q for table t;
-- transition: publication_of_schema
-- a
create schema s;
create schema r;
create table s.t (id int);
create publication p for tables in schema s;
-- b
create schema s;
create schema r;
create table s.t (id int);
create publication p for tables in schema r, public;
-- transition: publication_of_retyped_column
-- a
create table t (id int primary key, a int);
create publication p for table t (id, a) where (id > 1);
-- b
create table t (id bigint primary key, a bigint);
create publication p for table t (id, a) where (id > 1);
-- transition: publication_of_dropped_table
-- a
create table t (id int primary key);
create table u (id int primary key);
create publication supabase_realtime for table t, u;
-- b
create table u (id int primary key);
create publication supabase_realtime for table u;
