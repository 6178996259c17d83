// A report: what the login may see is asked first, then the one query of the report.
#include "features/inspection/engine.hpp"

#include "features/database/catalogue.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

namespace basekeeper::inspection {
namespace {

// The schema of pg_stat_statements comes quoted from the server, or not at all.
constexpr std::string_view sight_sql = R"(
select pg_catalog.quote_ident(current_user), pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'usage'),
  pg_catalog.pg_has_role(current_user, 'pg_read_all_settings', 'usage'),
  coalesce((select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user), false),
  (select pg_catalog.quote_ident(n.nspname) from pg_catalog.pg_extension e
   join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'),
  (select pg_catalog.count(*) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     and not (pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_any_column_privilege(c.oid, 'select'))),
  (select pg_catalog.count(*) from pg_catalog.pg_sequence q
   where not (pg_catalog.has_sequence_privilege(q.seqrelid, 'SELECT')
     or pg_catalog.has_sequence_privilege(q.seqrelid, 'USAGE'))))";

constexpr std::string_view statements_view = "@statements";
constexpr std::string_view platform_schemas = "@platform";

/// What the login may see.
struct sight
{
    std::string role;
    bool all_stats = false;
    bool all_settings = false;
    bool superuser = false;
    std::optional<std::string> statements_schema;
    std::int64_t unreadable_tables = 0;
    std::int64_t unreadable_sequences = 0;
};

sight read_sight(const pg::row_set& rows)
{
    sight s{
        .role = std::string(rows.value(0, 0).value_or("")),
        .all_stats = rows.value(0, 1) == "t",
        .all_settings = rows.value(0, 2) == "t",
        .superuser = rows.value(0, 3) == "t",
        .statements_schema = {},
        .unreadable_tables = rows.integer(0, 5).value_or(0),
        .unreadable_sequences = rows.integer(0, 6).value_or(0),
    };
    if (const auto schema = rows.value(0, 4))
        s.statements_schema = std::string(*schema);
    return s;
}

std::string hidden_from(const sight& s, needs required)
{
    switch (required) {
    case needs::nothing:
        return {};
    case needs::all_stats:
        return s.all_stats ? "" : hidden_without_stats(s.role);
    case needs::all_settings:
        return s.all_settings
                   ? ""
                   : fmt::format(
                         "settings for superusers; to see them a superuser runs: grant pg_read_all_settings to {}",
                         s.role
                     );
    case needs::column_stats:
        return s.unreadable_tables == 0 ? ""
                                        : fmt::format(
                                              "{} tables whose statistics only their readers see; grant usage on their "
                                              "schemas and select on the "
                                              "tables to {}",
                                              s.unreadable_tables,
                                              s.role
                                          );
    case needs::sequence_use:
        return s.unreadable_sequences == 0 ? ""
                                           : fmt::format(
                                                 "{} sequences whose values this login may not read; grant select on "
                                                 "all sequences in schema NAME "
                                                 "to {}",
                                                 s.unreadable_sequences,
                                                 s.role
                                             );
    }
    return {};
}

error statements_missing()
{
    return {
        condition::not_found,
        "pg_stat_statements is not there, so no statements are recorded",
        "add pg_stat_statements to shared_preload_libraries, restart the server (Supabase has it loaded), then run: "
        "create extension pg_stat_statements with schema extensions (any schema will do)"
    };
}

std::string replaced(std::string_view sql, std::string_view name, std::string_view by)
{
    std::string out(sql);
    for (auto at = out.find(name); at != std::string::npos; at = out.find(name, at + by.size()))
        out.replace(at, name.size(), by);
    return out;
}

} // namespace

boost::json::object report_page::json_schema()
{
    return {
        {"type", "object"},
        {"properties",
         {{"advice", {{"type", "string"}}},
          {"columns", {{"type", "array"}}},
          {"rows", {{"type", "array"}, {"items", {{"type", "array"}}}}},
          {"truncated", {{"type", "boolean"}}}}},
        {"required", {"advice", "truncated"}},
    };
}

void report_page::write_json(std::string& out) const
{
    out += "{\"advice\":";
    json::write_string(out, advice);
    if (!hidden.empty()) {
        out += ",\"hidden\":";
        json::write_string(out, hidden);
    }
    const auto joint = out.size();
    rows.write_json(out);
    out[joint] = ','; // the brace that opens the rows' own object
}

io::task<result<report_page>> engine::inspect(std::string instance, report_request what, io::deadline until)
{
    const auto& definition = definition_of(what.which);
    const auto pools = CO_TRY(co_await from_.open.of(std::move(instance)));
    auto db = CO_TRY(co_await look_in(from_, *pools, until));
    const auto seen = CO_TRY(co_await ask(*db, {{.sql = std::string(sight_sql)}}, pg::caps{}, until));
    if (seen[0].rows.empty())
        co_return fail(condition::internal, "the server did not tell what this login may see", "report this");
    const auto may = read_sight(seen[0].rows);
    auto sql = replaced(definition.sql, platform_schemas, fmt::format("'{}'", database::platform_schemas()));
    if (sql.contains(statements_view)) {
        if (!may.statements_schema)
            co_return fail(statements_missing());
        sql = replaced(sql, statements_view, *may.statements_schema + ".pg_stat_statements");
    }
    // One row more than is shown tells whether there is another page.
    std::vector<pg::statement> question{
        {.sql = std::move(sql), .params = {{std::to_string(what.limit + 1)}, {std::to_string(what.offset)}}}
    };
    const pg::caps keep{.max_rows = what.limit};
    auto answer = co_await ask(*db, std::move(question), keep, until);
    if (!answer && answer.error().sqlstate == "55000" && definition.sql.contains(statements_view))
        co_return fail(statements_missing()); // the extension is created, its library is not loaded
    if (!answer)
        co_return std::unexpected(std::move(answer).error());
    auto& rows = answer->front();
    rows.command.clear();
    co_return report_page{
        .advice = std::string(definition.advice),
        .hidden = hidden_from(may, definition.required),
        .rows = {.outcome = std::move(rows), .budget_bytes = reads_.caps().result_bytes, .offset = what.offset},
    };
}

} // namespace basekeeper::inspection
