// What was posted to the endpoint, by its body and its headers: which era serves it, or why nobody does.
#pragma once

#include "http/exchange.hpp"
#include "mcp/jsonrpc.hpp"
#include "mcp/registry.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <variant>

namespace basekeeper::transports {

/// For a session: what came with the handshake versions, one message or a batch.
struct legacy_post
{
    bool initializes = false; ///< opens a session
    bool is_asking = false;   ///< contains requests, which are answered
};

/// Stands alone: a request of the stateless era that keeps to its header rules.
struct modern_post
{
    bool is_listening = false; ///< subscriptions/listen, whose answer is a stream
};

/// A notification of the stateless era: accepted, and without any effect.
struct modern_notice
{};

/// Nobody serves it. `status` is the HTTP one; `id` is JSON text, empty when none can be read.
struct refused_post
{
    unsigned status = 400;
    std::string id;
    mcp::rpc_error why;
};

using posted = std::variant<legacy_post, modern_post, modern_notice, refused_post>;

/// Tells a document apart. Pure. Order of the checks (specification 2026-07-28, "Streamable HTTP"): the envelope's
/// keys, then headers against the body (header_mismatch), then what the session checks: version, method, parameters.
posted tell_apart(const boost::json::value& document, const http::header_list& headers, const mcp::registry& offers);

/// The header of that name when it stands there once; an empty one stands for a repeated or absent one.
std::string_view only_header(const http::header_list& headers, std::string_view name);

} // namespace basekeeper::transports
