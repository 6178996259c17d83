// One session on a PostgreSQL server: statements, pipelines, cancel; never blocks the I/O thread.
#pragma once

#include "io/deadline.hpp"
#include "io/runtime.hpp"
#include "io/task.hpp"
#include "pg/statement.hpp"
#include "pg/target.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::pg {

class pool_watch;

enum class transaction_status
{
    idle,   ///< outside a transaction
    active, ///< a statement is running
    open,   ///< inside a transaction
    failed, ///< inside a transaction that can only be rolled back
    unknown ///< the connection is gone
};

/// What a pipeline gave: one result per statement that succeeded, in order, and how it ended.
struct pipeline_result
{
    std::vector<statement_result> results;
    std::optional<error> failure{}; ///< of statement number results.size(); the server skipped the ones after it

    bool ok() const { return !failure; }
};

/// A session used by one coroutine at a time. Any wait that ends early (deadline, cancellation of the coroutine) asks
/// the server to cancel the statement and drains the rest for up to 2 s; when that does not succeed the connection is
/// broken. Errors carry condition, own sentence, hint, sqlstate and server_text; never the password.
class connection
{
public:
    /// Connects and authenticates. Names are resolved on `pool`, which must outlive the connection. Fails with
    /// unavailable (refused, unreachable, no such host, too many connections, starting up), denied (password, role, TLS
    /// certificate), not_found (database), invalid_argument (TLS asked of a server without it), timeout, cancelled.
    static io::task<result<connection>> open(io::executor where, io::offload_pool& pool, target to, io::deadline until);

    connection(connection&&) noexcept;
    connection& operator=(connection&&) noexcept;
    ~connection();

    struct session; ///< libpq inside; private to the module

    /// Runs exactly one statement by the extended protocol, text format, rows streamed into the result as they come.
    /// A truncated answer is a success whose `truncated` says why; inside a transaction `overflow::stop` leaves the
    /// transaction failed (the cancel aborts it). A row above caps.max_row_bytes fails with invalid_argument and breaks
    /// the connection. COPY is refused.
    io::task<result<statement_result>> query(statement what, caps keep, overflow policy, io::deadline until);

    /// The same with the default caps and overflow::drain; for our own statements.
    io::task<result<statement_result>> query(std::string sql, std::vector<parameter> params, io::deadline until);

    /// Lets the server parse and analyse one statement without running it. Fails as running it would for wrong syntax,
    /// unknown names or types; utility statements (DROP, ALTER, …) are looked at for syntax only.
    io::task<result<>> parse(statement what, io::deadline until);

    /// Runs statements in one round trip. Without BEGIN among them they are one transaction by themselves (one sync at
    /// the end). Stops at the first failure, which pipeline_result reports; the result is an error only when the
    /// connection, the deadline or a cancellation ended it. Caps apply to each statement, with overflow::drain.
    io::task<result<pipeline_result>> run(std::vector<statement> statements, caps keep, io::deadline until);

    /// Runs a script of several statements by the simple protocol and drops their rows. For trusted text of our own
    /// only.
    io::task<result<>> simple_script(std::string sql, io::deadline until);

    /// Tells how long statements took from now on; null: nobody. `whom` must outlive the connection.
    void report_to(pool_watch* whom) noexcept;

    /// True when the session cannot be used any more: drop it.
    bool broken() const noexcept;

    pg::transaction_status transaction() const noexcept;

    /// 150020 for 15.20.
    int server_version() const noexcept;

    int backend_pid() const noexcept;

    /// What the server reported, such as `server_encoding` or `in_hot_standby`; empty when unknown.
    std::string_view parameter_status(const char* name) const noexcept;

    /// True when the connection was encrypted.
    bool encrypted() const noexcept;

    /// Looks at the socket without waiting: false when the server closed it or sent something unexpected (a shutdown
    /// notice) while the session was idle; then it is broken.
    bool still_alive() noexcept;

private:
    friend class shared_session; // takes the session over for good
    explicit connection(std::unique_ptr<session> s);

    std::unique_ptr<session> session_;
};

} // namespace basekeeper::pg
