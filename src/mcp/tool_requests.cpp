// tools/call: finds the tool, runs it under the rules, writes its reply.
#include "base/text.hpp"
#include "mcp/task_requests.hpp"

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

outcome write_answer(exchange& x, const call& c, const result<tool_reply>& reply)
{
    if (!reply)
        x.input_required = true;
    else if (!c.needed_scope().empty())
        return std::unexpected(scope_missing(c, reply->text));
    else {
        write_reply(x.message, *reply, x.speak.knows());
        x.traits.words = reply->words;
        x.failed = reply->failed.has_value();
    }
    return {};
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
    const auto* t = x.of.find_tool(*name);
    if (t == nullptr)
        co_return std::unexpected(unknown_tool(*name, x.of));

    auto given = arguments != nullptr ? std::move(arguments->get_object()) : boost::json::object(x.params.storage());
    if (t->about.group.empty() && *name == wrapping_tool)
        if (auto inner = unwrap_call(x.of.offers(), given)) {
            t = inner->what;
            given = std::move(inner->arguments);
        }
    const auto wish = wish_for_task(x, *t);
    if (!wish)
        co_return std::unexpected(wish.error());
    if (wish->as_task && x.speak.knows().core_tasks)
        co_return co_await start_whole_task(x, *t, std::move(given), *wish);

    auto c = make_call(x, up);
    auto& rules = x.of.rules();
    if (!wish->as_task)
        co_return write_answer(x, c, co_await rules.run(*t, std::move(given), c));
    auto admitted = co_await rules.admit(*t, std::move(given), c);
    if (!admitted)
        co_return write_answer(x, c, std::move(admitted).error());
    co_return co_await start_admitted_task(x, *std::move(admitted), c, *wish);
}

} // namespace basekeeper::mcp
