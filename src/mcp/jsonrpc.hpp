// JSON-RPC 2.0 as MCP uses it: one incoming message told apart, and the envelope of what goes out.
#pragma once

#include "json/text.hpp"

#include <boost/json/object.hpp>

#include <expected>
#include <string>
#include <string_view>
#include <variant>

namespace basekeeper::mcp {

/// Codes of JSON-RPC and of MCP.
enum class rpc_code : int
{
    parse_error = -32700,
    invalid_request = -32600,
    method_not_found = -32601,
    invalid_params = -32602,
    internal_error = -32603,
    resource_not_found = -32002,          ///< legacy versions only
    insufficient_scope = -31403,          ///< our own, outside of the reserved range
    header_mismatch = -32020,             ///< modern versions over HTTP only
    missing_client_capability = -32021,   ///< modern versions only
    unsupported_protocol_version = -32022 ///< modern versions only
};

/// The `error` member of a response.
struct rpc_error
{
    rpc_code code = rpc_code::internal_error;
    std::string message;
    std::string data{};         ///< JSON text; empty: no `data`
    std::string needed_scope{}; ///< of insufficient_scope: the scope that the call needs
};

/// What answering a request came to.
using outcome = std::expected<void, rpc_error>;

/// Makes the failure of an outcome.
std::unexpected<rpc_error> refuse(rpc_code code, std::string message, std::string data = {});

/// Ids are kept as the JSON text that goes back: `1`, `-7`, `"abc"`.
struct request
{
    std::string id;
    std::string method;
    boost::json::object params;
};

struct notification
{
    std::string method;
    boost::json::object params;
};

/// An answer to a request of ours.
struct response
{
    std::string id;
    std::expected<boost::json::value, rpc_error> answer;
};

/// A message that must be answered with an error. `id` is empty when none could be read.
struct rejected
{
    std::string id;
    rpc_error why;
};

/// A malformed notification or response: nobody is told, the protocol forbids it.
struct ignored
{};

using incoming = std::variant<request, notification, response, rejected, ignored>;

/// Reads the text of one message or batch. The values live in memory of their own that lasts as long as any of them.
std::expected<boost::json::value, rpc_error> read_document(std::string_view text, json::read_limits limits);

/// Tells one message apart and takes it to pieces.
incoming classify(boost::json::value message);

/// The JSON text of a usable id (string or integer), or empty.
std::string id_text(const boost::json::value& v);

/// `{"jsonrpc":"2.0","id":…,"result":{`: members of the result and `}}` follow.
std::string begin_result(std::string_view id);

/// Appends `{"code":…,"message":…}`.
void write_error(std::string& out, const rpc_error& e);

/// A whole error response; without `id` when that is empty.
std::string error_response(std::string_view id, const rpc_error& e);

/// `{"jsonrpc":"2.0","method":…,"params":{`: members of the parameters and `}}` follow.
std::string begin_notification(std::string_view method);

} // namespace basekeeper::mcp
