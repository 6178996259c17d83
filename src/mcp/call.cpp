// Kinds of input, what a client that gives none answers, and views as text.
#include "mcp/call.hpp"

namespace basekeeper::mcp {

std::string_view method_of(input_kind kind)
{
    switch (kind) {
    case input_kind::form:
    case input_kind::url:
        return "elicitation/create";
    case input_kind::sampling:
    case input_kind::tools_sampling:
        return "sampling/createMessage";
    case input_kind::roots:
        break;
    }
    return "roots/list";
}

io::task<result<std::vector<boost::json::object>>> peer::request(std::vector<input_request>, io::deadline)
{
    co_return fail(condition::unavailable, "the client gives no input", "use an MCP client that declares it");
}

std::string key_of(const view& sees)
{
    std::string key = sees.mode == access::read_only ? "read " : "full ";
    key.append(sees.instance).append(" ");
    for (const auto& feature : sees.features)
        key.append(feature).append(",");
    return key;
}

} // namespace basekeeper::mcp
