// PgBouncer in front of a test server: the stand-in for Supabase's pooler in both of its modes.
#pragma once

#include "support/postgres_server.hpp"

#include <string_view>

namespace basekeeper::test {

enum class pool_mode
{
    session,
    transaction
};

struct pgbouncer_options
{
    pool_mode mode = pool_mode::transaction;
    int pool_size = 4;
    int max_clients = 100;
};

/// Listens on a port of its own on 127.0.0.1; every role logs in with its own password, which is looked up at the
/// server. Ended with the object. Throws std::runtime_error when the machine has no PgBouncer or it does not start.
class pgbouncer
{
public:
    explicit pgbouncer(const postgres_server& behind, pgbouncer_options options = {});
    ~pgbouncer();
    pgbouncer(const pgbouncer&) = delete;
    pgbouncer& operator=(const pgbouncer&) = delete;

    std::uint16_t port() const { return port_; }

    /// By TCP as the superuser of the server.
    std::string url(std::string_view database = "postgres") const;

    std::string log() const;

private:
    void wait_until_it_listens();

    const postgres_server& behind_;
    std::filesystem::path root_;
    std::uint16_t port_ = 0;
    ::pid_t pid_ = -1;
};

} // namespace basekeeper::test
