// Short ways to the shared test server for the tests of this folder.
#pragma once

#include "pg/connection.hpp"
#include "pg/pool.hpp"
#include "support/postgres_server.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <string>

namespace basekeeper::pg {

/// Time enough for what these tests do; ThreadSanitizer slows the reading of a million rows fiftyfold.
#if __has_feature(thread_sanitizer)
inline constexpr std::chrono::seconds patience{400};
#else
inline constexpr std::chrono::seconds patience{20};
#endif

inline io::deadline soon()
{
    return io::deadline::after(patience);
}

inline target by_socket()
{
    return parse_target(test::shared_server().socket_url()).value();
}

inline io::task<connection> connected(io::runtime& on)
{
    auto opened = co_await connection::open(on.executor(), on.pool(), by_socket(), soon());
    if (!opened)
        throw std::runtime_error(describe(opened.error()));
    co_return *std::move(opened);
}

/// The first value of a statement's answer; "error: ..." when it failed.
inline io::task<std::string> scalar(connection& on, std::string sql)
{
    auto got = co_await on.query(std::move(sql), {}, soon());
    if (!got)
        co_return "error: " + describe(got.error());
    if (got->rows.empty())
        co_return "no row";
    co_return std::string(got->rows.value(0, 0).value_or("NULL"));
}

/// How many sessions other than the asking one run a statement that contains `text`.
inline io::task<std::string> running(connection& on, std::string text)
{
    auto got = co_await on.query(
        "select count(*) from pg_stat_activity where pid <> pg_backend_pid() and state = 'active' "
        "and query like '%' || $1 || '%'",
        {{text}},
        soon()
    );
    co_return got ? std::string(got->rows.value(0, 0).value_or("NULL")) : "error: " + describe(got.error());
}

/// True when the sanitizer's own memory makes a bound on resident memory meaningless.
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// Resident memory of this program in bytes.
std::size_t resident_bytes();

} // namespace basekeeper::pg
