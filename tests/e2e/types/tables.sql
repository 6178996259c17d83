-- tables: partitions with keys on either side, foreign tables, inheritance.
create extension if not exists file_fdw with schema pg_catalog;
create server files foreign data wrapper file_fdw;
create foreign table readings (id int not null, at timestamptz, value numeric default 5) server files options (filename '/nonexistent');
create table owners (id int primary key);
create table measures (id int, at date not null, owner int references owners, primary key (id, at)) partition by range (at);
create table measures_2024 partition of measures for values from ('2024-01-01') to ('2025-01-01');
create table measures_2025 partition of measures for values from ('2025-01-01') to ('2026-01-01') partition by list (id);
create table measures_2025_1 partition of measures_2025 for values in (1);
create table notes (id int primary key, measure int, at date, foreign key (measure, at) references measures);
create table hashed (id int primary key) partition by hash (id);
create table hashed_0 partition of hashed for values with (modulus 2, remainder 0);
create table points_at_hashed (id int primary key references hashed);
create view all_measures as select id, at, owner from measures;
create view some_notes as select id, measure, at from notes;
create function of_reading(readings) returns int language sql as 'select 1';
create function all_readings() returns setof readings language sql as 'select * from readings';
create function of_measure(measures) returns measures_2024 language sql as 'select * from measures_2024 limit 1';
create table holds_rows (r readings, m measures, v all_measures, rs readings[]);
