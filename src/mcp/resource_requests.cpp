// resources/read: finds the resource whose address or template fits, and reads it.
#include "json/text.hpp"
#include "mcp/requests.hpp"

namespace basekeeper::mcp {
namespace {

void write_content(exchange& x, const resource& r, std::string_view uri, const resource_body& body)
{
    auto& out = x.message;
    out.reserve(out.size() + body.text.size() + body.text.size() / 8 + body.base64.size() + 256);
    begin_member(out, "contents");
    out += "[{";
    write_text_member(out, "uri", uri);
    write_text_member(out, "mimeType", r.mime_type);
    begin_member(out, body.base64.empty() ? "text" : "blob");
    json::write_string(out, body.base64.empty() ? body.text : body.base64);
    write_ui_meta(out, r);
    out += "}]";
    x.traits.cacheable = true;
    x.traits.words = r.words;
}

} // namespace

io::task<outcome> read_resource(exchange& x, peer& up)
{
    const auto uri = text_parameter(x.params, "uri");
    if (!uri)
        co_return refuse(rpc_code::invalid_params, "Invalid params: uri must be the address of a resource");
    auto found = x.of.offers().locate(*uri);
    if (found.what == nullptr)
        co_return std::unexpected(x.speak.resource_not_found(*uri));
    auto c = make_call(x, up);
    const auto body = co_await x.of.rules().read(*found.what, std::move(found.variables), c);
    if (body)
        write_content(x, *found.what, *uri, *body);
    else if (body.error().code == condition::input_required)
        x.input_required = true;
    else if (!c.needed_scope().empty())
        co_return std::unexpected(scope_missing(c, failure_text(body.error())));
    else if (body.error().code == condition::not_found)
        co_return std::unexpected(x.speak.resource_not_found(*uri));
    else
        co_return std::unexpected(rpc_error_of(body.error()));
    co_return outcome{};
}

} // namespace basekeeper::mcp
