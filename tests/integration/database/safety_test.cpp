// Attacks on the read path, each class in several spellings, by the narrow login and without it. Afterwards nothing may
// differ in the database, in the server, or in the session that the next call gets.
#include "trace.hpp"

#include <gmock/gmock.h>

#include <array>

namespace basekeeper::database {
namespace {

using testing::StartsWith;

constexpr std::string_view shop = R"(
create schema shop;
create table shop.products (id serial primary key, name text, price numeric, tags text[], notes jsonb default '{}');
create table shop.clients (id int primary key, mail text);
create table shop.ledger (id bigserial primary key, what text);
create table shop.guarded (id int, word text);
create table shop.veiled (id int);
insert into shop.products(name, price) select 'thing ' || n, n from generate_series(1, 30) n;
insert into shop.clients select n, 'c' || n || '@shop.test' from generate_series(1, 10) n;
insert into shop.guarded values (1, 'a'); insert into shop.veiled values (1);
create sequence shop.ticket;
create index by_notes on shop.products using gin (notes);
create function shop.note_visit() returns int language plpgsql as
  $$ begin insert into shop.ledger(what) values ('visit'); return 1; end $$;
create function shop.borrow_power() returns int language plpgsql security definer as
  $$ begin perform pg_advisory_lock(501); insert into shop.ledger(what) values ('power'); return 1; end $$;
create function shop.borrow_lock() returns int language plpgsql security definer as
  $$ begin perform pg_advisory_lock(502); return 1; end $$;
create function shop.quiet_lock() returns int language plpgsql stable as
  $$ begin perform pg_advisory_lock(503); return 1; end $$;
create function shop.sworn_lock(int) returns int language plpgsql immutable as
  $$ begin perform pg_advisory_lock(504); return $1; end $$;
create function shop.leave_statement() returns int language plpgsql as
  $$ begin execute 'prepare left_behind as select 1'; return 1; end $$;
create function shop.leave_setting() returns int language plpgsql stable as
  $$ begin perform set_config('app.poison', 'x', false); perform set_config('search_path', 'shop', false); return 1; end $$;
create function shop.dossier(shop.clients) returns text language plpgsql security definer as
  $$ begin perform pg_advisory_lock(505); return 'secret'; end $$;
create function public.dossier2(shop.clients) returns text language plpgsql security definer as
  $$ begin perform pg_advisory_lock(506); return 'secret'; end $$;
create function public.upper(shop.clients) returns text language plpgsql security definer as
  $$ begin perform pg_advisory_lock(507); return 'secret'; end $$;
create function shop.run_text(q text) returns void language plpgsql security definer as $$ begin execute q; end $$;
create procedure shop.settle() language plpgsql as $$ begin insert into shop.ledger(what) values ('p'); commit; end $$;
create function public.sum_up(a int, b int) returns int language plpgsql security definer as
  $$ begin perform pg_advisory_lock(508); return a + b; end $$;
create operator public.=+= (leftarg = int, rightarg = int, function = public.sum_up);
create operator shop.=-= (leftarg = int, rightarg = int, function = public.sum_up);
create type shop.parcel as (weight int);
create function shop.pack(int) returns shop.parcel language plpgsql security definer as
  $$ begin perform pg_advisory_lock(509); return row($1)::shop.parcel; end $$;
create cast (int as shop.parcel) with function shop.pack(int);
create view shop.v_visit as select shop.note_visit() as n;
create view shop.v_power as select shop.borrow_power() as n;
create view shop.v_nested as select n from shop.v_power;
create view shop.v_borrowed as select shop.borrow_lock() as n;
create view shop.v_quiet as select shop.quiet_lock() as n;
create view shop.v_sworn as select shop.sworn_lock(id) as n from shop.clients;
create view shop.v_statement as select shop.leave_statement() as n;
create view shop.v_setting as select shop.leave_setting() as n;
create view shop.v_builtin as select pg_try_advisory_lock(510) as n;
create view shop.v_next as select nextval('shop.ticket') as n;
alter table shop.guarded enable row level security;
create policy p on shop.guarded using (shop.borrow_lock() is not null);
alter table shop.veiled enable row level security;
create policy p on shop.veiled using (shop.quiet_lock() is not null);
create materialized view shop.totals as select count(*) as n from shop.products;
analyze)";

struct attack
{
    std::string_view kind;
    std::string_view sql;
};

constexpr auto attacks = std::to_array<attack>({
    {"change", "insert into shop.ledger(what) values ('mine')"},
    {"change", "UPDATE shop.products SET price = 0"},
    {"change", "delete/**/from shop.products where id = 3"},
    {"change", "truncate shop.clients cascade"},
    {"change", "merge into shop.clients c using shop.products p on c.id = p.id when matched then delete"},
    {"change", "values (1) ; delete from shop.clients"},
    {"change", "table shop.clients; truncate shop.clients"},
    {"with", "with gone as (delete from shop.clients returning id) select count(*) from gone"},
    {"with", "with put as (insert into shop.ledger(what) values ('w')) select 1"},
    {"with", "with a as (select 1), b as (update shop.clients set mail = '' returning *) select * from a, b"},
    {"with",
     "with recursive r as (select 1 union all select 1 from r) insert into shop.ledger(what) select 'r' from r limit 1"
    },
    {"into", "select id into shop.copied from shop.clients"},
    {"into", "select 1 as a into temp kept_here"},
    {"into", "(select 1 as a into unlogged shop.copied2) "},
    {"explain", "explain analyze delete from shop.clients"},
    {"explain", "explain (verbose, analyze 1) insert into shop.ledger(what) values ('e')"},
    {"explain", "explain (analyze off, buffers off, analyze) update shop.clients set mail = ''"},
    {"explain", "explain (analyze 'on') create table shop.by_explain as select 1"},
    {"explain", "explain analyze select 1 as one into shop.by_explain2"},
    {"explain", "explain analyze create materialized view shop.by_explain3 as select 1"},
    {"explain", "explain analyze execute whatever"},
    {"explain", "explain analyze select shop.note_visit()"},
    {"explain", "explain analyze declare c cursor for select 1"},
    {"explain", "explain (analyze, format json) select * from shop.v_power"},
    {"objects", "create table shop.fresh (i int)"},
    {"objects", "create temporary table hidden_here as select 1"},
    {"objects", "create or replace function shop.quiet_lock() returns int language sql as 'select 2'"},
    {"objects", "drop schema shop cascade"},
    {"objects", "alter table shop.clients add column evil int"},
    {"objects", "create index concurrently on shop.clients (mail)"},
    {"objects", "create extension if not exists pg_trgm"},
    {"objects", "comment on table shop.clients is 'x'"},
    {"objects", "refresh materialized view shop.totals"},
    {"objects", "do $$ begin drop table shop.clients; end $$"},
    {"objects", "call shop.settle()"},
    {"objects", "create event trigger t on ddl_command_start execute function shop.quiet_lock()"},
    {"objects", "security label on table shop.clients is 'x'"},
    {"rights", "grant all on all tables in schema shop to public"},
    {"rights", "create role burglar superuser login"},
    {"rights", "alter role current_user bypassrls"},
    {"rights", "alter table shop.guarded no force row level security, disable row level security"},
    {"rights", "create policy open on shop.guarded using (true)"},
    {"rights", "alter default privileges in schema shop grant all on tables to public"},
    {"rights", "reassign owned by postgres to current_user"},
    {"role", "set role postgres"},
    {"role", "set session authorization postgres"},
    {"role", "set local role none"},
    {"role", "reset role"},
    {"role", "select set_config('role', 'postgres', false)"},
    {"role", "select pg_catalog.\"set_config\"('session_authorization', 'postgres', true)"},
    {"role", "select * from set_config('role', 'postgres', false) as t"},
    {"session", "set statement_timeout = 0"},
    {"session", "set local transaction_read_only = off"},
    {"session", "set session characteristics as transaction read write"},
    {"session", "set transaction isolation level serializable read write"},
    {"session", "select set_config('transaction_read_only', 'off', false)"},
    {"session", "select case when id > 0 then set_config('search_path', 'shop', false) end from shop.clients"},
    {"session", "select 1 order by set_config('app.poison', 'x', false)"},
    {"session", "select count(*) filter (where set_config('app.poison', 'x', false) = 'x') from shop.clients"},
    {"session", "select 1 from shop.clients group by set_config('app.poison', id::text, false)"},
    {"session", "select u&\"s\\0065t_config\"('app.poison', 'x', false)"},
    {"session", "select setseed(0.5)"},
    {"session", "discard all"},
    {"session", "load 'auto_explain'"},
    {"session", "listen shop"},
    {"session", "notify shop, 'x'"},
    {"session", "select pg_notify('shop', 'x')"},
    {"session", "select pg_catalog.pg_notify(mail, mail) from shop.clients"},
    {"session", "declare c cursor with hold for select 1"},
    {"transaction", "commit"},
    {"transaction", "end transaction"},
    {"transaction", "rollback and chain"},
    {"transaction", "commit; create table shop.escaped (i int)"},
    {"transaction", "select 1;commit;delete from shop.clients;select 2"},
    {"transaction", "abort;begin;drop table shop.clients;commit"},
    {"transaction", "prepare transaction 'mine'"},
    {"transaction", "savepoint s"},
    {"transaction", "begin; insert into shop.ledger(what) values ('b'); commit;"},
    {"transaction", "select pg_export_snapshot()"},
    {"several", "select 1;;;select 2"},
    {"several", "select ';' ; drop table shop.clients --'"},
    {"several", "select $q$;$q$ ; drop table shop.clients"},
    {"several", "select E'\\';' ; drop table shop.clients --'"},
    {"several", "select 1 /* ; */ ; drop table shop.clients /* */"},
    {"copy", "copy shop.clients to stdout"},
    {"copy", "copy shop.clients from stdin"},
    {"copy", "copy shop.clients to '/tmp/basekeeper-clients'"},
    {"copy", "copy (select 1) to program 'touch /tmp/basekeeper-touched'"},
    {"copy", "copy shop.ledger(what) from program 'id'"},
    {"files", "select pg_read_file('/etc/hosts')"},
    {"files", "select pg_read_binary_file('postgresql.conf')"},
    {"files", "select * from pg_ls_dir('.')"},
    {"files", "select \"pg_ls_logdir\"()"},
    {"files", "select (pg_stat_file('base')).size"},
    {"files", "select ('/etc/hosts'::text).pg_read_file"},
    {"files", "select f.pg_read_file from (values ('/etc/hosts'::text)) as f(x), lateral (select x) as y"},
    {"files", "select lo_creat(-1)"},
    {"files", "select lo_from_bytea(0, 'x')"},
    {"files", "select lo_export(1, '/tmp/basekeeper-lo')"},
    {"files", "select lo_put(lo_create(0), 0, 'x')"},
    {"locks", "select * from shop.clients for update"},
    {"locks", "select * from shop.clients for share of clients nowait"},
    {"locks", "select * from (select * from shop.clients for no key update skip locked) x"},
    {"locks", "lock table shop.clients in exclusive mode"},
    {"locks", "select pg_advisory_lock(1)"},
    {"locks", "select pg_try_advisory_lock_shared(2, 3)"},
    {"locks", "select pg_advisory_xact_lock(id) from shop.clients"},
    {"locks", "select (1::bigint).pg_advisory_lock"},
    {"locks", "select pg_advisory_unlock_all()"},
    {"locks", "select nextval('shop.ticket')"},
    {"locks", "select setval('shop.ticket', 99)"},
    {"locks", "select ('shop.ticket'::regclass).nextval"},
    {"locks", "select txid_current()"},
    {"prepared", "prepare mine as select 1"},
    {"prepared", "prepare wipe as delete from shop.clients; execute wipe"},
    {"prepared", "execute left_behind"},
    {"prepared", "deallocate all"},
    {"prepared", "fetch next from c"},
    {"dynamic", "select query_to_xml('delete from shop.clients', true, true, '')"},
    {"dynamic", "select xpath('//x', query_to_xml('select shop.note_visit()', true, true, ''))"},
    {"dynamic", "select table_to_xml('shop.v_visit', true, true, '')"},
    {"dynamic", "select schema_to_xml('shop', true, true, '')"},
    {"dynamic", "select cursor_to_xml('c', 1, true, true, '')"},
    {"dynamic", "select * from ts_stat('select to_tsvector(what) from shop.ledger where shop.note_visit() > 0')"},
    {"dynamic", "select ts_rewrite('a'::tsquery, 'select shop.note_visit()::text::tsquery, ''b''::tsquery')"},
    {"dynamic", "select shop.run_text('delete from shop.clients')"},
    {"dynamic", "select dblink_exec('dbname=postgres', 'create table x(i int)')"},
    {"dynamic", "select dblink('dbname=postgres', 'select 1')"},
    {"code", "select shop.note_visit()"},
    {"code", "select shop.borrow_power()"},
    {"code", "select shop.borrow_lock()"},
    {"code", "select * from shop.clients where shop.borrow_lock() = 1"},
    {"code", "select coalesce(null, (select max(shop.borrow_lock()) from shop.clients))"},
    {"code", "select * from generate_series(1, shop.borrow_lock())"},
    {"code", "select (c).dossier from shop.clients c"},
    {"code", "select c.dossier2 from shop.clients c"},
    {"code", "select (c.*).dossier2 from shop.clients c"},
    {"code", "select (select c from shop.clients c limit 1).dossier2"},
    {"code", "select id from shop.clients c order by c.dossier2"},
    {"code", "select upper(c) from shop.clients c"},
    {"code", "select c.upper from shop.clients c"},
    {"code", "select 1 =+= 2"},
    {"code", "select 1 operator(public.=+=) 2"},
    {"code", "select 1 operator(shop.=-=) 2"},
    {"code", "select 7::shop.parcel"},
    {"code", "select cast(7 as shop.parcel)"},
    {"code", "select (7::shop.parcel).weight"},
    {"code", "select shop.parcel(7)"},
    {"code", "select * from shop.v_visit"},
    {"code", "select * from shop.v_power"},
    {"code", "select n from shop.v_nested"},
    {"code", "select * from shop.v_borrowed"},
    {"code", "select count(*) from shop.clients, shop.v_borrowed"},
    {"code", "with v_quiet as (select * from shop.v_borrowed) select * from v_quiet"},
    {"code", "select * from shop.guarded"},
    {"code", "select * from shop.v_next"},
    {"server", "vacuum full shop.clients"},
    {"server", "analyze shop.clients"},
    {"server", "cluster shop.clients using clients_pkey"},
    {"server", "reindex (verbose) table shop.clients"},
    {"server", "checkpoint"},
    {"server", "alter system set work_mem = '1GB'"},
    {"server", "select pg_reload_conf()"},
    {"server", "select pg_cancel_backend(pid) from pg_stat_activity where datname = 'none'"},
    {"server", "select pg_terminate_backend(0)"},
    {"server", "select (0::int).pg_terminate_backend"},
    {"server", "select pg_switch_wal()"},
    {"server", "select pg_create_restore_point('mine')"},
    {"server", "select pg_create_physical_replication_slot('mine', true)"},
    {"server", "select * from pg_logical_emit_message(false, 'a', 'b')"},
    {"server", "select pg_replication_origin_create('mine')"},
    {"server", "select pg_stat_reset()"},
    {"server", "select gin_clean_pending_list('shop.by_notes')"},
    {"server", "select pg_log_backend_memory_contexts(pg_backend_pid())"},
    {"server", "select binary_upgrade_set_next_pg_authid_oid(7::oid)"},
    {"secret", "select rolname, rolpassword from pg_authid"},
    {"secret", "table pg_catalog.pg_shadow"},
    {"secret", "select s.* from pg_shadow as s(a, b, c, d, e, f, g)"},
    {"secret", "select to_jsonb(a) from pg_authid a"},
    {"secret", "select a from pg_user_mapping a"},
    {"secret", "select query from pg_stat_activity where query <> ''"},
    {"secret", "select row_to_json(a) from pg_stat_activity a"},
    {"secret", "select * from pg_stat_get_activity(null)"},
    {"secret", "show data_directory"},
    {"secret", "show all"},
    {"secret", "select current_setting('hba_' || 'file')"},
    {"secret", "select current_setting('app.settings.jwt_secret', true)"},
    {"secret", "select most_common_vals from pg_stats"},
    {"secret", "select stavalues1 from pg_statistic"},
    {"secret", "select prosrc from pg_proc where proname = 'run_text'"},
    {"secret", "select subconninfo from pg_subscription"},
    {"secret", "select lo_get(1)"},
    {"secret", "select pg_ls_waldir()"},
    {"secret", "select decrypted_secret from vault.decrypted_secrets"},
    {"secret", "select raw.encrypted_password from auth.users raw"},
    {"letters", ""},
    {"letters", " -- only a remark"},
    {"letters", "/* /* */ drop table shop.clients */"},
    {"letters", "select 'open"},
    {"letters", "select $tag$ open $tg$"},
    {"letters",
     "\xEF\xBB\xBF"
     "drop table shop.clients"},
    {"letters", "drop\xC2\xA0table shop.clients"},
    {"letters", "drop\ftable shop.clients"},
    {"letters", "select 1; \xE2\x80\xA8 drop table shop.clients"},
    {"letters", "\xFF\xFE select 1"},
    {"letters", "\\! touch /tmp/basekeeper-touched"},
    {"letters", "dele\xE2\x80\x8Bte from shop.clients"},
});

/// Reads that run code of the database which leaves something in its session: they may answer, nothing may stay.
constexpr auto tolerated = std::to_array<attack>({
    {"session", "select * from shop.v_quiet"},
    {"session", "select * from shop.v_sworn"},
    {"session", "select * from shop.v_statement"},
    {"session", "select * from shop.v_setting"},
    {"session", "select * from shop.v_builtin"},
    {"session", "select * from shop.veiled"},
    {"session", "select shop.quiet_lock()"},
    {"session", "select shop.sworn_lock(5)"},
    {"session", "explain select shop.sworn_lock(5)"},
    {"session", "select shop.leave_setting()"},
    {"session", "select * from shop.v_quiet where n / 0 = 1"},
    {"session", "show app.poison"},
});

enum class login
{
    narrow,
    owner
};

io::task<> attack_all(workplace& w, login by)
{
    co_await w.script(std::string(shop));
    if (by == login::narrow)
        co_await w.harden();
    EXPECT_EQ(first(co_await w.read("select count(*) from shop.products")), "30");
    const auto before = co_await trace(w);
    const auto pools = (co_await w.open.of("shop")).value();
    auto& pool = by == login::narrow ? *pools->read_only : pools->owner;
    const auto clean = co_await w.next_session(pool);
    const auto judge = [&](const attack& a, bool refused) -> io::task<> {
        const auto said = first(co_await w.read(std::string(a.sql), 3s));
        if (refused)
            EXPECT_THAT(said, StartsWith("error")) << a.kind << ": " << a.sql;
        EXPECT_EQ(co_await w.next_session(pool), clean) << a.kind << ": " << a.sql << "\n" << said;
        EXPECT_EQ(co_await difference(w, before), "nothing") << a.kind << ": " << a.sql << "\n" << said;
    };
    for (const auto& a : attacks)
        co_await judge(a, true);
    for (const auto& a : tolerated)
        co_await judge(a, by == login::owner);
}

constexpr std::string_view unasked = R"(
create function check_it(int) returns boolean language plpgsql as
  $$ begin perform pg_advisory_lock(601); return true; end $$;
create domain checked as int check (check_it(value));
create table domains (n checked); insert into domains values (1); select pg_advisory_unlock_all();
)";

constexpr std::string_view converted = R"(
create type coin as (cents int);
create function coin_text(coin) returns text language plpgsql immutable as
  $$ begin perform pg_advisory_lock(602); return $1.cents; end $$;
create cast (coin as text) with function coin_text(coin) as implicit;
create table purse (c coin); insert into purse values (row(5)::coin);
)";

/// Texts in which nothing but built-in names stands, and yet code of the database runs.
io::task<> run_unasked(workplace& w, std::string setup, std::vector<std::string> texts)
{
    co_await w.script(std::move(setup));
    const auto before = co_await trace(w);
    for (const auto& sql : texts) {
        const auto got = co_await w.read(sql);
        EXPECT_TRUE(!got && got.error().code == condition::denied) << sql << first(got);
    }
    EXPECT_EQ(co_await difference(w, before), "nothing");
    co_await w.harden();
    const auto hardened = co_await trace(w);
    for (const auto& sql : texts) {
        const auto got = co_await w.read(sql);
        EXPECT_TRUE(got) << sql << first(got);
        EXPECT_EQ(co_await difference(w, hardened), "nothing") << sql;
    }
}

TEST(safety, domains_and_implicit_casts_run_no_code_as_the_owner_and_leave_nothing)
{
    at_work([](workplace& w) {
        return run_unasked(
            w, std::string(unasked), {"select coalesce(n, '7') from domains", "select n::text from domains"}
        );
    });
    at_work([](workplace& w) {
        return run_unasked(w, std::string(converted), {"select length(c) from purse", "select upper(c) from purse"});
    });
}

TEST(safety, a_session_that_only_saw_built_in_code_is_lent_again)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table plain as select 1 as n; create view seen as select n from plain");
        co_await w.harden();
        const auto pid = first(co_await w.read("select pg_backend_pid() from plain"));
        EXPECT_EQ(first(co_await w.read("select pg_backend_pid() from plain")), pid);
        EXPECT_EQ(first(co_await w.read("select pg_backend_pid() from seen")), pid);
        EXPECT_NE(first(co_await w.read("select pg_backend_pid() from plain")), pid);
    });
}

TEST(safety, the_narrow_login_refuses_every_attack_and_nothing_stays)
{
    at_work([](workplace& w) { return attack_all(w, login::narrow); });
}

TEST(safety, the_owners_login_refuses_every_attack_and_nothing_stays)
{
    at_work([](workplace& w) { return attack_all(w, login::owner); });
}

} // namespace
} // namespace basekeeper::database
