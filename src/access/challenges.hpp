// What a refused request is told: status, WWW-Authenticate (RFC 6750, RFC 9728) and a sentence.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace basekeeper::access {

/// Why a request does not come in, for counting.
enum class cause
{
    credential, ///< none, or one that is refused
    scope,
    keys_away, ///< the authorization server's keys cannot be read
    caller_rate,
    address_rate,
    blocked,
    host,
    origin
};

/// The answer to a request that does not come in.
struct challenge
{
    unsigned status = 401;
    cause why = cause::credential;
    std::string www_authenticate{}; ///< the header's value; empty: no such header
    std::string message;            ///< one sentence for a person, with the next step; holds no credential
    std::optional<std::chrono::seconds> retry_after{}; ///< the header's value, at least one second
    bool counts = false; ///< a credential was shown and refused: too many of these block the address
};

/// Writes challenges for one server.
class challenges
{
public:
    /// `metadata_url`: of the resource metadata; empty when there is none. `scopes`: what a client should ask for
    /// first.
    challenges(std::string metadata_url, std::string scopes);

    challenge nothing_shown() const;                          ///< 401 without an error, as RFC 6750 section 3.1 asks
    challenge invalid_token(std::string_view why) const;      ///< 401; counts
    challenge outdated(std::string_view why) const;           ///< the same, of a token that was good or may yet be
    challenge malformed(std::string_view why) const;          ///< 400 invalid_request; counts
    challenge cannot_verify(std::chrono::seconds wait) const; ///< 503: the keys are not there

    /// 403. `scopes`: all that the operation needs, separated by blanks, as `call::needed_scope()` names them.
    challenge insufficient_scope(std::string_view scopes) const;

private:
    std::string bearer(std::string_view code, std::string_view scopes, std::string_view why) const;

    std::string metadata_url_;
    std::string scopes_;
};

/// 429: too many requests. `who`: caller_rate or address_rate.
challenge too_many_requests(cause who, std::chrono::seconds wait);

/// 403: the address is blocked, until it is removed where `wait` is nothing.
challenge blocked_address(std::optional<std::chrono::seconds> wait);

/// 403 for a Host or Origin that is not allowed, 400 for one that is missing or malformed. `which`: host or origin.
challenge wrong_place(cause which, unsigned status, std::string message);

} // namespace basekeeper::access
