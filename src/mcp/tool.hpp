// A tool as the server sees it: what is published, and one erased way to prepare and run a call of it.
#pragma once

#include "io/task.hpp"
#include "json/fields.hpp"
#include "mcp/call.hpp"
#include "mcp/content.hpp"
#include "mcp/parameter_headers.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace basekeeper::mcp {

/// Whether a tool works on one instance; if so the parameter `instance` is added to its schema where there is a choice.
enum class subject
{
    server,
    instance
};

/// Where the words of a result come from. Foreign text is wrapped before a model sees it.
enum class origin
{
    ours,
    foreign
};

/// Whether a call may go on as a task after its answer.
enum class task_support
{
    forbidden,
    optional,  ///< when the client asks for it (2025-11-25)
    preferred, ///< as `optional`; with the extension always
    required   ///< never otherwise: clients that cannot are refused
};

/// What is published about a tool. `description`: one or two plain sentences: what it does, when to use it.
struct tool_description
{
    std::string name;  ///< `[A-Za-z0-9_.-]{1,64}`
    std::string group; ///< feature group for `--features`, e.g. `database`; empty: of the protocol, for everybody
    effect worst = effect::reads;
    subject about = subject::instance;
    origin words = origin::foreign;
    std::string description;
    task_support as_task = task_support::forbidden;

    /// What its mildest calls do, when that decides who sees the tool: each call is then judged by its own arguments,
    /// of which tool_hooks::assess must be certain. Empty: as `worst`, whatever the arguments say.
    std::optional<effect> least{};
    std::string app{}; ///< `ui://` address of the resource that shows its results (MCP Apps); empty: none
};

/// What one particular call is about to do; made from its arguments before anything runs.
struct plan
{
    effect does = effect::reads;
    std::string summary{}; ///< for `destroys`: what would be lost, one sentence for the person who confirms

    /// Instances that it reads besides the one it is about: the caller must reach them as well.
    std::vector<std::string> also_reads{};
};

/// The result of a tool before it is wrapped.
struct tool_output
{
    std::string structured;        ///< JSON text of a value that fits the output schema; empty for a tool without one
    std::vector<content> blocks{}; ///< what a model sees instead of `structured` as text; may be empty
};

/// A call whose arguments have been decoded. `run` may be used once.
struct prepared_call
{
    plan intent;

    /// Asks the client for what the work needs to know; before it starts, and before it becomes a task. May be empty.
    std::move_only_function<io::task<result<>>(call&)> consult{};

    /// Looks whether the call can work at all, changing nothing; asked before a person is. May be empty.
    std::move_only_function<io::task<result<>>(call&)> rehearse;
    std::move_only_function<io::task<result<tool_output>>(call&)> run;
};

/// The right that every call of a tool needs, and by which it is listed: what a text does is only guessed, so a tool
/// that can write needs the right to write even for a call that seems to read.
inline effect needed_by_all(const tool_description& t)
{
    return std::min(t.least.value_or(t.worst), effect::writes);
}

/// One tool. Made by `make_tool`; immutable afterwards.
struct tool
{
    tool_description about;
    boost::json::object input_schema;
    boost::json::object output_schema;

    /// Decodes the arguments strictly and says what the call would do. Pure. Fails with invalid_argument by name.
    std::function<result<prepared_call>(const boost::json::object& arguments)> prepare;

    /// The arguments that headers repeat; the registry fills this from the input schema.
    std::vector<parameter_header> headers{};
};

namespace detail {

template <class Result, class Handler, class Args>
io::task<result<tool_output>> run_and_encode(const Handler& handler, Args in, call& c)
{
    auto value = co_await handler(std::move(in), c);
    if (!value)
        co_return std::unexpected(std::move(value).error());
    tool_output out;
    json::encode(out.structured, *value);
    co_return out;
}

} // namespace detail

/// What is optional about a tool.
template <class Args>
struct tool_hooks
{
    /// What a call would do; empty: the worst that the tool can do.
    std::function<plan(const Args&)> assess{};

    /// As prepared_call::consult; may complete the arguments, which outlive the task.
    std::function<io::task<result<>>(Args&, call&)> consult{};

    /// As prepared_call::rehearse. The arguments outlive the task.
    std::function<io::task<result<>>(const Args&, call&)> rehearse{};
};

/// Builds a tool from its typed parts.
/// @param handler  `io::task<result<Result>>(Args, call&)`; captures must outlive the server, as those of the hooks.
template <json::described Args, class Result, class Handler>
tool make_tool(tool_description about, Handler handler, tool_hooks<Args> hooks = {})
{
    static_assert(std::is_invocable_r_v<io::task<result<Result>>, const Handler&, Args, call&>);
    tool t{.about = std::move(about), .input_schema = json::schema<Args>(), .output_schema = {}, .prepare = {}};
    if constexpr (json::self_describing<Result>)
        t.output_schema = Result::json_schema();
    else
        t.output_schema = json::outline(json::schema<Result>(json::unknown_members::unspecified));
    // Handler and hooks are owned by the tool, which outlives every call of it.
    t.prepare = [handler = std::make_shared<const Handler>(std::move(handler)),
                 hooks = std::make_shared<const tool_hooks<Args>>(std::move(hooks)),
                 worst = t.about.worst](const boost::json::object& arguments) -> result<prepared_call> {
        auto in = std::make_unique<Args>(TRY(json::decode<Args>(arguments)));
        prepared_call out{.intent = hooks->assess ? hooks->assess(*in) : plan{worst}, .rehearse = {}, .run = {}};
        if (hooks->consult)
            out.consult = [hooks, in = in.get()](call& c) { return hooks->consult(*in, c); };
        if (hooks->rehearse)
            out.rehearse = [hooks, in = in.get()](call& c) { return hooks->rehearse(*in, c); };
        out.run = [handler, in = std::move(in)](call& c) mutable {
            return detail::run_and_encode<Result>(*handler, std::move(*in), c);
        };
        return out;
    };
    return t;
}

/// Arguments of a tool that takes none.
struct no_arguments
{
    static constexpr std::tuple<> fields{};
};

} // namespace basekeeper::mcp
