// Answers of the endpoint itself: an HTTP status with a JSON-RPC error in the body, as clients expect it.
#pragma once

#include "http/exchange.hpp"
#include "mcp/jsonrpc.hpp"

#include <string>
#include <string_view>

namespace basekeeper::transports {

/// `id`: JSON text of the request's id; empty when there is none.
http::response refusal(unsigned status, std::string_view id, const mcp::rpc_error& why);

/// One that answers no readable request; `message` says what is wrong and what to do.
http::response refusal(unsigned status, std::string message);

} // namespace basekeeper::transports
