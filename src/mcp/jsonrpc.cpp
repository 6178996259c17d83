// Which kind of message a JSON value is, by the rules of JSON-RPC 2.0 and the narrower ones of MCP.
#include "mcp/jsonrpc.hpp"

#include <boost/json/monotonic_resource.hpp>

#include <algorithm>

namespace basekeeper::mcp {

namespace json_values = boost::json;

std::unexpected<rpc_error> refuse(rpc_code code, std::string message, std::string data)
{
    return std::unexpected(rpc_error{code, std::move(message), std::move(data)});
}

std::expected<json_values::value, rpc_error> read_document(std::string_view text, json::read_limits limits)
{
    // Some shells and editors of Windows put a byte order mark first; RFC 8259 section 8.1 lets readers skip it.
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    // Counted, because a value copied out of the message shares its memory and may outlive it.
    const auto first_block = std::clamp<std::size_t>(text.size() * 2, 512, 64U << 10U);
    auto document =
        json::read(text, limits, json_values::make_shared_resource<json_values::monotonic_resource>(first_block));
    if (!document)
        return refuse(rpc_code::parse_error, "Parse error: " + document.error().message);
    return *std::move(document);
}

std::string id_text(const json_values::value& v)
{
    std::string out;
    if (v.is_string() || v.is_int64() || v.is_uint64())
        json::write_value(out, v);
    return out;
}

namespace {

/// An answer of the client: a malformed one cannot be answered and is dropped.
incoming classify_response(std::string id, json_values::object& body)
{
    if (id.empty())
        return ignored{};
    if (auto* result = body.if_contains("result"))
        return response{std::move(id), std::move(*result)};
    rpc_error e;
    if (const auto* failed = body["error"].if_object())
        if (const auto* text = failed->if_contains("message"); text != nullptr && text->is_string())
            e.message = text->get_string();
    return response{std::move(id), std::unexpected(std::move(e))};
}

incoming classify_call(std::string id, std::string method, json_values::object& body)
{
    const auto* version = body.if_contains("jsonrpc");
    const bool speaks_2_0 = version != nullptr && version->is_string() && version->get_string() == "2.0";
    auto* params = body.if_contains("params");
    const bool usable_params = params == nullptr || params->is_object();
    auto owned =
        params != nullptr && usable_params ? std::move(params->get_object()) : json_values::object(body.storage());
    if (!body.contains("id"))
        return speaks_2_0 && usable_params ? incoming(notification{std::move(method), std::move(owned)})
                                           : incoming(ignored{});
    if (id.empty())
        return rejected{{}, {rpc_code::invalid_request, "Invalid request: id must be a string or an integer"}};
    if (!speaks_2_0)
        return rejected{std::move(id), {rpc_code::invalid_request, "Invalid request: jsonrpc must be \"2.0\""}};
    if (method.starts_with("notifications/"))
        return rejected{std::move(id), {rpc_code::invalid_request, "Invalid request: a notification has no id"}};
    if (!usable_params)
        return rejected{std::move(id), {rpc_code::invalid_params, "Invalid params: params must be an object"}};
    return request{std::move(id), std::move(method), std::move(owned)};
}

} // namespace

incoming classify(json_values::value message)
{
    if (!message.is_object())
        return rejected{{}, {rpc_code::invalid_request, "Invalid request: a message is a JSON object"}};
    auto& body = message.get_object();
    const auto* id_member = body.if_contains("id");
    auto id = id_member != nullptr ? id_text(*id_member) : std::string{};
    const auto* method = body.if_contains("method");
    if (method == nullptr && (body.contains("result") || body.contains("error")))
        return classify_response(std::move(id), body);
    if (method == nullptr || !method->is_string())
        return rejected{std::move(id), {rpc_code::invalid_request, "Invalid request: method must be a string"}};
    return classify_call(std::move(id), std::string(method->get_string()), body);
}

std::string begin_result(std::string_view id)
{
    std::string out = R"({"jsonrpc":"2.0","id":)";
    out += id;
    out += R"(,"result":{)";
    return out;
}

void write_error(std::string& out, const rpc_error& e)
{
    out += R"({"code":)";
    json::write_number(out, static_cast<std::int64_t>(e.code));
    out += R"(,"message":)";
    json::write_string(out, e.message);
    if (!e.data.empty()) {
        out += R"(,"data":)";
        out += e.data;
    }
    out += '}';
}

std::string error_response(std::string_view id, const rpc_error& e)
{
    std::string out = R"({"jsonrpc":"2.0")";
    if (!id.empty()) {
        out += R"(,"id":)";
        out += id;
    }
    out += R"(,"error":)";
    write_error(out, e);
    out += '}';
    return out;
}

std::string begin_notification(std::string_view method)
{
    std::string out = R"({"jsonrpc":"2.0","method":)";
    json::write_string(out, method);
    out += R"(,"params":{)";
    return out;
}

} // namespace basekeeper::mcp
