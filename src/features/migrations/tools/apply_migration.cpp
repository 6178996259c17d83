// apply_migration: a script as a recorded migration; what destroys is confirmed first.
#include "features/migrations/tools/tools.hpp"

namespace basekeeper::migrations::tools {
namespace {

struct args
{
    std::string name;
    std::string query;
    std::optional<std::string> down;
    std::string version;
    bool dry_run = false;
    std::optional<int> lock_timeout_ms;

    static constexpr auto fields = std::tuple{
        json::required("name", &args::name, "snake_case", {1, 100}),
        json::required("query", &args::query, "The SQL; several statements are one transaction.", {1, 1'048'576}),
        json::optional("down", &args::down, "SQL that undoes it, kept for rollback_migration.", {0, 1'048'576}),
        json::optional("version", &args::version, "Default: now in UTC, YYYYMMDDHHMMSS.", {0, 32}),
        json::optional("dry_run", &args::dry_run, "Roll back; tell locks, rewrites and drops."),
        json::optional("lock_timeout_ms", &args::lock_timeout_ms, "Default 3000.", {1, 600'000}),
    };
};

/// As execute_sql judges: a dry run writes at most, unless its rollback may leave something.
mcp::plan plan_of(const args& in)
{
    auto seen = assess(in.query);
    if (in.dry_run && !seen.outlasts.empty())
        return {
            mcp::effect::destroys, seen.outlasts + ", which the rollback at the end of a dry run may not take back"
        };
    const bool destroys = seen.effect == sql::effect::destroys && !in.dry_run;
    // A migration is recorded, so it writes whatever its statements do.
    return {destroys ? mcp::effect::destroys : mcp::effect::writes, std::move(seen.summary)};
}

run_options options_of(const args& in, mcp::call& c)
{
    run_options out{.how = in.dry_run ? manner::rehearse : manner::apply, .who = c.who().id};
    if (in.lock_timeout_ms)
        out.lock_timeout = std::chrono::milliseconds(*in.lock_timeout_ms);
    out.after_each = [&c](std::size_t done, std::size_t total, std::string_view what) {
        c.client().progress(static_cast<double>(done), static_cast<double>(total), what);
    };
    return out;
}

io::task<result<report_output>> run(engine& of, args in, mcp::call& c)
{
    auto with = options_of(in, c);
    new_migration what{
        .version = std::move(in.version),
        .name = std::move(in.name),
        .text = std::move(in.query),
        .down = std::move(in.down),
    };
    if (what.down && what.down->empty())
        what.down.reset();
    co_return report_output{CO_TRY(co_await of.apply(c.instance(), std::move(what), std::move(with), c.deadline()))};
}

/// Nobody is asked to confirm what cannot be a migration.
io::task<result<>> look_first(const args& in)
{
    CO_TRY(check_name(in.name));
    if (!in.version.empty())
        CO_TRY(check_version(in.version));
    CO_TRY(make_plan(in.query));
    co_return result<>{};
}

} // namespace

mcp::tool apply_migration(engine& of)
{
    return mcp::make_tool<args, report_output>(
        {.name = "apply_migration",
         .group = "database",
         .worst = mcp::effect::destroys,
         .description = "Changes the schema by a recorded migration, whole or not at all. Use it for DDL.",
         .as_task = mcp::task_support::optional},
        [&of](args in, mcp::call& c) { return run(of, std::move(in), c); },
        mcp::tool_hooks<args>{
            .assess = [](const args& in) { return plan_of(in); },
            .rehearse = [](const args& in, mcp::call&) { return look_first(in); },
        }
    );
}

} // namespace basekeeper::migrations::tools
