-- Functions, procedures, aggregates, triggers and event triggers.
-- transition: function_body_changed
-- a
create function f(a int) returns int language sql as 'select a';
-- b
create function f(a int) returns int language sql immutable strict parallel safe cost 5 security definer set search_path = '' as $$ select a + 1 $$;
comment on function f(int) is 'f';
-- transition: function_signature_changed
-- a
create function f(a int) returns int language sql as 'select a';
create view v as select f(1) as x;
-- b
create function f(a int) returns text language sql as 'select a::text';
create view v as select f(1) as x;
-- transition: function_argument_renamed_and_default
-- a
create function f(a int, b int default 2) returns int language sql as 'select a';
create function g(a int) returns int language sql as 'select a';
-- b
create function f(x int, y int) returns int language sql as 'select x';
create function g(a int, b text default 'x') returns int language sql as 'select a';
-- transition: function_overloads
-- a
create function f(int) returns int language sql as 'select 1';
create function f(text) returns int language sql as 'select 2';
-- b
create function f(int) returns int language sql as 'select 1';
create function f(text, text) returns int language sql as 'select 3';
create function f(variadic int[]) returns int language sql as 'select 4';
-- transition: function_returns_table
-- a
create function f() returns table (a int) language sql as 'select 1';
-- b
create function f() returns table (a int, b text) language sql rows 5 as $$ select 1, 'x' $$;
create function o(in a int, out b int, inout c int) language sql as 'select 1, 2';
-- transition: function_atomic_body
-- a
create table t (id int);
create function f() returns bigint language sql begin atomic select count(*) from t; end;
-- b
create table t (id bigint, n int);
create function f() returns bigint language sql begin atomic select sum(id)::bigint from t where n > 0; end;
-- transition: function_on_table_type
-- a
create table t (id int);
-- b
create table t (id int);
create table u (id int, name text);
create function full_name(u) returns text language sql stable as 'select $1.name';
create function all_u() returns setof u language sql as 'select * from u';
-- transition: function_grants_and_owner
-- a
create function f() returns int language sql as 'select 1';
create function g() returns int language sql as 'select 1';
-- b
create function f() returns int language sql as 'select 1';
revoke execute on function f() from public;
grant execute on function f() to authenticated;
create function g() returns int language sql as 'select 1';
alter function g() owner to alice;
create function h() returns int language sql as 'select 1';
revoke execute on function h() from public;
-- transition: procedure_changed
-- a
create procedure p(a int) language plpgsql as $$ begin null; end $$;
create function q() returns void language sql as 'select';
-- b
create procedure p(a int, inout b text) language plpgsql as $$ begin b := 'x'; end $$;
create procedure q() language sql as 'select';
comment on procedure q() is 'q';
grant execute on procedure p(int, text) to anon;
-- transition: aggregate_made
-- a
create function add_up(state int, v int) returns int language sql immutable as 'select state + coalesce(v, 0)';
-- b
create function add_up(state int, v int) returns int language sql immutable as 'select state + coalesce(v, 0)';
create aggregate total(int) (sfunc = add_up, stype = int, initcond = '0', parallel = safe);
comment on aggregate total(int) is 'total';
grant execute on function total(int) to anon;
create table t (a int);
create view v as select total(a) from t;
-- transition: aggregate_changed
-- a
create function f(s int, v int) returns int language sql immutable as 'select s + v';
create aggregate agg(int) (sfunc = f, stype = int, initcond = '0');
create table t (a int);
create view v as select agg(a) from t;
-- b
create function f(s int, v int) returns int language sql immutable as 'select s + v';
create aggregate agg(int) (sfunc = f, stype = int, initcond = '10', combinefunc = f);
create table t (a int);
create view v as select agg(a) from t;
-- transition: aggregate_ordered_and_moving
-- a
select 1;
-- b
create aggregate middle(float8 order by anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
create aggregate moving(int8) (sfunc = int8pl, stype = int8, initcond = '0', msfunc = int8pl, minvfunc = int8mi, mstype = int8, minitcond = '0', sortop = operator(pg_catalog.>));
create aggregate everything(*) (sfunc = int8inc, stype = int8, initcond = '0');
-- transition: trigger_changed
-- a
create table t (a int, b int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger one before insert on t for each row execute function f();
create trigger two after delete on t execute function f();
-- b
create table t (a int, b int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger one before insert or update of b on t for each row when (new.a > 0) execute function f('x', 'y');
create trigger three after update on t referencing old table as o new table as n for each statement execute function f();
comment on trigger one on t is 'one';
-- transition: trigger_states
-- a
create table t (a int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger one before insert on t for each row execute function f();
create trigger two before insert on t for each row execute function f();
alter table t disable trigger two;
-- b
create table t (a int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger one before insert on t for each row execute function f();
create trigger two before insert on t for each row execute function f();
create trigger three before insert on t for each row execute function f();
alter table t disable trigger one;
alter table t enable always trigger three;
-- transition: trigger_function_replaced
-- a
create schema s;
create table t (a int);
create function s.f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger one before insert on t for each row execute function s.f();
-- b
create table t (a int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger one before insert on t for each row execute function f();
-- transition: trigger_constraint
-- a
create table t (a int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
-- b
create table t (a int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create constraint trigger c after insert on t deferrable initially deferred for each row execute function f();
-- transition: event_trigger_changed
-- a
create function f() returns event_trigger language plpgsql as $$ begin null; end $$;
create event trigger e on ddl_command_end execute function f();
create event trigger gone on sql_drop execute function f();
-- b
create function f() returns event_trigger language plpgsql as $$ begin null; end $$;
create event trigger e on ddl_command_end when tag in ('CREATE TABLE', 'ALTER TABLE') execute function f();
create event trigger made on ddl_command_start execute function f();
alter event trigger made disable;
comment on event trigger e is 'e';
-- transition: default_calls_function_of_the_table
-- a
create table t (id int);
-- b
create table t (id int);
create function next_id() returns int language plpgsql as $$ begin return (select count(*) from t); end $$;
alter table t alter id set default next_id();
create function of_row(t) returns int language sql immutable as 'select 1';
alter table t add check (of_row(t) > 0);
