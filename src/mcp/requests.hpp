// The requests that a client can make: which exist in which era, and the handlers, which know no era.
#pragma once

#include "mcp/codec.hpp"
#include "mcp/server.hpp"
#include "mcp/session_peer.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::mcp {

enum class method
{
    initialize,
    ping,
    discover,
    set_log_level,
    list_tools,
    call_tool,
    list_resources,
    list_resource_templates,
    read_resource,
    list_prompts,
    get_prompt,
    complete,
    subscribe,
    unsubscribe,
    listen,
    get_task,
    task_result,
    list_tasks,
    update_task,
    cancel_task
};

/// The method of that name in that era on a server that offers this; nothing when the answer is "method not found".
std::optional<method> find_method(std::string_view name, era when, const registry& offers);

/// True for `tasks/*`.
bool is_about_tasks(method m);

/// True for what may have to wait: it runs in a coroutine of its own and can be cancelled.
bool may_wait(method m);

/// One request on its way to its answer.
struct exchange
{
    server& of;
    const codec& speak;
    const caller& from;
    const client_profile& declared; ///< what the client can do
    boost::json::object& params;
    std::string& message;        ///< the answer, open for members of `result`
    result_traits traits{};      ///< what the end of the result says
    bool failed = false;         ///< the reply says that the tool failed
    bool input_required = false; ///< the peer has an open question; `message` is to be dropped
};

/// Lists, completion, discovery, tasks: answered at once.
outcome answer_now(method m, exchange& x);

/// Tool calls, resource reads and prompts. `up` and `x` must outlive the task.
io::task<outcome> answer_later(method m, exchange& x, peer& up);

/// Members of the answer to `initialize`.
void write_handshake(exchange& x);

// One per file, called by the two above.
outcome complete(exchange& x);
outcome answer_about_tasks(method m, exchange& x);
io::task<outcome> call_tool(exchange& x, peer& up);
io::task<outcome> read_resource(exchange& x, peer& up);
io::task<outcome> get_prompt(exchange& x, peer& up);

/// The string member of that name, or nothing.
std::optional<std::string_view> text_parameter(const boost::json::object& params, std::string_view name);

/// A failure of a resource or prompt, which have no `isError`, as an error response.
rpc_error rpc_error_of(const error& e);

/// The refusal of a call for want of a scope.
rpc_error scope_missing(const call& c, std::string message);

/// The call that a handler is given.
call make_call(const exchange& x, peer& up);

/// `; did you mean "x"?` or nothing.
std::string suggestion(std::string_view asked, std::span<const std::string_view> known);

} // namespace basekeeper::mcp
