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

void write_question(std::string& out, const question& q, const version_traits& knows)
{
    if (knows.elicitation_mode)
        write_text_member(out, "mode", "form");
    begin_member(out, "message");
    json::write_string(out, q.message);
    begin_member(out, "requestedSchema");
    json::write_value(out, q.schema);
}

void legacy_codec::finish_result(std::string& message, const result_traits& traits) const
{
    if (traits.words == origin::foreign) {
        begin_member(message, "_meta");
        message += '{';
        message += untrusted_mark;
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
    message += "}}}";
}

void modern_codec::finish_result(std::string& message, const result_traits& traits) const
{
    finish(message, "complete", traits);
}

rpc_error modern_codec::resource_not_found(std::string_view uri) const
{
    return no_such_resource(rpc_code::invalid_params, uri);
}

void modern_codec::finish_input_required(std::string& message, const question& q, std::string_view state) const
{
    begin_member(message, "inputRequests");
    message += '{';
    json::write_string(message, q.key);
    message += R"(:{"method":"elicitation/create","params":{)";
    write_question(message, q, knows());
    message += "}}}";
    write_text_member(message, "requestState", state);
    finish(message, "input_required", {});
}

} // namespace basekeeper::mcp
