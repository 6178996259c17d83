-- Partitioned tables, their indexes, constraints and partitions.
-- transition: partitioned_made
-- a
select 1;
-- b
create table m (id int not null, at date not null, v int default 3, check (v > 0), primary key (id, at)) partition by range (at);
create table m_2024 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m_rest partition of m default;
create index on m (v);
comment on table m_2024 is 'one';
-- transition: partition_added
-- a
create table m (id int primary key, v text) partition by hash (id);
create table m0 partition of m for values with (modulus 2, remainder 0);
create index m_v on m (v);
-- b
create table m (id int primary key, v text) partition by hash (id);
create table m0 partition of m for values with (modulus 2, remainder 0);
create table m1 partition of m for values with (modulus 2, remainder 1);
create index m_v on m (v);
-- transition: partition_attached
-- a
create table m (id int, k text) partition by list (k);
create table p (id int, k text);
-- b
create table m (id int, k text) partition by list (k);
create table p partition of m for values in ('a', 'b');
-- transition: partition_bound_changed
-- a
create table m (id int) partition by range (id);
create table p partition of m for values from (0) to (10);
create index on m (id);
-- b
create table m (id int) partition by range (id);
create table p partition of m for values from (0) to (20);
create index on m (id);
-- transition: partitioned_index_added
-- a
create table m (id int, v int) partition by range (id);
create table p partition of m for values from (0) to (10);
create table q partition of m for values from (10) to (20) partition by list (v);
create table q1 partition of q for values in (1);
-- b
create table m (id int, v int) partition by range (id);
create table p partition of m for values from (0) to (10);
create table q partition of m for values from (10) to (20) partition by list (v);
create table q1 partition of q for values in (1);
create index m_v on m (v);
create unique index m_u on m (id, v);
-- transition: partitioned_index_changed
-- a
create table m (id int, v int) partition by range (id);
create table p partition of m for values from (0) to (10);
create index m_v on m (v);
-- b
create table m (id int, v int) partition by range (id);
create table p partition of m for values from (0) to (10);
create index m_v on m (v desc);
-- transition: partitioned_primary_key_added
-- a
create table m (id int not null, v int) partition by range (id);
create table p partition of m for values from (0) to (10);
-- b
create table m (id int primary key, v int, constraint m_u unique (id, v)) partition by range (id);
create table p partition of m for values from (0) to (10);
-- transition: partitioned_column_added
-- a
create table m (id int) partition by range (id);
create table p partition of m for values from (0) to (10);
-- b
create table m (id int, v text not null default 'x', w int check (w > 0)) partition by range (id);
create table p partition of m for values from (0) to (10);
-- transition: partitioned_column_retyped
-- a
create table m (id int, v int) partition by range (id);
create table p partition of m for values from (0) to (10);
create index on m (v);
create view w as select v from m;
-- b
create table m (id int, v bigint) partition by range (id);
create table p partition of m for values from (0) to (10);
create index on m (v);
create view w as select v from m;
-- transition: partitioned_foreign_keys
-- a
create table r (id int primary key);
create table m (id int primary key, r int) partition by range (id);
create table p partition of m for values from (0) to (10);
create table c (m int);
-- b
create table r (id int primary key);
create table m (id int primary key, r int references r) partition by range (id);
create table p partition of m for values from (0) to (10);
create table c (m int references m);
-- transition: partition_with_things_of_its_own
-- a
create table m (id int, v int) partition by range (id);
create table p partition of m for values from (0) to (10);
-- b
create table m (id int, v int) partition by range (id);
create table p partition of m for values from (0) to (10) with (fillfactor = 60);
alter table p alter v set default 7;
create index p_v on p (v);
alter table p add constraint p_c check (v < 100);
alter table m enable row level security;
create policy po on m using (v > 0);
grant select on p to anon;
-- transition: partitioned_trigger
-- a
create table m (id int) partition by range (id);
create table p partition of m for values from (0) to (10);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
-- b
create table m (id int) partition by range (id);
create table p partition of m for values from (0) to (10);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger tr after insert on m for each row execute function f();
-- transition: table_becomes_partitioned
-- a
create table m (id int, v int);
create view w as select v from m;
-- b
create table m (id int, v int) partition by list (v);
create table m1 partition of m for values in (1);
create view w as select v from m;
