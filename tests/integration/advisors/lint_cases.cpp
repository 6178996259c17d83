// The cases. Each runs in a fresh database; objects that must not be found are named quiet_*.
#include "lint_cases.hpp"

namespace basekeeper::advisors {
namespace {

// Objects of the role postgres in public are open to the API roles by default privileges.
const std::vector<lint_case> cases{
    {"unindexed_foreign_keys",
     R"sql(set role postgres;
        create table parents (a int, b int, primary key (a, b));
        create table people (id int primary key);
        create table bare (id int primary key, person int references people);
        create table half (id int primary key, a int, b int, foreign key (a, b) references parents);
        create index on half (a, id, b);
        create table partial (id int primary key, person int references people);
        create index on partial (person) where id > 5;
        create table included (id int primary key, person int references people);
        create index on included (id) include (person);
        create table quiet_indexed (id int primary key, person int references people);
        create index on quiet_indexed (person, id);
        create table quiet_turned (id int primary key, a int, b int, foreign key (a, b) references parents);
        create index on quiet_turned (b, a);
        create table quiet_present (id int primary key, person int references people);
        create index on quiet_present (person) where person is not null;
        create table quiet_hash (id int primary key, person int references people);
        create index on quiet_hash using hash (person);
        create table quiet_split (id int, person int references people, primary key (id)) partition by range (id);
        create table quiet_split_1 partition of quiet_split for values from (0) to (9);
        create index on quiet_split (person);)sql",
     {"public.bare: bare_person_fkey",
      "public.half: half_a_b_fkey",
      "public.included: included_person_fkey",
      "public.partial: partial_person_fkey"}},
    {"auth_users_exposed",
     R"sql(set role supabase_admin;
        create schema inner_part;
        create view public.direct as select id, email from auth.users;
        create materialized view public.copied as select id from auth.users;
        create view inner_part.hidden as select id, email from auth.users;
        create view public.far with (security_invoker = on) as select id from inner_part.hidden;
        create view public.quiet_invoker with (security_invoker = true) as select id from auth.users;
        create view public.quiet_closed as select id from auth.users;
        revoke all on public.quiet_closed from public, anon, authenticated;
        create view public.quiet_other as select id from auth.identities;)sql",
     {"public.copied", "public.direct", "public.far"}},
    {"auth_rls_initplan",
     R"sql(set role postgres;
        create table notes (id int primary key, owner uuid, tenant text, note text);
        create table members (owner uuid);
        create policy bare on notes for select using (auth.uid() = owner);
        create policy claim on notes for update using (true) with check ((auth.jwt() ->> 'role') = 'x');
        create policy setting on notes for delete using (current_setting('app.it''s', true) = tenant);
        create policy nested on notes for insert with check (exists (select 1 from members m where m.owner = auth.uid()));
        create policy "auth.uid()" on notes for select using (true);
        create policy quiet_wrapped on notes for select using ((select auth.uid()) = owner);
        create policy quiet_deeper on notes for select using ((select auth.jwt() ->> 'a') = tenant);
        create policy quiet_literal on notes for select using (note = 'auth.uid() and current_setting(''x'')');
        create function public.uid() returns uuid language sql stable as 'select null::uuid';
        create policy quiet_other on notes for select using (public.uid() = owner);)sql",
     {"public.notes: bare", "public.notes: claim", "public.notes: nested", "public.notes: setting"}},
    {"no_primary_key",
     R"sql(set role postgres;
        create table bare (name text);
        create table taken (id text, row_id text);
        create table ready (code text not null);
        create unique index ready_code on ready (code);
        create table nullable (code text unique);
        create table split (n int) partition by range (n);
        create table quiet_part partition of split for values from (0) to (9);
        create table quiet_keyed (id int primary key);
        create view quiet_view as select 1 as a;)sql",
     {"public.bare", "public.nullable", "public.ready", "public.split", "public.taken"}},
    {"unused_index",
     R"sql(set role postgres;
        create table things (id int primary key, name text unique, kind int, used int, "where" int4range,
                             exclude using gist ("where" with &&));
        create index things_kind on things (kind);
        create table refers (id int primary key, thing int references things);
        create index quiet_of_key on refers (thing);
        create index quiet_used on things (used);
        insert into things select n, n::text, n, n, null from generate_series(1, 5000) n;
        analyze things;
        set enable_seqscan = off;
        select count(*) from things where used = 7;
        reset enable_seqscan;
        create table split (n int) partition by range (n);
        create table split_1 partition of split for values from (0) to (9);
        create index quiet_parted on split (n);
        reset role; select pg_stat_force_next_flush(); select 1;)sql",
     {"public.things_kind"}},
    {"multiple_permissive_policies",
     R"sql(set role postgres;
        create table pair (id int primary key, owner uuid, open boolean);
        create policy a on pair for select to authenticated using (open);
        create policy b on pair for select to authenticated using (owner is null);
        create table wide (id int primary key, owner uuid, open boolean);
        create policy everything on wide to public using (owner is null) with check (open);
        create policy "read ""all""" on wide for select to anon, authenticated using (open);
        create policy add on wide for insert to authenticated with check (id > 5);
        create table quiet_restricted (id int primary key, open boolean);
        create policy a on quiet_restricted for select using (open);
        create policy b on quiet_restricted as restrictive for select using (open);
        create table quiet_commands (id int primary key, open boolean);
        create policy a on quiet_commands for select using (open);
        create policy b on quiet_commands for insert with check (open);
        create table quiet_roles (id int primary key, open boolean);
        create policy a on quiet_roles for select to anon using (open);
        create policy b on quiet_roles for select to authenticated using (open);
        create table quiet_server (id int primary key, open boolean);
        create policy a on quiet_server for select using (open);
        create policy b on quiet_server for select to service_role using (true);)sql",
     {"public.pair", "public.wide"}},
    {"policy_exists_rls_disabled",
     R"sql(set role postgres;
        create table off (id int primary key);
        create policy a on off using (true); create policy b on off as restrictive using (true);
        create table quiet_on (id int primary key);
        create policy a on quiet_on using (true);
        alter table quiet_on enable row level security;
        create table quiet_without (id int primary key);)sql",
     {"public.off"}},
    {"rls_enabled_no_policy",
     R"sql(set role postgres;
        create table closed (id int primary key);
        alter table closed enable row level security;
        create table quiet_policed (id int primary key);
        alter table quiet_policed enable row level security;
        create policy a on quiet_policed as restrictive using (true);
        create table quiet_off (id int primary key);
        create table split (n int primary key) partition by range (n);
        create table quiet_part partition of split for values from (0) to (9);
        alter table quiet_part enable row level security;)sql",
     {"public.closed"}},
    {"duplicate_index",
     R"sql(set role postgres;
        create table things (id int primary key, name text, kind int, code text unique);
        create index one on things (name); create index two on things (name); create index three on things (name);
        create unique index again on things (code);
        create index quiet_partial on things (kind) where kind > 5; create index quiet_kind on things (kind);
        create index quiet_down on things (kind desc);
        create index quiet_hash on things using hash (kind);
        create index quiet_lower on things (lower(name)); create index quiet_upper on things (upper(name));
        create table keys (id int primary key); alter table keys add unique (id);
        create table refers (id int primary key references keys);)sql",
     {"public.keys: keys_pkey, keys_id_key", "public.things: one, two, three", "public.things: things_code_key, again"}
    },
    {"security_definer_view",
     R"sql(set role postgres;
        create table things (id int primary key);
        create view plain as select * from things;
        create view switched_off with (security_invoker = false) as select * from things;
        create view by_column as select * from things;
        revoke all on by_column from anon, authenticated; grant select (id) on by_column to anon;
        create view quiet_on with (security_invoker = on) as select * from things;
        create view quiet_true with (security_invoker) as select * from things;
        create view quiet_closed as select * from things;
        revoke all on quiet_closed from anon, authenticated;
        create schema quiet_inner; create view quiet_inner.v as select 1 as a; grant usage on schema quiet_inner to anon;
        grant select on quiet_inner.v to anon;)sql",
     {"public.by_column", "public.plain", "public.switched_off"}},
    {"function_search_path_mutable",
     R"sql(set role postgres;
        create function open_one(int) returns int language sql as 'select $1';
        create procedure open_two(inout a text) language plpgsql as 'begin end';
        create function quiet_set() returns int language sql set search_path = '' as 'select 1';
        create function quiet_other() returns int language sql set search_path = public as 'select 1';
        create function quiet_atomic() returns int language sql begin atomic select 1; end;
        create aggregate quiet_sum(int) (sfunc = int4pl, stype = int);
        create function open_three() returns int language sql set work_mem = '5MB' as 'select 1';
        reset role; create extension citext with schema public;)sql",
     {"public.open_one(integer)", "public.open_three()", "public.open_two(text)"}},
    {"auth_allow_anonymous_sign_ins",
     R"sql(set role postgres;
        create table everybody (id int primary key, owner uuid);
        create policy a on everybody for select to authenticated using ((select auth.uid()) = owner);
        create table open (id int primary key);
        create policy a on open for insert with check (true);
        create table half (id int primary key);
        create policy a on half for select to authenticated using (true);
        create policy b on half as restrictive for update to authenticated using ((auth.jwt() ->> 'is_anonymous')::boolean is not true);
        create table quiet_asked (id int primary key, owner uuid);
        create policy a on quiet_asked for select to authenticated using ((auth.jwt() ->> 'is_anonymous')::boolean is not true);
        create table quiet_restricted (id int primary key);
        create policy a on quiet_restricted for select to authenticated using (true);
        create policy b on quiet_restricted as restrictive to authenticated using ((auth.jwt() ->> 'is_anonymous')::boolean is not true);
        create table quiet_server (id int primary key);
        create policy a on quiet_server for select to service_role using (true);
        create schema quiet_inner; create table quiet_inner.t (id int primary key);
        create policy a on quiet_inner.t for select using (true);)sql",
     {"public.everybody", "public.half", "public.open"}},
    {"rls_disabled_in_public",
     R"sql(set role postgres;
        create table open (id int primary key);
        create table writable (id int primary key);
        revoke all on writable from anon, authenticated; grant insert on writable to anon;
        create table split (n int primary key) partition by range (n);
        create table split_1 partition of split for values from (0) to (9);
        alter table split enable row level security;
        create table quiet_on (id int primary key); alter table quiet_on enable row level security;
        create table quiet_closed (id int primary key); revoke all on quiet_closed from anon, authenticated;
        create schema quiet_inner; create table quiet_inner.t (id int primary key);
        grant usage on schema quiet_inner to anon; grant select on quiet_inner.t to anon;
        create view quiet_view as select 1 as a;)sql",
     {"public.open", "public.split_1", "public.writable"}},
    {"extension_in_public",
     R"sql(create extension pg_trgm with schema public;
        create extension adminpack;
        create extension intarray with schema extensions;
        create schema quiet_own; create extension hstore with schema quiet_own;)sql",
     {"pg_trgm"}},
    {"rls_references_user_metadata",
     R"sql(set role postgres;
        create table notes (id int primary key, user_metadata text);
        create policy claim on notes for select using ((auth.jwt() -> 'user_metadata' ->> 'admin') = 'true');
        create policy path on notes for insert with check ((auth.jwt() #>> '{user_metadata,role}') = 'x');
        create policy stored on notes for delete using (exists (
          select from auth.users u where u.id = auth.uid() and u.raw_user_meta_data ->> 'admin' = 'y'));
        create policy quiet_app on notes for select using ((auth.jwt() -> 'app_metadata' ->> 'admin') = 'true');
        create policy quiet_column on notes for select using ((auth.jwt() ->> 'a') = user_metadata and id::text = 'b');
        create policy quiet_word on notes for select using ((auth.jwt() ->> 'my_user_metadata_x') = 'x');)sql",
     {"public.notes: claim", "public.notes: path", "public.notes: stored"}},
    {"materialized_view_in_api",
     R"sql(set role postgres;
        create materialized view totals as select 1 as n;
        create materialized view quiet_closed as select 1 as n; revoke all on quiet_closed from anon, authenticated;
        create schema quiet_inner; create materialized view quiet_inner.m as select 1 as n;
        grant usage on schema quiet_inner to anon; grant select on quiet_inner.m to anon;)sql",
     {"public.totals"}},
    {"foreign_table_in_api",
     R"sql(create extension file_fdw with schema extensions; create server files foreign data wrapper file_fdw;
        create foreign table public.remote (a text) server files options (filename '/dev/null');
        create foreign table public.quiet_closed (a text) server files options (filename '/dev/null');
        revoke all on public.quiet_closed from anon, authenticated;
        create schema quiet_inner; create foreign table quiet_inner.f (a text) server files options (filename '/dev/null');
        grant usage on schema quiet_inner to anon; grant select on quiet_inner.f to anon;)sql",
     {"public.remote"}},
    {"unsupported_reg_types",
     R"sql(set role postgres;
        create domain work as regproc;
        create table things (id int primary key, a regproc default 'pg_catalog.now', b regprocedure[], c work, quiet_d regclass,
                             quiet_e regtype, quiet_f regrole, quiet_g text, quiet_h name, quiet_i oidvector);
        create table quiet_child () inherits (things);
        create materialized view counted as select 'simple'::regconfig as c;
        create table viewed (id int primary key, a regproc); create view quiet_view as select a from viewed;)sql",
     {"public.counted.c", "public.things.a", "public.things.b", "public.things.c", "public.viewed.a"}},
    {"insecure_queue_exposed_in_api",
     R"sql(create schema pgmq; create schema pgmq_public;
        create table pgmq.q_mail (id int); create table pgmq.quiet_meta (id int); create table pgmq.a_mail (id int);
        create table pgmq.q_quiet (id int); alter table pgmq.q_quiet enable row level security;)sql",
     {"pgmq.q_mail"},
     {"public", "pgmq_public"}},
    {"table_bloat",
     R"sql(set role postgres;
        create table swollen with (autovacuum_enabled = off) as select n, repeat('x', 400) as filler from generate_series(1, 70000) n;
        delete from swollen where n % 10 <> 0;
        create table emptied with (autovacuum_enabled = off) as select n, repeat('x', 400) as filler from generate_series(1, 70000) n;
        delete from emptied;
        create table quiet_full as select n, repeat('x', 400) as filler from generate_series(1, 70000) n;
        create table quiet_small with (autovacuum_enabled = off) as select n, repeat('x', 400) as filler from generate_series(1, 2000) n;
        delete from quiet_small;
        create table quiet_loose with (fillfactor = 20) as select n, repeat('x', 400) as filler from generate_series(1, 20000) n;
        analyze swollen, emptied, quiet_full, quiet_small, quiet_loose;)sql",
     {"public.emptied", "public.swollen"}},
    {"fkey_to_auth_unique",
     R"sql(create table auth.devices (id int primary key, code text unique);
        grant references on auth.devices to postgres; grant usage on schema auth to postgres;
        set role postgres;
        create table public.byte_codes (id int primary key, code text references auth.devices (code));
        create table public.quiet_key (id int primary key, device int references auth.devices);
        create table public.devices (id int primary key, code text unique);
        create table public.quiet_own (id int primary key, code text references public.devices (code));)sql",
     {"public.byte_codes: byte_codes_code_fkey"}},
    {"extension_versions_outdated",
     R"sql(create extension pg_trgm with schema extensions version '1.3';
        create extension hstore with schema extensions;
        create extension unaccent with schema extensions;
        update pg_extension set extversion = '99.1' where extname = 'unaccent';)sql",
     {"pg_trgm"}},
    {"sensitive_columns_exposed",
     R"sql(set role postgres;
        create table accounts (id int primary key, "userPassword" text, note text);
        create table cards (id int primary key, credit_card_number text);
        create table keys (id int primary key, api_key text);
        create table quiet_plain (id int primary key, password_changed_at date, token_count int, spinner text, compassword text);
        create table quiet_guarded (id int primary key, password text); alter table quiet_guarded enable row level security;
        create table quiet_closed (id int primary key, secret text); revoke all on quiet_closed from anon, authenticated;
        create table quiet_columns (id int primary key, secret text); revoke all on quiet_columns from anon, authenticated;
        grant select (id) on quiet_columns to anon;)sql",
     {"public.accounts", "public.cards", "public.keys"}},
    {"rls_policy_always_true",
     R"sql(set role postgres;
        create table notes (id int primary key, user_id uuid, label text);
        create policy add on notes for insert to authenticated with check (true);
        create policy change on notes for update to anon using (user_id is not null) with check (true);
        create policy remove on notes for delete using (1 = 1);
        create policy everything on notes using (true);
        create table plain (id int primary key);
        create policy add on plain for insert to public with check (true);
        create policy quiet_read on notes for select using (true);
        create policy quiet_server on notes for all to service_role using (true);
        create policy quiet_limited on notes for delete to authenticated using ((select auth.uid()) = user_id);
        create policy quiet_restrictive on notes as restrictive for all using (true);
        create policy quiet_literal on notes for delete using (label = 'true');)sql",
     {"public.notes: add",
      "public.notes: change",
      "public.notes: everything",
      "public.notes: remove",
      "public.plain: add"}},
    {"public_bucket_allows_listing",
     R"sql(insert into storage.buckets (id, name, public) values ('open', 'open', true), ('it''s', 'it''s', true),
          ('quiet_private', 'quiet_private', false), ('quiet_owned', 'quiet_owned', true);
        create policy listed on storage.objects for select using (bucket_id = 'open');
        create policy two on storage.objects for select to anon using (bucket_id in ('it''s', 'quiet_private'));
        create policy quiet_private on storage.objects for select using (bucket_id = 'quiet_private');
        create policy quiet_owner on storage.objects for select using (bucket_id = 'quiet_owned' and owner = (select auth.uid()));
        create policy quiet_insert on storage.objects for insert with check (bucket_id = 'open');
        create policy quiet_server on storage.objects for select to service_role using (bucket_id = 'open');)sql",
     {"\"it's\": two", "open: listed"}},
    {"pg_graphql_anon_table_exposed",
     R"sql(set allow_system_table_mods = on;
        insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
          values (99999, 'pg_graphql', 10, 'graphql_public'::regnamespace, false, '1.5.11');
        set role postgres;
        create table shown (id int primary key); create view shown_too as select 1 as a;
        create table by_column (id int primary key, a int); revoke all on by_column from anon; grant select (a) on by_column to anon;
        create table quiet_closed (id int primary key); revoke select on quiet_closed from anon;
        create schema quiet_inner; create table quiet_inner.t (id int primary key); grant usage on schema quiet_inner to anon;
        grant select on quiet_inner.t to anon;)sql",
     {"public.by_column", "public.shown", "public.shown_too"}},
    {"pg_graphql_authenticated_table_exposed",
     R"sql(set allow_system_table_mods = on;
        insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
          values (99999, 'pg_graphql', 10, 'graphql_public'::regnamespace, false, '1.5.11');
        set role postgres;
        create table shown (id int primary key); revoke all on shown from anon;
        create table quiet_closed (id int primary key); revoke select on quiet_closed from authenticated;)sql",
     {"public.shown"}},
    {"anon_security_definer_function_executable",
     R"sql(set role postgres;
        create function everybody() returns int language sql security definer as 'select 1';
        create function implicit(a text) returns int language sql security definer as 'select 1';
        revoke all on function implicit from anon, authenticated, service_role;
        create function quiet_invoker() returns int language sql as 'select 1';
        create function quiet_closed() returns int language sql security definer as 'select 1';
        revoke all on function quiet_closed from public, anon;
        create function quiet_trigger() returns trigger language plpgsql security definer as 'begin return new; end';
        create schema quiet_inner; grant usage on schema quiet_inner to anon;
        create function quiet_inner.f() returns int language sql security definer as 'select 1';)sql",
     {"public.everybody()", "public.implicit(text)"}},
    {"authenticated_security_definer_function_executable",
     R"sql(set role postgres;
        create function everybody() returns int language sql security definer as 'select 1';
        create procedure members_only() language sql security definer as 'select 1';
        revoke all on procedure members_only from public, anon;
        create function quiet_server() returns int language sql security definer as 'select 1';
        revoke all on function quiet_server from public, anon, authenticated;)sql",
     {"public.everybody()", "public.members_only()"}},
};

} // namespace

std::span<const lint_case> lint_cases()
{
    return cases;
}

} // namespace basekeeper::advisors
