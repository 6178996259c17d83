-- Enums, composite types, domains and ranges, and the columns that use them.
-- transition: enum_labels_added
-- a
create type mood as enum ('sad', 'happy');
create table t (m mood default 'sad');
-- b
create type mood as enum ('bad', 'sad', 'ok', 'happy', 'it''s');
create table t (m mood default 'ok');
-- transition: enum_made
-- a
create table t (id int);
-- b
create type mood as enum ('sad', 'happy');
comment on type mood is 'm';
create table t (id int, m mood not null default 'happy', ms mood[]);
-- transition: enum_label_removed
-- a
create type mood as enum ('sad', 'ok', 'happy');
create table t (m mood not null default 'ok', ms mood[], n int);
create index on t (m) where m = 'ok';
create view v as select m from t where m = 'ok';
create function f(mood) returns mood language sql as 'select $1';
alter table t add constraint c check (m <> 'sad');
-- b
create type mood as enum ('happy', 'ok');
create table t (m mood not null default 'ok', ms mood[], n int);
create index on t (m) where m = 'ok';
create view v as select m from t where m = 'ok';
create function f(mood) returns mood language sql as 'select $1';
alter table t add constraint c check (m <> 'happy');
-- transition: enum_replaces_text
-- a
create table t (m text default 'a');
-- b
create type kind as enum ('a', 'b');
create table t (m kind default 'a');
-- transition: composite_attribute_added
-- a
create type addr as (street text, city text);
create table t (a addr);
-- b
create type addr as (street text, city text, zip varchar(10));
create table t (a addr);
comment on column addr.zip is 'zip';
-- transition: composite_attribute_dropped
-- a
create type addr as (street text, city text, zip int);
create function f(addr) returns text language sql as 'select $1.city';
-- b
create type addr as (city text, zip int, country text collate "C");
create function f(addr) returns text language sql as 'select $1.city';
-- transition: composite_attribute_retyped
-- a
create type addr as (street text, n int);
create table t (a addr);
create function f(addr) returns text language sql as 'select $1.street';
-- b
create type addr as (street text, n bigint);
create table t (a addr);
create function f(addr) returns text language sql as 'select $1.street';
-- transition: composite_made_with_dependents
-- a
select 1;
-- b
create type part as (n int);
create type whole as (p part, ps part[]);
create table t (w whole);
create function f(w whole) returns setof part language sql as 'select (w).p';
-- transition: domain_changed
-- a
create domain d as text default 'x' constraint c check (value <> '');
create table t (d d);
-- b
create domain d as text not null default 'y' constraint c check (value <> 'z') constraint e check (length(value) < 9);
comment on domain d is 'd';
comment on constraint c on domain d is 'c';
create table t (d d);
-- transition: domain_base_type_changed
-- a
create domain d as int check (value > 0);
create table t (id int, d d);
create view v as select d from t;
-- b
create domain d as bigint check (value > 0);
create table t (id int, d d);
create view v as select d from t;
-- transition: domain_constraint_validated
-- a
create domain d as int;
alter domain d add constraint c check (value > 0) not valid;
-- b
create domain d as int constraint c check (value > 0);
-- transition: domain_collation_and_array
-- a
create domain d as varchar(5);
-- b
create domain d as varchar(8) collate "C";
create domain ds as int[] check (array_length(value, 1) < 4);
create domain dd as d;
-- transition: range_made
-- a
select 1;
-- b
create type fr as range (subtype = float8, subtype_diff = float8mi);
create type tr as range (subtype = text, collation = "C", multirange_type_name = trs);
create table t (r fr, m trs);
-- transition: range_changed
-- a
create type fr as range (subtype = float8);
create table t (r fr);
-- b
create type fr as range (subtype = float8, subtype_diff = float8mi);
create table t (r fr);
-- transition: type_grants_and_owner
-- a
create type mood as enum ('a');
create domain d as int;
-- b
create type mood as enum ('a');
alter type mood owner to alice;
revoke usage on type mood from public;
create domain d as int;
revoke usage on type d from public;
grant usage on type d to anon;
-- transition: column_moves_from_type_that_goes
-- a
create type mood as enum ('a', 'b');
create table t (m mood, k int);
create function f(mood) returns int language sql as 'select 1';
-- b
create table t (m text, k int);
-- transition: enum_used_in_domain_and_composite
-- a
create type mood as enum ('a', 'b', 'c');
create domain dm as mood check (value <> 'b');
create type pair as (x mood, n int);
create table t (d dm, p pair);
-- b
create type mood as enum ('a', 'b');
create domain dm as mood check (value <> 'b');
create type pair as (x mood, n int);
create table t (d dm, p pair);
-- transition: type_becomes_table
-- a
create type thing as (id int);
-- b
create table thing (id int);
