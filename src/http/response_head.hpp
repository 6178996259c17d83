// The head of a response as bytes.
#pragma once

#include "http/exchange.hpp"

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace basekeeper::http {

/// The Date field, made once a second.
class date_line
{
public:
    /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` and a line end. Valid until the next call.
    std::string_view at(std::time_t now);

private:
    std::time_t made_at_ = -1;
    std::string text_;
};

/// How the other side finds the end of the body.
enum class framing
{
    none,    ///< there is no body and no length (1xx, 204, 304)
    length,  ///< Content-Length
    chunked, ///< Transfer-Encoding: chunked
    closing  ///< the connection ends with the body (HTTP/1.0)
};

enum class connection_field
{
    none,
    close,
    keep_alive ///< HTTP/1.0 clients want to hear it
};

struct head_facts
{
    framing how = framing::length;
    std::uint64_t length = 0;
    connection_field connection = connection_field::none;
};

/// The usual words for a status, or "Status".
std::string_view reason_of(unsigned status);

/// True when a response with that status never has a body (RFC 9110 section 6.4.1).
bool is_bodiless(unsigned status);

/// Appends status line, the fields of `head` and those of `facts`, and the empty line. Line ends inside of fields,
/// which would let their content forge a response, become blanks.
void append_head(std::string& to, const response& head, head_facts facts, std::string_view date);

} // namespace basekeeper::http
