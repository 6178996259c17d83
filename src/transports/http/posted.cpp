// The order in which claims win over each other.
#include "transports/http/posted.hpp"

#include "mcp/envelope.hpp"
#include "mcp/header_value.hpp"
#include "mcp/parameter_headers.hpp"
#include "mcp/version.hpp"

#include <fmt/format.h>

#include <optional>

namespace basekeeper::transports {
namespace {

using mcp::rpc_code;
using mcp::rpc_error;

constexpr std::string_view version_header = "mcp-protocol-version";
constexpr std::string_view version_key = "io.modelcontextprotocol/protocolVersion";

refused_post refuse(std::string id, rpc_code code, std::string message)
{
    return {.status = 400, .id = std::move(id), .why = {code, std::move(message)}};
}

const boost::json::object* parameters_of(const boost::json::object& message)
{
    const auto* params = message.if_contains("params");
    return params == nullptr ? nullptr : params->if_object();
}

bool claims_modern(const boost::json::value& message)
{
    const auto* object = message.if_object();
    const auto* params = object == nullptr ? nullptr : parameters_of(*object);
    return params != nullptr && mcp::claims_modern_era(*params);
}

bool names_modern_version(const http::header_list& headers)
{
    const auto version = mcp::find_version(only_header(headers, version_header));
    return version && mcp::traits_of(*version).belongs_to() == mcp::era::modern;
}

std::string text_member(const boost::json::object& of, std::string_view name)
{
    const auto* member = of.if_contains(name);
    return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string{};
}

/// The parameter that `Mcp-Name` repeats; empty: none.
std::string_view named_parameter(std::string_view method)
{
    if (method == "tools/call" || method == "prompts/get")
        return "name";
    if (method == "resources/read")
        return "uri";
    if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel")
        return "taskId";
    return {};
}

/// Says how a header disagrees with the body, or nothing.
std::optional<std::string> disagreement(const http::header_list& headers, std::string_view name, std::string_view body)
{
    const auto count = headers.count(name);
    if (count == 0)
        return fmt::format("the header {} is missing", name);
    if (count > 1)
        return fmt::format("the header {} is repeated", name);
    const auto value = mcp::decode_header_value(headers.find(name).value_or(""));
    if (!value)
        return fmt::format("the header {} is not validly encoded", name);
    if (*value != body)
        return fmt::format("the header {} and the body disagree", name);
    return std::nullopt;
}

/// Headers against the body of a request that carries the envelope.
std::optional<std::string> check_headers(
    const boost::json::object& message,
    const boost::json::object& params,
    const http::header_list& headers,
    const mcp::registry& offers
)
{
    const auto& meta = params.at("_meta").as_object();
    const auto method = text_member(message, "method");
    if (auto wrong = disagreement(headers, "MCP-Protocol-Version", text_member(meta, version_key)))
        return wrong;
    if (auto wrong = disagreement(headers, "Mcp-Method", method))
        return wrong;
    const auto named = named_parameter(method);
    const auto* value = named.empty() ? nullptr : params.if_contains(named);
    if (value != nullptr && value->is_string())
        if (auto wrong = disagreement(headers, "Mcp-Name", value->get_string()))
            return wrong;
    if (method != "tools/call")
        return std::nullopt;
    const auto* called = offers.find_tool(text_member(params, "name"));
    if (called == nullptr)
        return std::nullopt;
    static const boost::json::object none;
    const auto* arguments = params.if_contains("arguments");
    const auto look = [&headers](std::string_view name) -> std::optional<std::string_view> {
        return headers.count(name) > 1 ? "" : headers.find(name);
    };
    const auto fits = mcp::check_parameter_headers(
        *called, arguments != nullptr && arguments->is_object() ? arguments->get_object() : none, look
    );
    return fits ? std::nullopt : std::optional(fits.error().message);
}

posted tell_request(
    const boost::json::object& message, std::string id, const http::header_list& headers, const mcp::registry& offers
)
{
    const auto method = text_member(message, "method");
    const auto* params = parameters_of(message);
    const bool claims = params != nullptr && mcp::claims_modern_era(*params);
    if (!claims && !names_modern_version(headers))
        return legacy_post{.initializes = method == "initialize", .is_asking = true};
    if (!claims && method == "initialize")
        return refuse(
            std::move(id),
            rpc_code::header_mismatch,
            "Bad Request: initialize belongs to older versions than the header MCP-Protocol-Version names"
        );
    if (!claims)
        return refuse(
            std::move(id),
            rpc_code::invalid_params,
            "Invalid params: the request lacks _meta with io.modelcontextprotocol/protocolVersion and "
            "io.modelcontextprotocol/clientCapabilities"
        );
    // Only missing keys go before the headers; what is wrong with those that are there is the session's to refuse.
    if (auto missing = mcp::find_missing_keys(*params))
        return refused_post{.id = std::move(id), .why = *std::move(missing)};
    if (auto wrong = check_headers(message, *params, headers, offers))
        return refuse(std::move(id), rpc_code::header_mismatch, "Bad Request: " + *wrong);
    return modern_post{.is_listening = method == "subscriptions/listen"};
}

posted tell_batch(const boost::json::array& messages, const http::header_list& headers)
{
    if (messages.empty())
        return refuse({}, rpc_code::invalid_request, "Invalid request: the batch is empty");
    legacy_post out;
    for (const auto& one : messages) {
        if (claims_modern(one))
            return refuse({}, rpc_code::invalid_request, "Invalid request: this version has no batches");
        const auto* object = one.if_object();
        out.is_asking = out.is_asking || object == nullptr || object->contains("method") == object->contains("id");
    }
    if (names_modern_version(headers))
        return refuse({}, rpc_code::invalid_request, "Invalid request: this version has no batches");
    return out;
}

} // namespace

std::string_view only_header(const http::header_list& headers, std::string_view name)
{
    return headers.count(name) == 1 ? headers.find(name).value_or("") : std::string_view{};
}

posted tell_apart(const boost::json::value& document, const http::header_list& headers, const mcp::registry& offers)
{
    if (document.is_array())
        return tell_batch(document.get_array(), headers);
    if (!document.is_object())
        return refuse({}, rpc_code::invalid_request, "Invalid request: the body is not a JSON object");
    const auto& message = document.get_object();
    const auto* id = message.if_contains("id");
    if (message.contains("method") && id != nullptr)
        return tell_request(message, mcp::id_text(*id), headers, offers);
    const bool modern = claims_modern(document) || names_modern_version(headers);
    if (message.contains("method"))
        return modern ? posted(modern_notice{}) : legacy_post{};
    if (modern)
        return refuse({}, rpc_code::invalid_request, "Invalid request: this version takes no responses");
    if (message.contains("result") || message.contains("error"))
        return legacy_post{};
    return refuse(
        id == nullptr ? "" : mcp::id_text(*id), rpc_code::invalid_request, "Invalid request: there is no method"
    );
}

} // namespace basekeeper::transports
