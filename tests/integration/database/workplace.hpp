// A database of its own on the shared server, with an engine on it: what every test of this folder works with.
#pragma once

#include "features/database/engine.hpp"
#include "features/database/harden.hpp"
#include "instances/connections.hpp"
#include "pg/connection.hpp"
#include "support/postgres_server.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::database {

using namespace std::chrono_literals;

inline io::deadline soon()
{
    return io::deadline::after(30s);
}

/// Everything between a state folder and the engine, for one instance named "shop". Used inside one run of a runtime;
/// close() is its last call.
class workplace
{
public:
    workplace(io::runtime& on, const std::string& url, limits caps = {});
    ~workplace();
    workplace(const workplace&) = delete;
    workplace& operator=(const workplace&) = delete;

    /// Runs a script as the superuser, on a connection of its own; throws on failure.
    io::task<> script(std::string sql);

    /// The first value of an answer to the superuser; throws on failure.
    io::task<std::string> value(std::string sql);

    /// Makes the narrow login, whose role `reader()` names afterwards.
    io::task<> harden();

    const std::string& reader() const { return reader_; }

    /// The text with the role of the narrow login instead of `:reader`.
    std::string with_reader(std::string_view sql) const;

    io::task<result<rows_page>> read(std::string sql, std::optional<std::chrono::milliseconds> timeout = {});
    io::task<result<std::vector<rows_page>>> write(std::string sql);

    /// Settings, prepared statements, cursors, locks, channels and temporary tables of the session that `from` lends
    /// next.
    io::task<std::string> next_session(pg::pool& from);

    io::task<> close();

    io::runtime& on;
    std::string url;

private:
    struct house;
    std::unique_ptr<house> house_;
    std::optional<pg::connection> superuser_;
    std::string reader_;

public:
    instances::directory& names;
    instances::connections& open;
    engine db;

private:
    io::task<> connect();
};

/// The first value of a page, "NULL", "no row", or "error: ..." with all that the error says.
std::string first(const result<rows_page>& got);
std::string first(const result<std::vector<rows_page>>& got);

/// The page as clients get it.
std::string encoded(const rows_page& page);

/// The URL of a fresh, empty database on a server.
std::string fresh_database(const test::postgres_server& server = test::shared_server());

/// Runs `body(workplace&)`, a function that returns a task, on a fresh database or the one given.
template <class Body>
void at_work(Body body, limits caps = {}, std::string url = {})
{
    io::runtime on;
    workplace w(on, url.empty() ? fresh_database() : url, caps);
    const auto main = [&]() -> io::task<> {
        co_await body(w);
        co_await w.close();
    };
    test::run_task(on, main());
}

} // namespace basekeeper::database
