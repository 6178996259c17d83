// tools/call: finds the tool, runs it under the rules, writes its reply.
#include "base/text.hpp"
#include "json/text.hpp"
#include "mcp/requests.hpp"

#include <vector>

namespace basekeeper::mcp {
namespace {

/// Names in error messages are cut: they come from outside and may be of any length.
constexpr std::size_t longest_quoted_name = 80;

rpc_error unknown_tool(std::string_view name, const server& of)
{
    std::vector<std::string_view> known;
    for (const auto& t : of.offers().tools())
        known.emplace_back(t.about.name);
    return {
        rpc_code::invalid_params,
        "Unknown tool: " + std::string(utf8_prefix(name, longest_quoted_name)) + suggestion(name, known)
    };
}

void write_reply(exchange& x, const tool_reply& reply)
{
    auto& out = x.message;
    out.reserve(out.size() + reply.text.size() + reply.text.size() / 8 + reply.structured.size() + 256);
    begin_member(out, "content");
    out += '[';
    if (reply.blocks.empty()) {
        out += R"({"type":"text","text":)";
        json::write_string(out, reply.text);
        out += '}';
    } else
        write_blocks(out, reply.blocks, x.speak.knows());
    out += ']';
    if (!reply.structured.empty() && x.speak.knows().structured_content) {
        begin_member(out, "structuredContent");
        out += reply.structured;
    }
    if (reply.failed) {
        begin_member(out, "isError");
        out += "true";
        x.failed = true;
    }
    x.traits.words = reply.words;
}

} // namespace

io::task<outcome> call_tool(exchange& x, peer& up)
{
    const auto name = text_parameter(x.params, "name");
    if (!name)
        co_return refuse(rpc_code::invalid_params, "Invalid params: name must be the name of a tool");
    auto* arguments = x.params.if_contains("arguments");
    if (arguments != nullptr && !arguments->is_object())
        co_return refuse(rpc_code::invalid_params, "Invalid params: arguments must be an object");
    const auto* t = x.of.offers().find_tool(*name);
    if (t == nullptr)
        co_return std::unexpected(unknown_tool(*name, x.of));

    auto c = make_call(x, up);
    auto given = arguments != nullptr ? std::move(arguments->get_object()) : boost::json::object(x.params.storage());
    auto reply = co_await x.of.rules().run(*t, std::move(given), c);
    if (!reply)
        x.input_required = true;
    else if (!c.needed_scope().empty())
        co_return std::unexpected(scope_missing(c, reply->text));
    else
        write_reply(x, *reply);
    co_return outcome{};
}

} // namespace basekeeper::mcp
