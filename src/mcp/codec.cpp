// The two codecs: what an era adds to a result.
#include "mcp/codec.hpp"

#include "json/text.hpp"

namespace basekeeper::mcp {
namespace {

constexpr std::string_view untrusted_mark = R"("basekeeper/untrusted":true)";

std::string uri_data(std::string_view uri)
{
    std::string data = "{";
    begin_member(data, "uri");
    json::write_string(data, uri);
    data += '}';
    return data;
}

rpc_error no_such_resource(rpc_code code, std::string_view uri)
{
    return {
        code, "Resource not found; resources/list and resources/templates/list name those there are", uri_data(uri)
    };
}

} // namespace

void begin_member(std::string& out, std::string_view key)
{
    if (out.back() != '{')
        out += ',';
    out += '"';
    out += key;
    out += "\":";
}

void write_text_member(std::string& out, std::string_view key, std::string_view value)
{
    if (value.empty())
        return;
    begin_member(out, key);
    json::write_string(out, value);
}

void write_input_requests(std::string& out, std::span<const input_request> requests)
{
    begin_member(out, "inputRequests");
    out += '{';
    for (const auto& one : requests) {
        if (out.back() != '{')
            out += ',';
        json::write_string(out, one.key);
        out += ":{";
        write_text_member(out, "method", method_of(one.kind));
        begin_member(out, "params");
        json::write_value(out, one.params);
        out += '}';
    }
    out += '}';
}

void legacy_codec::finish_result(std::string& message, const result_traits& traits) const
{
    if (traits.words == origin::foreign || !traits.meta.empty()) {
        begin_member(message, "_meta");
        message += '{';
        message += traits.meta;
        if (traits.words == origin::foreign) {
            if (!traits.meta.empty())
                message += ',';
            message += untrusted_mark;
        }
        message += '}';
    }
    message += "}}";
}

rpc_error legacy_codec::resource_not_found(std::string_view uri) const
{
    return no_such_resource(rpc_code::resource_not_found, uri);
}

void modern_codec::finish(std::string& message, std::string_view type, const result_traits& traits) const
{
    write_text_member(message, "resultType", type);
    if (traits.cacheable) {
        begin_member(message, "ttlMs");
        json::write_number(message, static_cast<std::int64_t>(traits.fresh_for.count()));
        write_text_member(message, "cacheScope", "private");
    }
    begin_member(message, "_meta");
    message += R"({"io.modelcontextprotocol/serverInfo":)";
    message += server_info_;
    if (traits.words == origin::foreign) {
        message += ',';
        message += untrusted_mark;
    }
    if (!traits.meta.empty()) {
        message += ',';
        message += traits.meta;
    }
    message += "}}}";
}

void modern_codec::finish_result(std::string& message, const result_traits& traits) const
{
    finish(message, traits.type, traits);
}

rpc_error modern_codec::resource_not_found(std::string_view uri) const
{
    return no_such_resource(rpc_code::invalid_params, uri);
}

void modern_codec::finish_input_required(
    std::string& message, std::span<const input_request> requests, std::string_view state
) const
{
    write_input_requests(message, requests);
    write_text_member(message, "requestState", state);
    finish(message, "input_required", {});
}

} // namespace basekeeper::mcp
