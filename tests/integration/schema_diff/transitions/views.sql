-- Views, materialized views and rules.
-- transition: view_made
-- a
create table t (id int, name text);
-- b
create table t (id int, name text);
create view v as select id, upper(name) as name from t where id > 0;
comment on view v is 'v';
comment on column v.name is 'upper';
grant select on v to anon, authenticated;
-- transition: view_column_appended
-- a
create table t (id int, name text);
create view v as select id from t;
create view w as select * from v;
-- b
create table t (id int, name text);
create view v as select id, name from t;
create view w as select id from v;
-- transition: view_column_removed
-- a
create table t (id int, name text);
create view v as select id, name from t;
create view w as select id from v;
grant select on w to anon;
create function f() returns setof v language sql as 'select * from v';
-- b
create table t (id int, name text);
create view v as select name from t;
create view w as select 1 as id from v;
grant select on w to anon;
create function f() returns setof v language sql as 'select * from v';
-- transition: view_security_options
-- a
create table t (id int);
create view v with (security_invoker = true) as select id from t;
create view w as select id from t where id > 0;
-- b
create table t (id int);
create view v as select id from t;
create view w with (security_barrier = true, security_invoker = true) as select id from t where id > 0 with local check option;
-- transition: view_uses_added_column
-- a
create table t (id int);
create view v as select id from t;
-- b
create table t (id int, extra text);
create view v as select id, extra from t;
-- transition: view_chain_retyped
-- a
create table t (a int);
create view v1 as select a from t;
create view v2 as select a from v1;
create materialized view m as select a from v2;
create view v3 as select a from m;
create index on m (a);
-- b
create table t (a text);
create view v1 as select a from t;
create view v2 as select a from v1;
create materialized view m as select a from v2;
create view v3 as select a from m;
create index on m (a);
-- transition: view_grouped_by_primary_key
-- a
create table t (id int primary key, v int);
create view g as select id, v from t group by id;
-- b
create table t (id int, v int unique, constraint t_pkey primary key (id));
create view g as select id, v, count(*) from t group by id;
-- transition: view_column_default
-- a
create table t (id int, n int);
create view v as select id, n from t;
-- b
create table t (id int, n int);
create view v as select id, n from t;
alter view v alter n set default 5;
-- transition: view_recursive_and_lateral
-- a
create table t (id int, parent int);
-- b
create table t (id int, parent int);
create recursive view r (id, depth) as select id, 1 from t where parent is null union all select t.id, r.depth + 1 from t join r on r.id = t.parent;
create view l as select t.id, x.n from t cross join lateral (select count(*) as n from t c where c.parent = t.id) x;
-- transition: materialized_view_changed
-- a
create table t (id int);
create materialized view m as select id from t with no data;
comment on materialized view m is 'm';
grant select on m to anon;
-- b
create table t (id int);
create materialized view m with (fillfactor = 90) as select id, id * 2 as twice from t with no data;
comment on materialized view m is 'm';
comment on column m.twice is 'twice';
grant select on m to anon;
-- transition: view_becomes_materialized
-- a
create table t (id int);
create view v as select id from t;
-- b
create table t (id int);
create materialized view v as select id from t;
-- transition: rule_changed
-- a
create table t (id int);
create table l (id int);
create rule r as on insert to t do also insert into l values (new.id);
create rule gone as on delete to t do instead nothing;
-- b
create table t (id int);
create table l (id int);
create rule r as on insert to t where new.id > 1 do also insert into l values (new.id + 1);
create rule made as on update to t do instead nothing;
alter table t disable rule made;
comment on rule r on t is 'r';
-- transition: view_with_trigger_and_rule
-- a
create table t (id int, n int);
create view v as select id from t;
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger tr instead of insert on v for each row execute function f();
create rule ru as on delete to v do instead nothing;
-- b
create table t (id bigint, n int);
create view v as select id from t;
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger tr instead of insert on v for each row execute function f();
create rule ru as on delete to v do instead nothing;
