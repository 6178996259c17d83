// Two small queries: facts of the server and the setting of the Data API; then what may be asked of auth and storage.
#include "features/advisors/surroundings.hpp"

#include "features/advisors/session.hpp"

#include <algorithm>
#include <charconv>

namespace basekeeper::advisors {
namespace {

// PostgREST takes the setting of its role in this database before that of the role everywhere.
constexpr std::string_view exposure_sql = R"(
select found.value, found.source from (
  select 1 as rank, split_part(s, '=', 1) as name, substr(s, strpos(s, '=') + 1) as value, 'role authenticator' as source
  from pg_db_role_setting d join pg_roles r on r.oid = d.setrole and r.rolname = 'authenticator'
  cross join unnest(d.setconfig) s
  where d.setdatabase = (select oid from pg_database where datname = current_database())
  union all
  select 2, split_part(s, '=', 1), substr(s, strpos(s, '=') + 1), 'role authenticator'
  from pg_db_role_setting d join pg_roles r on r.oid = d.setrole and r.rolname = 'authenticator'
  cross join unnest(d.setconfig) s
  where d.setdatabase = 0
  union all
  select 3, split_part(s, '=', 1), substr(s, strpos(s, '=') + 1), 'database'
  from pg_db_role_setting d cross join unnest(d.setconfig) s
  where d.setrole = 0 and d.setdatabase = (select oid from pg_database where datname = current_database())
  union all
  select 4, 'pgrst.db_schemas', current_setting('pgrst.db_schemas', true), 'session') found
where found.name = 'pgrst.db_schemas' and found.value ~ '[^ ,]'
order by found.rank limit 1)";

// Not by to_regclass, which fails for a schema that the login may not enter. Large: what table_bloat looks at.
// Statistics are hidden from a login that may not read the column.
constexpr std::string_view facts_sql = R"(
select exists (select from pg_roles where rolname in ('anon', 'authenticated')),
  current_setting('track_counts') = 'on',
  pg_is_in_recovery(),
  (select case when c.oid is null or a.attname is null then 'absent'
               when has_schema_privilege(c.relnamespace, 'usage') and has_column_privilege(c.oid, a.attnum, 'select')
                    and not row_security_active(c.oid) then 'yes'
               else 'hidden' end
   from (values ('auth', 'users')) w(schema, name)
   left join pg_namespace n on n.nspname = w.schema left join pg_class c on c.relnamespace = n.oid and c.relname = w.name
   left join pg_attribute a on a.attrelid = c.oid and a.attname = 'is_anonymous' and not a.attisdropped),
  (select case when c.oid is null or a.attname is null then 'absent'
               when has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select')
                    and not row_security_active(c.oid) then 'yes'
               else 'hidden' end
   from (values ('storage', 'buckets')) w(schema, name)
   left join pg_namespace n on n.nspname = w.schema left join pg_class c on c.relnamespace = n.oid and c.relname = w.name
   left join pg_attribute a on a.attrelid = c.oid and a.attname = 'public' and not a.attisdropped),
  (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'm') and c.relpages::bigint * current_setting('block_size')::int > 20 * 1024 * 1024
     and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
     and (c.reltuples < 0 or (c.reltuples > 0 and exists (
       select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         and not exists (select from pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname
                         and s.attname = a.attname and not s.inherited))))),
  (select coalesce(json_agg(s.name order by s.place), '[]') from unnest($1) with ordinality s(name, place)
   where not exists (select from pg_namespace n where n.nspname = s.name)))";

constexpr std::string_view anonymous_sql = "select exists (select from auth.users where is_anonymous)";

knowledge knowledge_from(std::optional<std::string_view> word)
{
    if (word == "yes")
        return knowledge::yes;
    return word == "hidden" ? knowledge::hidden : knowledge::absent;
}

io::task<result<exposure>> find_exposure(pg::connection& db, std::vector<std::string> schemas, io::deadline until)
{
    if (!schemas.empty())
        co_return exposure{std::move(schemas), "argument"};
    const auto setting = CO_TRY(co_await ask(db, {.sql = std::string(exposure_sql)}, until));
    if (setting.rows.empty())
        co_return exposure{{"public", "graphql_public"}, "default"};
    co_return exposure{
        schema_list(setting.rows.value(0, 0).value_or("")), std::string(setting.rows.value(0, 1).value_or(""))
    };
}

} // namespace

std::vector<std::string> schema_list(std::string_view setting)
{
    std::vector<std::string> out;
    while (!setting.empty()) {
        const auto comma = std::min(setting.find(','), setting.size());
        auto item = setting.substr(0, comma);
        setting.remove_prefix(std::min(comma + 1, setting.size()));
        while (!item.empty() && item.front() == ' ')
            item.remove_prefix(1);
        while (!item.empty() && item.back() == ' ')
            item.remove_suffix(1);
        if (!item.empty() && std::ranges::find(out, item) == out.end())
            out.emplace_back(item);
    }
    return out;
}

io::task<result<surroundings>> look_around(pg::connection& db, std::vector<std::string> schemas, io::deadline until)
{
    surroundings seen;
    seen.exposed = CO_TRY(co_await find_exposure(db, std::move(schemas), until));
    const auto facts = CO_TRY(
        co_await ask(db, {.sql = std::string(facts_sql), .params = schema_parameters(seen.exposed.schemas)}, until)
    );
    if (facts.rows.empty())
        co_return fail(condition::internal, "the server gave no row for its own facts", "report this");
    const auto truth = [&](std::size_t column) { return facts.rows.value(0, column) == "t"; };
    seen.api_roles = truth(0);
    seen.counts_kept = truth(1);
    seen.standby = truth(2);
    seen.anonymous_users = knowledge_from(facts.rows.value(0, 3));
    seen.buckets = knowledge_from(facts.rows.value(0, 4));
    const auto unmeasured = facts.rows.value(0, 5).value_or("0");
    std::from_chars(unmeasured.data(), unmeasured.data() + unmeasured.size(), seen.unmeasured_tables);
    seen.missing = texts_from(facts.rows.value(0, 6));
    if (seen.anonymous_users == knowledge::yes) {
        const auto found = co_await ask(db, {.sql = std::string(anonymous_sql)}, until);
        if (!found && db.broken())
            co_return std::unexpected(found.error());
        seen.anonymous_users = !found                           ? knowledge::hidden
                               : found->rows.value(0, 0) == "t" ? knowledge::yes
                                                                : knowledge::no;
    }
    co_return seen;
}

} // namespace basekeeper::advisors
