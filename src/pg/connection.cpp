// The public face of a session.
#include "pg/pool_watch.hpp"
#include "pg/session.hpp"

#include <sys/socket.h>

namespace basekeeper::pg {

namespace {

void tell(const connection::session& of, std::chrono::steady_clock::time_point began, const error* failed)
{
    if (of.watch != nullptr)
        of.watch->statement_ended(std::chrono::steady_clock::now() - began, failed);
}

} // namespace

connection::connection(std::unique_ptr<session> s) : session_(std::move(s)) {}

connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;
connection::~connection() = default;

io::task<result<statement_result>> connection::query(statement what, caps keep, overflow policy, io::deadline until)
{
    const auto began = std::chrono::steady_clock::now();
    auto got = co_await session_->query(what, keep, policy, until);
    tell(*session_, began, got ? nullptr : &got.error());
    co_return got;
}

io::task<result<statement_result>> connection::query(std::string sql, std::vector<parameter> params, io::deadline until)
{
    co_return co_await query(statement{std::move(sql), std::move(params)}, caps{}, overflow::drain, until);
}

io::task<result<>> connection::parse(statement what, io::deadline until)
{
    co_return co_await session_->parse(what, until);
}

io::task<result<pipeline_result>> connection::run(std::vector<statement> statements, caps keep, io::deadline until)
{
    const auto began = std::chrono::steady_clock::now();
    auto got = co_await session_->run(statements, keep, until);
    if (got)
        tell(*session_, began, got->failure ? &*got->failure : nullptr);
    else
        tell(*session_, began, &got.error());
    co_return got;
}

io::task<result<>> connection::simple_script(std::string sql, io::deadline until)
{
    const auto began = std::chrono::steady_clock::now();
    auto got = co_await session_->script(sql, until);
    tell(*session_, began, got ? nullptr : &got.error());
    co_return got;
}

void connection::report_to(pool_watch* whom) noexcept
{
    session_->watch = whom;
}

bool connection::broken() const noexcept
{
    return !session_ || session_->broken || session_->in_flight || session_->lost();
}

transaction_status connection::transaction() const noexcept
{
    if (!session_)
        return transaction_status::unknown;
    switch (PQtransactionStatus(session_->conn.get())) {
    case PQTRANS_IDLE:
        return transaction_status::idle;
    case PQTRANS_ACTIVE:
        return transaction_status::active;
    case PQTRANS_INTRANS:
        return transaction_status::open;
    case PQTRANS_INERROR:
        return transaction_status::failed;
    case PQTRANS_UNKNOWN:
        break;
    }
    return transaction_status::unknown;
}

int connection::server_version() const noexcept
{
    return PQserverVersion(session_->conn.get());
}

int connection::backend_pid() const noexcept
{
    return PQbackendPID(session_->conn.get());
}

std::string_view connection::parameter_status(const char* name) const noexcept
{
    const char* value = PQparameterStatus(session_->conn.get(), name);
    return value != nullptr ? value : "";
}

bool connection::encrypted() const noexcept
{
    return session_->encrypted;
}

bool connection::still_alive() noexcept
{
    if (broken())
        return false;
    char byte = 0;
    const auto seen = ::recv(PQsocket(session_->conn.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (seen < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (seen > 0) {
        // Something arrived while idle: a parameter report is harmless, a shutdown notice ends the connection at once.
        PQconsumeInput(session_->conn.get());
        if (!session_->lost() && PQisBusy(session_->conn.get()) == 0) {
            const auto told = session_->take_notices();
            const bool fatal = !told.empty() && (told.back().severity == "FATAL" || told.back().severity == "PANIC");
            if (!fatal && ::recv(PQsocket(session_->conn.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
                errno == EAGAIN)
                return true;
        }
    }
    session_->broken = true;
    return false;
}

} // namespace basekeeper::pg
