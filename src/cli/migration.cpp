// basekeeper migration new, list, up, down, status: a folder of numbered scripts and what a database has of it.
#include "base/duration.hpp"
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "features/migrations/engine.hpp"
#include "json/fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace basekeeper::cli {
namespace {

/// Builds of indexes take their time; nobody waits for a client here.
io::deadline patience()
{
    return io::deadline::after(std::chrono::hours{24});
}

result<std::string> instance_of(const migration_services& with)
{
    if (!with.pinned.empty())
        return with.pinned;
    const auto& names = with.names.names();
    if (names.size() == 1)
        return names.front();
    if (names.empty())
        return fail(
            condition::not_found,
            "no instance is configured",
            "set DATABASE_URL, or run `basekeeper local up dev` or `basekeeper instance add NAME --database-url URL`"
        );
    return fail(
        condition::invalid_argument,
        fmt::format("{} instances are configured", names.size()),
        fmt::format("name one with --instance: {}", fmt::join(names, ", "))
    );
}

template <class T>
void show_result(const T& what, presentation show)
{
    std::string text;
    json::encode(text, what);
    const auto tree = show.format == output::json ? result<boost::json::value>(fail(condition::internal, ""))
                                                  : json::read(text, {.max_bytes = text.size() + 1, .max_depth = 64});
    show.screen.print(tree ? render(*tree) : text);
}

result<> create(const migration_command& what, presentation show)
{
    TRY(migrations::check_name(what.name));
    const auto version = what.version.empty() ? migrations::version_at(system_clock().wall()) : what.version;
    TRY(migrations::check_version(version));
    const auto made = TRY(migrations::write_new(what.dir, version, what.name));
    if (show.format == output::json)
        show.screen.print(json::to_text(
            boost::json::object{{"version", version}, {"up", made.up.string()}, {"down", made.down.string()}}
        ));
    else
        show.screen.print(fmt::format(
            "{}\n{}\n  next: write both, then basekeeper migration up --dry-run", made.up.string(), made.down.string()
        ));
    return {};
}

result<migrations::run_options> options_of(const migration_command& what, const migration_services& with)
{
    migrations::run_options out{
        .how = what.dry_run ? migrations::manner::rehearse : migrations::manner::apply, .who = with.book.who.id
    };
    if (!what.lock_timeout.empty()) {
        const auto span = parse_duration(what.lock_timeout);
        if (!span || span->count() == 0)
            return fail(
                condition::invalid_argument,
                fmt::format("--lock-timeout: \"{}\" is not a span of time", what.lock_timeout),
                "write for example 3s"
            );
        out.lock_timeout = *span;
    }
    return out;
}

/// What the pending files would do that has to be confirmed; empty: nothing.
std::string to_confirm(
    const migration_command& what,
    const migrations::folder& files,
    const std::vector<std::string>& pending,
    mcp::effect confirm_from
)
{
    std::string out;
    for (const auto& file : files.files) {
        if (std::ranges::find(pending, file.version) == pending.end() || (!what.to.empty() && file.version > what.to))
            continue;
        const auto seen = migrations::assess(file.text);
        const auto does = seen.effect == sql::effect::destroys ? mcp::effect::destroys : mcp::effect::writes;
        if (does >= confirm_from)
            out += fmt::format("{}_{}: {}\n", file.version, file.name, seen.summary);
    }
    return out;
}

bool agrees(const std::string& question, const migration_command& what, presentation show)
{
    if (what.agreed == consent::given)
        return true;
    const auto said = show.screen.ask(question + " [y/N]");
    return said == "y" || said == "yes";
}

io::task<result<>> up(migration_command what, std::string instance, const migration_services& with, presentation show)
{
    const auto files = CO_TRY(migrations::read_folder(what.dir));
    auto options = CO_TRY(options_of(what, with));
    if (!what.dry_run) {
        const auto now = CO_TRY(co_await with.engine.status(instance, files, patience()));
        const auto lost = to_confirm(what, files, now.pending, with.rules.settings().confirm_from);
        if (!lost.empty() && !agrees(fmt::format("{}Apply this to \"{}\"?", lost, instance), what, show))
            co_return fail(
                condition::denied,
                fmt::format("not confirmed, nothing was applied:\n{}", lost),
                "add --yes if you agree; --dry-run shows more"
            );
    }
    options.after_each = [&show](std::size_t done, std::size_t total, std::string_view title) {
        show.screen.progress(fmt::format("{}: {} of {} statements", title, done, total));
    };
    const migrations::up_request request{
        .to = what.to, .taken = what.include_all ? migrations::order::any : migrations::order::strict
    };
    const auto done =
        CO_TRY(co_await with.engine.up(std::move(instance), files, request, std::move(options), patience()));
    show_result(done, show);
    co_return result<>{};
}

io::task<result<>> down(migration_command what, std::string instance, const migration_services& with, presentation show)
{
    std::optional<migrations::folder> files;
    if (auto read = migrations::read_folder(what.dir))
        files = *std::move(read);
    else if (read.error().code != condition::not_found)
        co_return fail(std::move(read).error());
    auto options = CO_TRY(options_of(what, with));
    const auto question = fmt::format("Undo all migrations newer than {} on \"{}\"?", what.to, instance);
    if (!what.dry_run && !agrees(question, what, show))
        co_return fail(condition::denied, "not confirmed, nothing was undone", "add --yes if you agree");
    const auto done = CO_TRY(co_await with.engine.roll_back(
        std::move(instance), what.to, files ? &*files : nullptr, std::move(options), patience()
    ));
    show_result(done, show);
    co_return result<>{};
}

io::task<result<>> list(std::string instance, const migration_services& with, presentation show)
{
    const auto page =
        CO_TRY(co_await with.engine.list(std::move(instance), {.limit = 10'000, .before = {}}, patience()));
    show_result(page, show);
    co_return result<>{};
}

io::task<result<>>
status(migration_command what, std::string instance, const migration_services& with, presentation show)
{
    const auto files = CO_TRY(migrations::read_folder(what.dir));
    show_result(CO_TRY(co_await with.engine.status(std::move(instance), files, patience())), show);
    co_return result<>{};
}

io::task<result<>> change(migration_command what, const migration_services& with, presentation show)
{
    const bool is_up = what.action == migration_action::up;
    auto instance = CO_TRY(instance_of(with));
    if (with.read_only)
        co_return fail(
            condition::denied, "this configuration is read-only, nothing was changed", "run it without --read-only"
        );
    recorded_command recorded(
        with.book,
        is_up ? "migration up" : "migration down",
        instance,
        {{"dir", what.dir}, {"to", what.to}, {"dry_run", what.dry_run}}
    );
    if (what.agreed == consent::given)
        recorded.confirmed();
    co_return recorded.end(
        is_up ? co_await up(std::move(what), std::move(instance), with, show)
              : co_await down(std::move(what), std::move(instance), with, show)
    );
}

io::task<result<>> run(migration_command what, const migration_services& with, presentation show)
{
    switch (what.action) {
    case migration_action::create:
        co_return create(what, show);
    case migration_action::list:
        co_return co_await list(CO_TRY(instance_of(with)), with, show);
    case migration_action::status:
        co_return co_await status(std::move(what), CO_TRY(instance_of(with)), with, show);
    case migration_action::up:
    case migration_action::down:
        break;
    }
    co_return co_await change(std::move(what), with, show);
}

} // namespace

io::task<int> migration(migration_command what, migration_services with, presentation show)
{
    const auto done = co_await run(std::move(what), with, show);
    co_return done ? 0 : report(show.screen, done.error());
}

} // namespace basekeeper::cli
