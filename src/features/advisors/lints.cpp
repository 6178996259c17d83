// The table of all lints, in the order of their official numbers, and what each of them cannot see.
#include "features/advisors/lints.hpp"

#include "features/advisors/policy_text.hpp"
#include "features/advisors/queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::advisors {
namespace {

using enum severity;
using enum category;

std::optional<gap> needs_api_roles(const surroundings& seen)
{
    if (seen.api_roles)
        return std::nullopt;
    return gap{.reason = "there is no role anon or authenticated, so no Data API of Supabase to be exposed by"};
}

std::optional<gap> needs_users(const surroundings& seen)
{
    constexpr std::string_view setting = "look at GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED of the service auth, or at "
                                         "Authentication > Sign in in the dashboard";
    switch (seen.anonymous_users) {
    case knowledge::absent:
        return gap{
            .reason = "there is no table auth.users with a column is_anonymous, so no sign-ins of Supabase Auth"
        };
    case knowledge::yes:
        return std::nullopt;
    case knowledge::no:
        return gap{
            .reason = "whether anonymous sign-ins are on is a setting of Auth that the database does not hold; "
                      "no anonymous user exists yet",
            .next = std::string(setting),
            .misses = gap::extent::part
        };
    case knowledge::hidden:
        return gap{
            .reason = "whether anonymous sign-ins are on is a setting of Auth that the database does not hold, "
                      "and this login may not look for anonymous users in auth.users",
            .next = std::string(setting),
            .misses = gap::extent::part
        };
    }
    return std::nullopt;
}

std::optional<gap> needs_buckets(const surroundings& seen)
{
    if (seen.buckets == knowledge::yes)
        return std::nullopt;
    if (seen.buckets == knowledge::hidden)
        return gap{
            .reason = "this login may not read all rows of storage.buckets, which say what is public",
            .next = "use a login with SELECT on storage.buckets that bypasses row-level security, such as postgres"
        };
    return gap{.reason = "there is no table storage.buckets, so no Storage of Supabase"};
}

std::optional<gap> needs_counts(const surroundings& seen)
{
    if (!seen.counts_kept)
        return gap{
            .reason = "the server does not count scans of indexes",
            .next = "alter system set track_counts = on, then look again after a few days of work"
        };
    if (seen.standby)
        return gap{
            .reason = "this is a standby: its counts say nothing about what the primary uses",
            .next = "call get_advisors on the primary"
        };
    return std::nullopt;
}

std::optional<gap> needs_statistics(const surroundings& seen)
{
    if (seen.unmeasured_tables == 0)
        return std::nullopt;
    return gap{
        .reason = fmt::format(
            "{} large tables have no statistics, or columns that this login may not read", seen.unmeasured_tables
        ),
        .next = "run analyze, and use a login that may read them",
        .misses = gap::extent::part
    };
}

constexpr std::array<lint, 29> table{{
    {.number = 1,
     .name = "unindexed_foreign_keys",
     .level = info,
     .about = performance,
     .title = "Foreign key without an index",
     .description = "Deleting or changing a referenced row reads the whole referring table, and joins have no index.",
     .sql = &unindexed_foreign_keys_sql},
    {.number = 2,
     .name = "auth_users_exposed",
     .level = error,
     .about = security,
     .title = "auth.users is shown by a view",
     .description = "A view that the Data API serves shows rows of auth.users to people who may not read them.",
     .sql = &auth_users_exposed_sql,
     .blind_spot = needs_api_roles},
    {.number = 3,
     .name = "auth_rls_initplan",
     .level = warn,
     .about = performance,
     .title = "Policy evaluates auth functions for every row",
     .description = "In a sub-select the call is made once per statement; bare, once per row.",
     .sql = &auth_rls_initplan_sql,
     .complete = wrap_calls},
    {.number = 4,
     .name = "no_primary_key",
     .level = info,
     .about = performance,
     .title = "Table without a primary key",
     .description = "Rows cannot be told apart: updates, replication and the Data API suffer.",
     .sql = &no_primary_key_sql},
    {.number = 5,
     .name = "unused_index",
     .level = info,
     .about = performance,
     .title = "Index that was never used",
     .description = "It costs at every write. Look first whether a rare job or another server needs it.",
     .sql = &unused_index_sql,
     .blind_spot = needs_counts},
    {.number = 6,
     .name = "multiple_permissive_policies",
     .level = warn,
     .about = performance,
     .title = "Several permissive policies for one role and command",
     .description = "Each is evaluated for every row. The remedy makes them one per command with the same outcome.",
     .sql = &multiple_permissive_policies_sql},
    {.number = 7,
     .name = "policy_exists_rls_disabled",
     .level = error,
     .about = security,
     .title = "Policies on a table whose row-level security is off",
     .description = "The policies look like protection and do nothing until row-level security is enabled.",
     .sql = &policy_exists_rls_disabled_sql},
    {.number = 8,
     .name = "rls_enabled_no_policy",
     .level = info,
     .about = security,
     .title = "Row-level security without a policy",
     .description = "Nobody can use the table through the Data API. Either that is meant, or a policy is missing.",
     .sql = &rls_enabled_no_policy_sql},
    {.number = 9,
     .name = "duplicate_index",
     .level = warn,
     .about = performance,
     .title = "The same index more than once",
     .description = "Each copy costs space and time at every write and helps no query.",
     .sql = &duplicate_index_sql},
    {.number = 10,
     .name = "security_definer_view",
     .level = error,
     .about = security,
     .title = "View that reads with its owner's rights",
     .description = "Whoever may read the view sees past the row-level security of the tables below.",
     .sql = &security_definer_view_sql,
     .blind_spot = needs_api_roles},
    {.number = 11,
     .name = "function_search_path_mutable",
     .level = warn,
     .about = security,
     .title = "Function without a search_path of its own",
     .description =
         "The caller's search_path decides which tables and operators it uses. When its body qualifies every "
         "name, '' is stricter than the path of the remedy.",
     .sql = &function_search_path_mutable_sql},
    {.number = 12,
     .name = "auth_allow_anonymous_sign_ins",
     .level = info,
     .about = security,
     .title = "Policies that let anonymous users through",
     .description = "With anonymous sign-ins anybody becomes an authenticated user without an account.",
     .sql = &auth_allow_anonymous_sign_ins_sql,
     .blind_spot = needs_users,
     .level_with_anonymous_users = warn},
    {.number = 13,
     .name = "rls_disabled_in_public",
     .level = error,
     .about = security,
     .title = "Exposed table without row-level security",
     .description = "Everybody with the anon key has its rows. Enabling it closes the table until policies open it.",
     .sql = &rls_disabled_in_public_sql,
     .blind_spot = needs_api_roles},
    {.number = 14,
     .name = "extension_in_public",
     .level = warn,
     .about = security,
     .title = "Extension in the schema public",
     .description = "Its functions can be called through the Data API. Move it to a schema of its own.",
     .sql = &extension_in_public_sql},
    {.number = 15,
     .name = "rls_references_user_metadata",
     .level = error,
     .about = security,
     .title = "Policy that trusts user_metadata",
     .description = "Users change their own user_metadata, so they decide what such a policy says.",
     .sql = &rls_references_user_metadata_sql,
     .complete = trust_app_metadata},
    {.number = 16,
     .name = "materialized_view_in_api",
     .level = warn,
     .about = security,
     .title = "Materialized view in the Data API",
     .description = "A materialized view cannot have row-level security: everybody sees all of it.",
     .sql = &materialized_view_in_api_sql,
     .blind_spot = needs_api_roles},
    {.number = 17,
     .name = "foreign_table_in_api",
     .level = warn,
     .about = security,
     .title = "Foreign table in the Data API",
     .description = "A foreign table cannot have row-level security: everybody sees all of it.",
     .sql = &foreign_table_in_api_sql,
     .blind_spot = needs_api_roles},
    {.number = 18,
     .name = "unsupported_reg_types",
     .level = warn,
     .about = security,
     .title = "Column of a type that stops pg_upgrade",
     .description =
         "Values of these types are numbers that mean something else after an upgrade, which therefore refuses.",
     .sql = &unsupported_reg_types_sql},
    {.number = 19,
     .name = "insecure_queue_exposed_in_api",
     .level = error,
     .about = security,
     .title = "Queue without row-level security in the Data API",
     .description = "While pgmq_public is exposed, everybody can read and send messages of such a queue.",
     .sql = &insecure_queue_exposed_in_api_sql},
    {.number = 20,
     .name = "table_bloat",
     .level = info,
     .about = performance,
     .title = "Table that is mostly empty space",
     .description = "An estimate. VACUUM FULL writes it anew and locks it meanwhile; it cannot run in a transaction.",
     .sql = &table_bloat_sql,
     .blind_spot = needs_statistics},
    {.number = 21,
     .name = "fkey_to_auth_unique",
     .level = error,
     .about = security,
     .title = "Foreign key to a unique column of the schema auth",
     .description = "Upgrades of Auth change its indexes and fail on the key. Refer to the primary key instead.",
     .sql = &fkey_to_auth_unique_sql},
    {.number = 22,
     .name = "extension_versions_outdated",
     .level = warn,
     .about = security,
     .title = "Extension older than the one that is installed on the server",
     .description = "Fixes of the newer version are there and not in use.",
     .sql = &extension_versions_outdated_sql},
    {.number = 23,
     .name = "sensitive_columns_exposed",
     .level = error,
     .about = security,
     .title = "Columns with secrets in the Data API",
     .description = "By their names these columns hold secrets, and no row-level security guards the table.",
     .sql = &sensitive_columns_exposed_sql,
     .blind_spot = needs_api_roles},
    {.number = 24,
     .name = "rls_policy_always_true",
     .level = warn,
     .about = security,
     .title = "Policy that lets everybody write",
     .description = "A condition that is always true for a writing command is as good as no row-level security.",
     .sql = &rls_policy_always_true_sql},
    {.number = 25,
     .name = "public_bucket_allows_listing",
     .level = warn,
     .about = security,
     .title = "Public bucket that can be listed",
     .description =
         "Files of a public bucket are fetched without a policy; this one also lets everybody find them all.",
     .sql = &public_bucket_allows_listing_sql,
     .blind_spot = needs_buckets},
    {.number = 26,
     .name = "pg_graphql_anon_table_exposed",
     .level = warn,
     .about = security,
     .title = "GraphQL shows a table to everybody",
     .description =
         "Whoever may select from a table finds its name and columns in the GraphQL schema. If GraphQL is not "
         "used: drop extension pg_graphql.",
     .sql = &pg_graphql_table_exposed_sql,
     .role = "anon",
     .blind_spot = needs_api_roles},
    {.number = 27,
     .name = "pg_graphql_authenticated_table_exposed",
     .level = warn,
     .about = security,
     .title = "GraphQL shows a table to every signed-in user",
     .description =
         "Whoever may select from a table finds its name and columns in the GraphQL schema. If GraphQL is not "
         "used: drop extension pg_graphql.",
     .sql = &pg_graphql_table_exposed_sql,
     .role = "authenticated",
     .blind_spot = needs_api_roles},
    {.number = 28,
     .name = "anon_security_definer_function_executable",
     .level = warn,
     .about = security,
     .title = "Everybody can call a SECURITY DEFINER function",
     .description = "It runs with its owner's rights, past row-level security, for anybody who has the anon key.",
     .sql = &security_definer_function_executable_sql,
     .role = "anon",
     .blind_spot = needs_api_roles},
    {.number = 29,
     .name = "authenticated_security_definer_function_executable",
     .level = warn,
     .about = security,
     .title = "Every signed-in user can call a SECURITY DEFINER function",
     .description = "It runs with its owner's rights, past row-level security, for anybody who signs in.",
     .sql = &security_definer_function_executable_sql,
     .role = "authenticated",
     .blind_spot = needs_api_roles},
}};

} // namespace

std::string_view to_string(severity level)
{
    switch (level) {
    case error:
        return "ERROR";
    case warn:
        return "WARN";
    case info:
        return "INFO";
    }
    return "INFO";
}

std::string_view to_string(category about)
{
    return about == security ? "SECURITY" : "PERFORMANCE";
}

std::string lint::documentation() const
{
    return fmt::format("https://supabase.com/docs/guides/database/database-linter?lint={:04}_{}", number, name);
}

severity lint::level_in(const surroundings& seen) const
{
    return seen.anonymous_users == knowledge::yes ? level_with_anonymous_users.value_or(level) : level;
}

std::span<const lint> all_lints()
{
    return table;
}

const lint* find_lint(std::string_view name)
{
    const auto found = std::ranges::find(table, name, &lint::name);
    return found == table.end() ? nullptr : &*found;
}

} // namespace basekeeper::advisors
