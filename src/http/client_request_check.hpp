// What a request of the client must be before libcurl sees it; private to the client.
#pragma once

#include "http/client.hpp"

#include <string>
#include <string_view>

namespace basekeeper::http {

/// Fails with invalid_argument when it must not be sent.
result<> check_request(const client_request& what);

/// `host:port` of the URL and the address it is reached at, for messages; user and password never show.
std::string place_of(const client_request& what);

} // namespace basekeeper::http
