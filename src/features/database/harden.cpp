// The narrow login: one script in one transaction, then a login with it to see what it really may do.
#include "features/database/harden.hpp"

#include "crypto/random.hpp"
#include "crypto/scram.hpp"
#include "features/database/catalogue.hpp"
#include "features/database/read_only.hpp"

#include <fmt/format.h>

#include <charconv>

namespace basekeeper::database {
namespace {

// The role's name and the verifier of its password arrive in settings of this transaction. The password itself never
// reaches the server: a log of statements and their parameters, or pg_stat_statements, holds the verifier at most.
// Tables whose owner is somebody else are skipped: the report lists them.
constexpr std::string_view create_role_sql = R"(
do $harden$
declare
  reader constant name := pg_catalog.current_setting('basekeeper.role');
  platform constant name[] := pg_catalog.current_setting('basekeeper.platform_schemas')::name[];
  target record;
  held record;
begin
  if not exists (select from pg_catalog.pg_roles where rolname = reader) then
    execute pg_catalog.format('create role %I', reader);
  end if;
  execute pg_catalog.format('alter role %I with login noinherit connection limit 20 password %L',
                            reader, pg_catalog.current_setting('basekeeper.verifier'));
  -- Naming an attribute that is off already would need a superuser.
  select * into held from pg_catalog.pg_roles where rolname = reader;
  begin
    if held.rolsuper then execute pg_catalog.format('alter role %I nosuperuser', reader); end if;
    if held.rolbypassrls then execute pg_catalog.format('alter role %I nobypassrls', reader); end if;
    if held.rolcreaterole then execute pg_catalog.format('alter role %I nocreaterole', reader); end if;
    if held.rolcreatedb then execute pg_catalog.format('alter role %I nocreatedb', reader); end if;
    if held.rolreplication then execute pg_catalog.format('alter role %I noreplication', reader); end if;
    for target in
      select g.rolname from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid
      where m.member = held.oid
    loop
      execute pg_catalog.format('revoke %I from %I', target.rolname, reader);
    end loop;
  exception when insufficient_privilege then
    raise notice 'powers of % are not ours to take', reader;
  end;
  begin
    execute pg_catalog.format('alter role %I set temp_file_limit = %L', reader, '1GB');
  exception when insufficient_privilege then
    raise notice 'temp_file_limit is for superusers to set';
  end;
  execute pg_catalog.format('alter role %I set default_transaction_read_only = on', reader);
  execute pg_catalog.format('alter role %I set statement_timeout = %L', reader, '60s');
  execute pg_catalog.format('alter role %I set lock_timeout = %L', reader, '5s');
  execute pg_catalog.format('alter role %I set idle_in_transaction_session_timeout = %L', reader, '60s');
  for target in
    select n.nspname from pg_catalog.pg_namespace n
    where n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)'
      and (n.nspname <> all (platform) or n.nspname = 'supabase_migrations')
  loop
    begin
      execute pg_catalog.format('revoke create on schema %I from %I', target.nspname, reader);
      execute pg_catalog.format('grant usage on schema %I to %I', target.nspname, reader);
      execute pg_catalog.format(
        'alter default privileges in schema %I grant select on tables to %I', target.nspname, reader);
    exception when insufficient_privilege then
      raise notice 'schema % is not ours to grant', target.nspname;
    end;
  end loop;
  for target in
    select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)'
      and (n.nspname <> all (platform) or n.nspname = 'supabase_migrations')
  loop
    begin
      execute pg_catalog.format('revoke all on %I.%I from %I', target.nspname, target.relname, reader);
      execute pg_catalog.format('grant select on %I.%I to %I', target.nspname, target.relname, reader);
    exception when insufficient_privilege then
      raise notice 'table %.% is not ours to grant', target.nspname, target.relname;
    end;
  end loop;
end
$harden$)";

constexpr std::string_view unreadable_sql = R"(
select n.nspname || '.' || c.relname
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)'
  and n.nspname <> all ($1::name[])
  and not (pg_catalog.has_schema_privilege($2::name, n.oid, 'usage')
           and pg_catalog.has_table_privilege($2::name, c.oid, 'select'))
order by 1)";

constexpr std::string_view policed_sql = R"(
select n.nspname || '.' || c.relname
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relrowsecurity and n.nspname !~ '^pg_' and n.nspname <> all ($1::name[])
order by 1)";

// By the narrow login itself, so that every right counts that it has from anywhere. A table it may not look into is not
// readable for it whatever its columns say.
constexpr std::string_view real_powers_sql = R"(
with relations as (
  select c.oid, n.nspname || '.' || c.relname as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
    and pg_catalog.has_schema_privilege(n.oid, 'usage'))
select (select pg_catalog.count(*) from relations where pg_catalog.has_table_privilege(oid, 'select'))::text,
  pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'select') or exists (
    select from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attname = 'encrypted_password'
    where r.name = 'auth.users' and pg_catalog.has_column_privilege(r.oid, a.attnum, 'select')),
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'temporary'))";

constexpr std::string_view writable_sql = R"(
select n.nspname || '.' || c.relname
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
  and pg_catalog.has_schema_privilege(n.oid, 'usage')
  and pg_catalog.has_table_privilege(c.oid, 'insert, update, delete, truncate')
order by 1 limit 20)";

constexpr std::string_view definer_functions_sql = R"(
select p.oid::pg_catalog.regprocedure::text
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.prosecdef and p.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
  and pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_function_privilege(p.oid, 'execute')
order by 1 limit 20)";

std::vector<std::string> first_column(const pg::row_set& rows)
{
    std::vector<std::string> out;
    out.reserve(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r)
        out.emplace_back(rows.value(r, 0).value_or(""));
    return out;
}

io::task<result<narrow_powers>> look_at_powers(pg::connection& db, io::deadline until)
{
    const auto seen = CO_TRY(co_await db.query(std::string(real_powers_sql), {}, until));
    const auto writable = CO_TRY(co_await db.query(std::string(writable_sql), {}, until));
    const auto functions = CO_TRY(co_await db.query(std::string(definer_functions_sql), {}, until));
    narrow_powers out{.writable = first_column(writable.rows), .definer_functions = first_column(functions.rows)};
    if (seen.rows.empty())
        co_return out;
    const auto count = seen.rows.value(0, 0).value_or("0");
    std::from_chars(count.data(), count.data() + count.size(), out.readable_tables);
    out.reads_password_hashes = seen.rows.value(0, 1) == "t";
    out.makes_temporary_tables = seen.rows.value(0, 2) == "t";
    co_return out;
}

io::task<result<harden_report>>
create_role(pg::connection& db, std::string role, const crypto::secret<>& verifier, io::deadline until)
{
    const pg::parameter platform{std::string(platform_schemas())};
    std::vector<pg::statement> script{
        {.sql = "begin"},
        {.sql = "select pg_catalog.set_config('basekeeper.role', $1, true)", .params = {{role}}},
        {.sql = "select pg_catalog.set_config('basekeeper.verifier', $1, true)", .params = {{verifier.reveal()}}},
        {.sql = "select pg_catalog.set_config('basekeeper.platform_schemas', $1, true)", .params = {platform}},
        {.sql = std::string(create_role_sql)},
        {.sql = std::string(unreadable_sql), .params = {platform, {role}}},
        {.sql = std::string(policed_sql), .params = {platform}},
        {.sql = "select current_user::text"},
        {.sql = "commit"},
    };
    auto ran = CO_TRY(co_await db.run(std::move(script), pg::caps{}, until));
    if (!ran.ok()) {
        auto failure = std::move(*ran.failure).within("creating the read-only role");
        if (failure.code == condition::denied)
            failure.hint = fmt::format(
                "connect as a role that may create roles (postgres on Supabase), or let an administrator run "
                "CREATE ROLE {} and grant it to this login WITH ADMIN OPTION",
                role
            );
        co_return std::unexpected(std::move(failure));
    }
    co_return harden_report{
        .role = std::move(role),
        .grantor = std::string(ran.results[7].rows.value(0, 0).value_or("")),
        .unreadable = first_column(ran.results[5].rows),
        .policed = first_column(ran.results[6].rows),
    };
}

} // namespace

io::task<result<harden_report>>
harden(instances::directory& names, instances::connections& open, std::string instance, io::deadline until)
{
    const crypto::secret<> password(crypto::random_token(24));
    const auto verifier = CO_TRY(crypto::scram_verifier(password));
    // Kept before it is created: whatever happens in between, the next run finds the role by this name.
    auto role = CO_TRY(co_await names.choose_read_only_role(instance));
    harden_report report;
    {
        const auto before = CO_TRY(co_await open.of(instance));
        auto lease = CO_TRY(co_await before->owner.acquire(until));
        lease.discard();
        report = CO_TRY(co_await create_role(*lease, std::move(role), verifier, until));
    }
    CO_TRY(co_await names.keep_read_only_password(instance, password));
    co_await open.forget(instance);
    const auto after = CO_TRY(co_await open.of(instance));
    auto narrow = CO_TRY(co_await after->read_only->acquire(until));
    CO_TRY(co_await verify_narrow_login(*narrow, until));
    report.powers = CO_TRY(co_await look_at_powers(*narrow, until));
    after->read_only_verified = std::chrono::steady_clock::now();
    co_return report;
}

} // namespace basekeeper::database
