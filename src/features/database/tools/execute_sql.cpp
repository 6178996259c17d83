// execute_sql: one statement, or a list in one transaction; what destroys is confirmed first.
#include "features/database/tools/tools.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::database::tools {
namespace {

struct args
{
    std::string query;
    std::vector<std::string> queries;
    std::vector<boost::json::value> params;
    std::vector<std::string> param_types;
    std::string role;
    std::optional<boost::json::object> claims;
    bool as_caller = false;
    std::optional<int> timeout_ms;
    std::optional<int> max_rows;
    bool dry_run = false;

    static constexpr auto fields = std::tuple{
        json::optional("query", &args::query, "One SQL statement.", {0, 262'144}),
        json::optional("queries", &args::queries, "Instead of query: several, in one transaction.", {0, 100}),
        json::optional("params", &args::params, "Values of $1, $2, …", {0, 1'000}),
        json::optional("param_types", &args::param_types, "Their types, e.g. int4, uuid.", {0, 1'000}),
        json::optional("role", &args::role, "Run as this role, e.g. anon, authenticated.", {0, 63}),
        json::optional("claims", &args::claims, "JWT claims for row-level security, e.g. {\"sub\": \"…\"}."),
        json::optional(
            "as_caller", &args::as_caller, "Run with the role and claims of the caller's own Supabase token."
        ),
        json::optional("timeout_ms", &args::timeout_ms, "Default 30000.", {1, 600'000}),
        json::optional("max_rows", &args::max_rows, "", {1, 50'000}),
        json::optional("dry_run", &args::dry_run, "Run, then roll back."),
    };
};

/// The result of one statement as it is, or of several as a list.
struct outcome
{
    std::vector<rows_page> pages;
    bool rolled_back = false;

    static boost::json::object json_schema() { return {{"type", "object"}}; }

    void write_json(std::string& out) const
    {
        if (pages.size() == 1 && !rolled_back) {
            pages.front().write_json(out);
            return;
        }
        out += rolled_back ? "{\"rolled_back\":true,\"results\":" : "{\"results\":";
        json::encode(out, pages);
        out += '}';
    }
};

mcp::plan plan_of(const sql::statement_effect& seen)
{
    const auto does = seen.effect == sql::effect::reads    ? mcp::effect::reads
                      : seen.effect == sql::effect::writes ? mcp::effect::writes
                                                           : mcp::effect::destroys;
    return {does, seen.summary};
}

/// What is rolled back whole writes at most: the locks are real meanwhile. What may stay is asked about, whatever it
/// is; code that a statement stores only counts when others follow that may run it.
mcp::plan plan_of_dry_run(const sql::statement_effect& seen, std::size_t statements)
{
    const auto& left = !seen.outlasts.empty() || statements < 2 ? seen.outlasts : seen.keeps_code;
    if (!left.empty())
        return {mcp::effect::destroys, left + ", which the rollback at the end of a dry run may not take back"};
    auto out = plan_of(seen);
    out.does = std::min(out.does, mcp::effect::writes);
    return out;
}

mcp::plan assess(engine& db, const args& in)
{
    mcp::plan worst{mcp::effect::reads};
    const auto judge = [&](std::string_view text) {
        const auto& seen = db.assess(text);
        const auto one = in.dry_run ? plan_of_dry_run(seen, in.queries.size()) : plan_of(seen);
        if (one.does > worst.does) {
            worst.does = one.does;
            worst.summary.clear();
        }
        if (one.does == worst.does && one.does != mcp::effect::reads)
            worst.summary += (worst.summary.empty() ? "" : "; ") + one.summary;
    };
    if (!in.query.empty())
        judge(in.query);
    for (const auto& text : in.queries)
        judge(text);
    return worst;
}

/// Refuses what no confirmation could make right.
result<> refuse_misuse(engine& db, const args& in)
{
    if (in.query.empty() == in.queries.empty())
        return fail(
            condition::invalid_argument,
            in.query.empty() ? "query: required (or queries)" : "queries: not together with query",
            "give one statement in query, or several in queries"
        );
    if (!in.queries.empty() && !in.params.empty())
        return fail(
            condition::invalid_argument, "params: only with query", "write the values into each statement's text"
        );
    const auto check = [&](std::string_view text, const std::string& place) -> result<> {
        const auto& seen = db.assess(text);
        if (seen.statements > 1)
            return fail(
                condition::invalid_argument,
                fmt::format("{}: has {} statements, one is allowed", place, seen.statements),
                "pass them one by one in queries: they run in one transaction"
            );
        if (seen.transaction_control)
            return fail(
                condition::invalid_argument,
                fmt::format("{}: {} is not allowed, every call has its own transaction", place, seen.kind),
                "pass the statements in queries, or use dry_run to roll back"
            );
        return {};
    };
    if (!in.query.empty())
        return check(in.query, "query");
    for (std::size_t i = 0; i < in.queries.size(); ++i)
        TRY(check(in.queries[i], fmt::format("queries.{}", i)));
    return {};
}

struct identity
{
    std::string role;
    std::optional<boost::json::object> claims;
};

/// As whom the statements run. The claims of `as_caller` are those that a signature vouched for, never arguments.
result<identity> identity_of(const args& in, const mcp::principal& who)
{
    if (!in.as_caller)
        return identity{in.role, in.claims};
    if (!in.role.empty() || in.claims)
        return fail(
            condition::invalid_argument,
            "as_caller: not together with role or claims",
            "leave role and claims out: they are those of your token"
        );
    auto read = who.claims.empty() ? result<boost::json::value>(boost::json::value{}) : json::read(who.claims);
    auto* claims = read ? read->if_object() : nullptr;
    const auto* role = claims == nullptr ? nullptr : claims->if_contains("role");
    if (role == nullptr || !role->is_string() || role->get_string().empty() || !claims->contains("sub"))
        return fail(
            condition::denied,
            "as_caller: this caller did not come with a token of a Supabase user",
            "connect with the access token of the user, or give role and claims"
        );
    std::string name(role->get_string());
    return identity{std::move(name), std::move(*claims)};
}

std::vector<query_text> statements_of(args& in)
{
    std::vector<query_text> out;
    if (!in.query.empty())
        out.push_back(
            {.sql = std::move(in.query), .params = std::move(in.params), .param_types = std::move(in.param_types)}
        );
    for (auto& text : in.queries)
        out.push_back({.sql = std::move(text), .params = {}, .param_types = {}});
    return out;
}

/// Nobody is asked to confirm what the server would refuse anyway. Of several statements, later ones may need what
/// earlier ones make, so these are not looked at.
io::task<result<>> rehearse(engine& db, const args& in, mcp::call& c)
{
    CO_TRY(refuse_misuse(db, in));
    CO_TRY(identity_of(in, c.who()));
    if (in.query.empty())
        co_return result<>{};
    query_text what{.sql = in.query, .params = in.params, .param_types = in.param_types};
    co_return co_await db.parse(c.instance(), std::move(what), c.deadline());
}

io::task<result<outcome>> run(engine& db, args in, mcp::call& c)
{
    execution what;
    CO_TRY(refuse_misuse(db, in));
    auto who = CO_TRY(identity_of(in, c.who()));
    what.statements = statements_of(in);
    what.role = std::move(who.role);
    what.claims = std::move(who.claims);
    what.end = in.dry_run ? transaction_end::roll_back : transaction_end::commit;
    if (in.timeout_ms)
        what.timeout = std::chrono::milliseconds(*in.timeout_ms);
    what.after_each = [&c](std::size_t done, std::size_t total) {
        c.client().progress(
            static_cast<double>(done), static_cast<double>(total), fmt::format("statement {} of {}", done, total)
        );
    };
    if (in.max_rows)
        what.max_rows = static_cast<std::size_t>(*in.max_rows);
    outcome out{
        .pages = CO_TRY(co_await db.execute(c.instance(), std::move(what), c.deadline())), .rolled_back = in.dry_run
    };
    for (const auto& page : out.pages) {
        const bool returns_rows = !page.outcome.rows.columns().empty();
        c.tally().rows +=
            returns_rows ? page.outcome.total_rows.value_or(page.outcome.rows.size()) : page.outcome.affected;
        c.tally().truncated |= page.outcome.truncated != pg::truncation::none;
    }
    co_return out;
}

} // namespace

mcp::tool execute_sql(engine& db)
{
    return mcp::make_tool<args, outcome>(
        {.name = "execute_sql",
         .group = "database",
         .worst = mcp::effect::destroys,
         .description =
             "Runs SQL that may change data or schema. What destroys is confirmed first; dry_run tries it out.",
         .as_task = mcp::task_support::optional,
         .app = std::string(result_table_uri)},
        [&db](args in, mcp::call& c) { return run(db, std::move(in), c); },
        mcp::tool_hooks<args>{
            .assess = [&db](const args& in) { return assess(db, in); },
            .rehearse = [&db](const args& in, mcp::call& c) { return rehearse(db, in, c); },
        }
    );
}

} // namespace basekeeper::database::tools
