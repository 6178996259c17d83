// A database of its own on a server that records statements and decodes WAL, with an inspection engine on it.
#pragma once

#include "features/inspection/engine.hpp"
#include "workplace.hpp"

#include <gmock/gmock.h>

namespace basekeeper::inspection {

using namespace std::chrono_literals;
using database::at_work;
using database::soon;
using database::workplace;

/// Started at first use, stopped at exit.
inline const test::postgres_server& inspected_server()
{
    static const test::postgres_server server({
        .settings =
            {
                "shared_preload_libraries='pg_stat_statements'",
                "wal_level=logical",
                "max_prepared_transactions=4",
                "autovacuum=off",
                "stats_fetch_consistency=none",
            },
    });
    return server;
}

inline sources sources_of(workplace& w)
{
    return {w.open, w.on.executor(), w.on.pool()};
}

/// A page of a report as clients get it, or "error: ...".
inline io::task<std::string> page_of(workplace& w, report which, std::size_t limit = 100, std::size_t offset = 0)
{
    engine e(sources_of(w), w.db);
    const auto got = co_await e.inspect("shop", {.which = which, .limit = limit, .offset = offset}, soon());
    if (!got)
        co_return "error: " + describe(got.error()) + " next: " + got.error().hint + " " + got.error().server_text;
    std::string out;
    got->write_json(out);
    co_return out;
}

/// Another session on the same database.
inline io::task<pg::connection> session(workplace& w, std::string user = "postgres")
{
    auto to = pg::parse_target(w.url).value();
    to.user = std::move(user);
    auto opened = co_await pg::connection::open(w.on.executor(), w.on.pool(), to, soon());
    if (!opened)
        throw std::runtime_error(describe(opened.error()));
    co_return *std::move(opened);
}

inline io::task<> run(pg::connection& db, std::string sql)
{
    const auto done = co_await db.simple_script(std::move(sql), soon());
    EXPECT_TRUE(done) << (done ? "" : describe(done.error()) + done.error().server_text);
}

/// Runs `body(workplace&)` on a fresh database of the inspected server.
template <class Body>
void inspect_at_work(Body body)
{
    at_work(std::move(body), {}, database::fresh_database(inspected_server()));
}

} // namespace basekeeper::inspection
