// Migrations at work on a database of their own: short ways to apply, undo and look.
#pragma once

#include "database/workplace.hpp"
#include "features/migrations/engine.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <utility>

namespace basekeeper::migrations {

using database::at_work;
using database::soon;
using database::workplace;
using namespace std::chrono_literals;

/// Waits short enough for tests; the shape is that of the product.
inline waiting impatient()
{
    return {.lock_timeout = 150ms, .attempts = 3, .first_pause = 20ms, .longest_pause = 100ms, .other_runner = 500ms};
}

/// The engine on the instance "shop" of a workplace.
class site
{
public:
    explicit site(workplace& w, waiting how = impatient())
        : migrate(w.open, system_clock(), [&w](const std::string& i) { w.db.forget_catalogue(i); }, how), w_(w)
    {}

    io::task<result<run_report>> apply(std::string version, std::string text, std::optional<std::string> down = {})
    {
        new_migration what{
            .version = std::move(version), .name = "m", .text = std::move(text), .down = std::move(down)
        };
        co_return co_await migrate.apply("shop", std::move(what), {.who = "tester"}, soon());
    }

    io::task<result<run_report>> back_to(std::string version)
    {
        co_return co_await migrate.roll_back("shop", std::move(version), nullptr, {.who = "tester"}, soon());
    }

    io::task<result<run_report>> rehearse(std::string text)
    {
        new_migration what{.version = {}, .name = "m", .text = std::move(text), .down = {}};
        co_return co_await migrate.apply("shop", std::move(what), {.how = manner::rehearse, .who = "tester"}, soon());
    }

    /// `1 2`: what the history has; `-` when there is nothing or no table.
    io::task<std::string> history()
    {
        const auto page = co_await migrate.list("shop", {.limit = 100, .before = {}}, soon());
        std::string out;
        for (auto at = page->migrations.rbegin(); page && at != page->migrations.rend(); ++at)
            out += (out.empty() ? "" : " ") + at->version + (at->state == state_applied ? "" : " " + at->state);
        co_return out.empty() ? "-" : out;
    }

    io::task<bool> exists(std::string relation)
    {
        co_return co_await w_.value("select to_regclass('" + relation + "') is not null") == "t";
    }

    engine migrate;

private:
    workplace& w_;
};

/// What a call gave: its notes, or its whole error.
inline std::string told(const result<run_report>& got)
{
    if (!got)
        return fmt::format("error: {}\n{}\nnext: {}", got.error().message, got.error().server_text, got.error().hint);
    std::string out;
    for (const auto& one : got->done)
        for (const auto& note : one.notes)
            out += note + "\n";
    return out;
}

} // namespace basekeeper::migrations
