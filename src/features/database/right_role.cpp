// One catalogue query for the owner; the roles of Supabase's services by convention.
#include "features/database/right_role.hpp"

#include "features/database/text_array.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::database {
namespace {

struct platform_schema
{
    std::string_view schema;
    std::string_view role;    ///< of the service that makes its objects
    std::string_view instead; ///< what is meant for changing them
};

constexpr auto platform = std::to_array<platform_schema>({
    {"auth", "supabase_auth_admin", "users and sessions are the Auth API's to change"},
    {"storage", "supabase_storage_admin", "buckets and files are the Storage API's to change"},
    {"realtime", "supabase_realtime_admin", "the Realtime service changes it by itself"},
    {"supabase_functions", "supabase_functions_admin", "database webhooks are triggers on your own tables"},
});

const platform_schema* find_platform(std::string_view schema)
{
    const auto* found = std::ranges::find(platform, schema, &platform_schema::schema);
    return found == platform.end() ? nullptr : found;
}

// $1 schema, $2 names of objects in it, $3 the conventional role. Objects with several owners have no right role.
constexpr std::string_view right_role_sql = R"(
with things(owner) as (
  select c.relowner from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname = any ($2::name[])
  union
  select p.proowner from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname = $1 and p.proname = any ($2::name[])
  union
  select t.typowner from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where n.nspname = $1 and t.typname = any ($2::name[])),
chosen(oid) as (
  select case
    when (select pg_catalog.count(*) from things) > 1 then null
    when exists (select from things) then (select owner from things)
    else (select r.oid from pg_catalog.pg_roles r join pg_catalog.pg_namespace n on n.nspname = $1
          where r.rolname = $3::name and pg_catalog.has_schema_privilege(r.oid, n.oid, 'create'))
  end)
select o.rolname, current_user, o.rolname = current_user, o.rolsuper,
       pg_catalog.pg_has_role(current_user, o.oid,
         case when pg_catalog.current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end)
from chosen join pg_catalog.pg_roles o on o.oid = chosen.oid)";

/// Names from the catalogue stand in our sentences only when they are plain.
std::string plain_name(std::string_view name)
{
    const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    return plain ? std::string(name) : std::string();
}

std::string ways_out(const platform_schema& of, const std::string& owner, config::instance_kind kind)
{
    auto out = fmt::format(
        "{}; policies on its tables, and triggers that call functions of your own, are allowed to postgres", of.instead
    );
    if (kind == config::instance_kind::cloud)
        return out + "; the rest of the schema Supabase keeps for itself";
    if (kind == config::instance_kind::local)
        return out;
    return out +
           fmt::format(
               "; to change it anyway connect as {0} (on a self-hosted stack its password is POSTGRES_PASSWORD, at "
               "the pooler the user is {0}.TENANT), or on the server: docker exec -it supabase-db psql -h localhost "
               "-U supabase_admin postgres",
               owner
           );
}

} // namespace

void platform_work::add(const sql::statement_effect& seen)
{
    only_defines &= seen.only_defines;
    for (const auto& target : seen.targets) {
        mixed_ |= find_platform(target.schema) == nullptr || (!schema.empty() && schema != target.schema);
        if (!mixed_ && schema.empty())
            schema = target.schema;
        names.push_back(target.name);
    }
    if (mixed_)
        schema.clear();
}

bool right_role::may_log_in() const
{
    return !is_login && !superuser && std::ranges::find(platform, name, &platform_schema::role) != platform.end() &&
           name != "supabase_realtime_admin"; // it has no login
}

pg::statement ask_right_role(const platform_work& what)
{
    const auto* of = find_platform(what.schema);
    return {
        .sql = std::string(right_role_sql),
        .params = {{what.schema}, {text_array(what.names)}, {std::string(of == nullptr ? "" : of->role)}}
    };
}

right_role read_right_role(const pg::statement_result& answer)
{
    if (answer.rows.empty())
        return {};
    const auto truth = [&](std::size_t column) { return answer.rows.value(0, column) == "t"; };
    return {
        .name = plain_name(answer.rows.value(0, 0).value_or("")),
        .login = plain_name(answer.rows.value(0, 1).value_or("")),
        .is_login = truth(2),
        .may_become = truth(4),
        .superuser = truth(3),
    };
}

error explain_refusal(error refused, const platform_work& what, const right_role& owner, config::instance_kind kind)
{
    const auto* of = find_platform(what.schema);
    if (of == nullptr || owner.name.empty() || owner.is_login)
        return refused;
    refused.message = fmt::format(
        "the database refused: what is changed in schema {} belongs to {}, and {} may not act as that role",
        what.schema,
        owner.name,
        owner.login.empty() ? "this login" : "the login " + owner.login
    );
    refused.hint = ways_out(*of, owner.name, kind);
    return refused;
}

} // namespace basekeeper::database
