// The head of a request as bytes, and what it says about the body and the connection.
#pragma once

#include "http/exchange.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace basekeeper::http {

struct request_head
{
    request asked;
    std::optional<std::uint64_t> content_length{};
    bool chunked = false;
    bool http_1_1 = true;
    bool keep_alive = true; ///< the client would send another request
    bool expects_continue = false;

    bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

/// Where the empty line after the head ends in `bytes`, or nothing when it has not arrived. `searched` bytes were
/// looked at before without finding it.
std::optional<std::size_t> end_of_head(std::string_view bytes, std::size_t searched);

/// Reads a whole head, including its empty line. Fails with invalid_argument and the HTTP status to answer: 400 for
/// what is malformed or could be read in two ways (request smuggling, RFC 9112 section 11.2), 417, 431 for more than
/// `most_fields`, 501 for transfer codings other than chunked, 505.
result<request_head> parse_head(std::string_view bytes, std::size_t most_fields);

} // namespace basekeeper::http
