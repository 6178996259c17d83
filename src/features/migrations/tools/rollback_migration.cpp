// rollback_migration: undoes migrations by their down scripts, newest first, down to a version; always confirmed.
#include "features/migrations/tools/tools.hpp"

#include <fmt/format.h>

namespace basekeeper::migrations::tools {
namespace {

struct args
{
    std::string version;
    bool dry_run = false;
    std::optional<int> lock_timeout_ms;

    static constexpr auto fields = std::tuple{
        json::required("version", &args::version, "The newest to keep; 0 undoes all.", {1, 32}),
        json::optional("dry_run", &args::dry_run, "Roll back; tell locks, rewrites and drops."),
        json::optional("lock_timeout_ms", &args::lock_timeout_ms, "Default 3000.", {1, 600'000}),
    };
};

mcp::plan plan_of(const args& in)
{
    const auto what = in.version == "0" ? std::string("undoes all migrations")
                                        : fmt::format("undoes all migrations newer than {}", in.version);
    // The scripts are in the database; what they do cannot be told from the arguments, not even for a dry run.
    return {mcp::effect::destroys, what + (in.dry_run ? ", and rolls that back (dry run)" : " by their down scripts")};
}

io::task<result<report_output>> run(engine& of, args in, mcp::call& c)
{
    run_options with{.how = in.dry_run ? manner::rehearse : manner::apply, .who = c.who().id};
    if (in.lock_timeout_ms)
        with.lock_timeout = std::chrono::milliseconds(*in.lock_timeout_ms);
    with.after_each = [&c](std::size_t done, std::size_t total, std::string_view what) {
        c.client().progress(static_cast<double>(done), static_cast<double>(total), what);
    };
    co_return report_output{
        CO_TRY(co_await of.roll_back(c.instance(), std::move(in.version), nullptr, std::move(with), c.deadline()))
    };
}

} // namespace

mcp::tool rollback_migration(engine& of)
{
    return mcp::make_tool<args, report_output>(
        {.name = "rollback_migration",
         .group = "database",
         .worst = mcp::effect::destroys,
         .description = "Undoes applied migrations by their down scripts, newest first, down to a version.",
         .as_task = mcp::task_support::optional},
        [&of](args in, mcp::call& c) { return run(of, std::move(in), c); },
        mcp::tool_hooks<args>{.assess = [](const args& in) { return plan_of(in); }}
    );
}

} // namespace basekeeper::migrations::tools
