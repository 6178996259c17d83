// Owners of libpq objects and the reading of its errors; included by the sources of this module only.
#pragma once

#include "base/result.hpp"
#include "pg/sqlstate.hpp"
#include "pg/statement.hpp"

#include <libpq-fe.h>

#include <memory>

namespace basekeeper::pg::libpq {

struct releaser
{
    void operator()(PGconn* p) const noexcept { PQfinish(p); }

    void operator()(PGresult* p) const noexcept { PQclear(p); }

    void operator()(PGcancel* p) const noexcept { PQfreeCancel(p); }
};

template <class T>
using owner = std::unique_ptr<T, releaser>;

/// The error that a failed result reports. A result without SQLSTATE was made by libpq itself because the connection
/// was lost: unavailable.
error error_of(const PGresult* failed);

/// One bounded notice.
notice notice_of(const PGresult* said);

/// Sends one statement; false with the reason in PQerrorMessage. Requires that `check` accepted it.
bool send(PGconn* to, const statement& what);

/// Sends one statement to be parsed only, as the unnamed prepared statement; false as above.
bool send_parse(PGconn* to, const statement& what);

/// Refuses what the protocol cannot carry: NUL bytes, too many parameters.
result<> check(const statement& what);

} // namespace basekeeper::pg::libpq
