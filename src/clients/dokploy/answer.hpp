// What an answer of Dokploy, or of whatever stands in its place, means: a value, or an error with the exact next step;
// pure.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "http/client.hpp"

#include <boost/json/value.hpp>

#include <span>
#include <string_view>

namespace basekeeper::dokploy {

/// Whether the key was accepted before by this Dokploy.
enum class key_history
{
    never_accepted,
    accepted_before
};

struct asked
{
    std::string_view procedure;
    key_history key = key_history::never_accepted;
    std::span<const crypto::secret<>> secrets{}; ///< what no error may repeat
};

/// The value of an answer of 2xx: any JSON value; an empty body is null. Everything else is an error:
///
/// | answer | condition |
/// |---|---|
/// | 401 without `code` | denied: the key, or its used up number of calls |
/// | 401, 403 with `code`, 400 that wraps a refusal | denied: what the owner of the key may do |
/// | 404 | not_found: the thing, or the procedure, which an older version lacks |
/// | 400, 413, 415 | invalid_argument, with the fields that validation names |
/// | 409 | conflict |
/// | 408, 504 | timeout |
/// | 429, 5xx | unavailable |
/// | 3xx, a page of HTML, no JSON | a proxy or another service: by its status, the URL first of all |
///
/// `server_text` is redacted.
result<boost::json::value> read_answer(const http::client_response& came, const asked& what);

/// True when the failure leaves open whether the call was carried out: no answer came, or one of 5xx.
bool is_lost(const error& e);

/// True for the refusal of a key as such, which every further call would share.
bool is_refused_key(const http::client_response& came);

} // namespace basekeeper::dokploy
