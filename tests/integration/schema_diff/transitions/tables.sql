-- Tables: made, dropped, options, inheritance, replica identity, row security.
-- transition: table_made
-- a
create table other (id int);
-- b
create table other (id int);
create table t (id bigint generated always as identity primary key, name text not null default 'n' unique,
  n int check (n > 0), at timestamptz not null default now(), tags text[] default '{}', doc jsonb);
-- transition: tables_with_foreign_keys_in_a_circle
-- a
select 1;
-- b
create table x (id int primary key, y int);
create table y (id int primary key, x int references x);
alter table x add foreign key (y) references y;
-- transition: table_becomes_view
-- a
create table thing (id int, name text);
-- b
create table base (id int, name text);
create view thing as select id, name from base;
-- transition: table_options
-- a
create table t (id int) with (autovacuum_enabled = false, fillfactor = 70);
-- b
create table t (id int, b text) with (fillfactor = 80, toast.autovacuum_enabled = false, parallel_workers = 2);
-- transition: table_unlogged
-- a
create table t (id int primary key);
create unlogged table u (id int);
-- b
create unlogged table t (id int primary key);
create table u (id int);
-- transition: table_replica_identity
-- a
create table t (id int not null, k int not null, v int);
create unique index t_k on t (k);
create unique index t_v on t (id);
alter table t replica identity using index t_k;
create table f (id int);
alter table f replica identity full;
create table n (id int);
-- b
create table t (id int not null, k int not null, v int);
create unique index t_k on t (k) include (v);
create unique index t_v on t (id);
alter table t replica identity using index t_v;
create table f (id int);
create table n (id int);
alter table n replica identity nothing;
-- transition: table_inherits
-- a
create table p (id int, name text);
create table c (id int, name text);
-- b
create table p (id int, name text);
create table c (id int, name text) inherits (p);
create table d (extra text) inherits (p);
-- transition: table_inherited_column_added
-- a
create table p (id int);
create table c (own text) inherits (p);
-- b
create table p (id int, more text not null default 'x', check (id > 0));
create table c (own text) inherits (p);
-- transition: table_inherited_column_retyped
-- a
create table p (id int, v int default 1);
create table c (own text) inherits (p);
-- b
create table p (id bigint, v int default 2);
create table c (own text) inherits (p);
alter table c alter v set default 3;
-- transition: table_of_type
-- a
create type row_type as (id int, name text);
-- b
create type row_type as (id int, name text);
create table t of row_type;
-- transition: table_clustered
-- a
create table t (id int primary key, v int);
create index t_v on t (v);
alter table t cluster on t_pkey;
-- b
create table t (id int primary key, v int);
create index t_v on t (v);
alter table t cluster on t_v;
-- transition: table_extended_statistics
-- a
create table t (a int, b int, c int);
create statistics s1 on a, b from t;
-- b
create table t (a int, b int, c int);
create statistics s1 (dependencies) on a, c from t;
create statistics s2 on (a + b), c from t;
alter statistics s2 set statistics 200;
comment on statistics s2 is 'two';
-- transition: table_comment_and_owner
-- a
create table t (id int);
comment on table t is 'old';
create table u (id int);
-- b
create table t (id int);
comment on table t is E'new\nlines \\ and ''quotes''';
create table u (id int);
alter table u owner to alice;
create table w (id int);
alter table w owner to alice;
grant select on w to anon;
-- transition: table_row_security
-- a
create table t (id int);
create table u (id int);
alter table u enable row level security;
alter table u force row level security;
-- b
create table t (id int);
alter table t enable row level security;
alter table t force row level security;
create table u (id int);
-- transition: schemas_made_and_moved
-- a
create schema one;
create table one.t (id int);
comment on schema one is 'one';
-- b
create schema two authorization alice;
create table two.t (id int);
comment on schema two is 'two';
grant usage on schema two to anon;
-- transition: tables_with_policies_that_need_each_other
-- a
create table x (id int);
create table y (id int);
-- b
create table x (id int);
create table y (id int);
create table z1 (id int);
create table z2 (id int);
alter table z1 enable row level security;
alter table z2 enable row level security;
create policy p1 on z1 using (exists (select from z2 where z2.id = z1.id));
create policy p2 on z2 using (exists (select from z1 where z2.id = z1.id));
