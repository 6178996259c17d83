// The public face of a session.
#include "pg/session.hpp"

#include <sys/socket.h>

namespace basekeeper::pg {

connection::connection(std::unique_ptr<session> s) : session_(std::move(s)) {}

connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;
connection::~connection() = default;

io::task<result<statement_result>> connection::query(statement what, caps keep, overflow policy, io::deadline until)
{
    co_return co_await session_->query(what, keep, policy, until);
}

io::task<result<statement_result>> connection::query(std::string sql, std::vector<parameter> params, io::deadline until)
{
    const statement what{std::move(sql), std::move(params)};
    co_return co_await session_->query(what, caps{}, overflow::drain, until);
}

io::task<result<>> connection::parse(statement what, io::deadline until)
{
    co_return co_await session_->parse(what, until);
}

io::task<result<pipeline_result>> connection::run(std::vector<statement> statements, caps keep, io::deadline until)
{
    co_return co_await session_->run(statements, keep, until);
}

io::task<result<>> connection::simple_script(std::string sql, io::deadline until)
{
    co_return co_await session_->script(sql, until);
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
