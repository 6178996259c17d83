// What went wrong, as a value: a code to branch on, a sentence to read, a hint to act on.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace basekeeper {

/// The classes of failure that a caller can act on. A module's finer codes (SQLSTATE, HTTP status) map to one of these
/// when the error is made; layers above compare conditions only.
enum class condition
{
    invalid_argument, ///< the request itself is wrong; repeating it cannot help
    not_found,        ///< the named thing does not exist
    conflict,         ///< the state of the thing forbids the work (exists already, serialization failure)
    denied,           ///< not allowed: credentials, privileges, read-only mode, refused confirmation
    timeout,          ///< the deadline passed first
    unavailable,      ///< the other side is away, full or starting; trying later may help
    cancelled,        ///< the caller withdrew the request
    input_required,   ///< a person must answer first (MCP elicitation); never shown to users as a failure
    internal          ///< a bug or a broken invariant of ours
};

/// The name as it stands in errors, audit and metrics: `invalid_argument`, `not_found`, …
std::string_view to_string(condition c) noexcept;

/// True when the same call may succeed later without any change by the caller.
bool retryable(condition c) noexcept;

/// The exit code of the command line for this condition: 2 invalid_argument, 3 not_found, 4 conflict, 5 denied,
/// 6 timeout, 7 unavailable, 8 cancelled or input_required, 1 internal. Zero is success.
int exit_code(condition c) noexcept;

/// A failure. `message` and `hint` are our own words and hold no secret; `server_text` is what a database or a remote
/// service said: untrusted, shown only inside the wrapping for foreign text.
struct error
{
    condition code = condition::internal;
    std::string message;       ///< lower case, no full stop: what was being done to what, and why it failed
    std::string hint;          ///< imperative: the exact next step or command; empty when there is none
    std::string sqlstate{};    ///< five characters when PostgreSQL reported it
    std::string server_text{}; ///< untrusted words of the other side
    int position = 0;          ///< character of the SQL, from 1, that PostgreSQL points at; 0 when it names none
    int http_status = 0;       ///< when an HTTP answer was the cause

    error() = default;

    error(condition c, std::string m, std::string h = {}) : code(c), message(std::move(m)), hint(std::move(h)) {}

    /// The same error seen from one layer up: `message` becomes "while: message".
    error within(std::string_view doing) &&;
};

/// One line for a log or a terminal: message, server text in quotes, hint.
std::string describe(const error& e);

} // namespace basekeeper
