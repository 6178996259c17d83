// The inside of a connection: libpq, its socket, and how both are driven; included by the sources of this module only.
#pragma once

#include "io/descriptor.hpp"
#include "pg/connection.hpp"
#include "pg/libpq.hpp"
#include "pg/result_builder.hpp"

#include <optional>

namespace basekeeper::pg {

inline constexpr std::chrono::milliseconds drain_patience{2'000};

struct connection::session
{
    session(io::executor home, io::offload_pool& pool) : where(std::move(home)), threads(&pool) {}

    session(const session&) = delete;
    session& operator=(const session&) = delete;

    /// Connects to one address (`hostaddr`, or empty for a socket directory).
    io::task<result<>> connect(const target& to, const std::string& address, io::deadline until);

    /// Waits until PQgetResult would not block, writing and reading meanwhile. A lost connection is not an error here:
    /// PQgetResult reports it. Fails with timeout, cancelled, or invalid_argument for a row above the limit.
    io::task<result<>> wait_for_result(std::size_t max_row_bytes, io::deadline until);

    /// Reads what has arrived; false when a row grew above the limit.
    bool consume(std::size_t max_row_bytes);

    /// Asks the server to cancel what runs, and drops all results up to the end. Broken when that fails.
    io::task<> cancel_and_drain();

    /// Asks the server to cancel what runs; returns when the server has taken the request, or after `until`.
    io::task<result<>> request_cancel(io::deadline until);

    /// The bodies of the public functions; they leave `in_flight` set when they end early.
    io::task<result<statement_result>> query(const statement& what, caps keep, overflow policy, io::deadline until);
    io::task<result<pipeline_result>> run(const std::vector<statement>& what, caps keep, io::deadline until);
    io::task<result<>> parse(const statement& what, io::deadline until);
    io::task<result<>> script(const std::string& sql, io::deadline until);

    /// Ends a statement that its caller gave up on, or that broke a limit, and gives the error for it.
    io::task<error> give_up(error why);

    /// Checks before something is sent.
    result<> ready_to_send() const;

    std::vector<notice> take_notices();

    bool lost() const noexcept { return PQstatus(conn.get()) == CONNECTION_BAD; }

    io::executor where;
    io::offload_pool* threads;
    libpq::owner<PGconn> conn;
    std::optional<io::descriptor> socket; // declared after conn: released before libpq closes the descriptor
    std::vector<notice> notices;
    std::size_t bytes_since_row = 0;
    bool encrypted = false;
    bool more_waiting = false;      // bytes may wait in the socket, or inside OpenSSL where no event announces them
    bool heeds_cancellation = true; // not while what a cancellation left is being drained
    bool broken = false;
    pool_watch* watch = nullptr; // kept by the pool, which outlives its connections
    bool in_flight = false;      // set while a statement runs; stays set when its coroutine is destroyed in the middle

private:
    /// Makes the state of the last statement that of a new one.
    io::task<> prepare();
    static void collect_notice(void* self, const PGresult* said);
    io::task<result<>> collect(result_builder& into, overflow policy, io::deadline until, std::size_t max_row_bytes);
    io::task<result<>> collect_pipeline(pipeline_result& into, std::size_t count, caps keep, io::deadline until);
};

/// The error for a row above the limit.
error row_too_large(std::size_t max_row_bytes);

/// The error for a COPY that needs the client.
error copy_refused();

} // namespace basekeeper::pg
