// What the official conformance suites expect a server to offer: one function per family, one shape for all tools.
#pragma once

#include "io/event.hpp"
#include "mcp/changes.hpp"
#include "mcp/registry.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace basekeeper::conformance {

/// What a fixture answers with: content, and no structured result.
using blocks = std::vector<mcp::content>;
using fixture_result = io::task<result<blocks>>;

/// Answers with one text.
inline blocks say(std::string_view text)
{
    return {mcp::text_content(text)};
}

/// What becomes known only after the tools have been registered. Must outlive them.
struct newsroom
{
    mcp::changes* news = nullptr; ///< of the server that offers them
};

/// A published description without rules of its own: a server-wide tool that reads.
inline mcp::tool_description described(std::string name, std::string description)
{
    return {
        .name = std::move(name),
        .group = "conformance",
        .about = mcp::subject::server,
        .words = mcp::origin::ours,
        .description = std::move(description),
    };
}

namespace detail {

template <class Handler, class Args>
io::task<result<mcp::tool_output>> run(const Handler& handler, Args in, mcp::call& c)
{
    auto said = co_await handler(std::move(in), c);
    if (!said)
        co_return std::unexpected(std::move(said).error());
    co_return mcp::tool_output{.structured = {}, .blocks = *std::move(said)};
}

} // namespace detail

/// A tool whose result is content. `handler`: `fixture_result(Args, mcp::call&)`; `consult` as in mcp::tool_hooks.
template <json::described Args = mcp::no_arguments, class Handler>
mcp::tool make_fixture(
    mcp::tool_description about, Handler handler, std::function<io::task<result<>>(Args&, mcp::call&)> consult = {}
)
{
    mcp::tool t{.about = std::move(about), .input_schema = json::schema<Args>(), .output_schema = {}, .prepare = {}};
    // The tool owns both and outlives every call of it.
    t.prepare = [handler = std::make_shared<const Handler>(std::move(handler)),
                 consult = std::make_shared<const decltype(consult)>(std::move(consult)
                 )](const boost::json::object& arguments) -> result<mcp::prepared_call> {
        auto in = std::make_unique<Args>(TRY(json::decode<Args>(arguments)));
        mcp::prepared_call out{};
        if (*consult)
            out.consult = [consult, in = in.get()](mcp::call& c) { return (*consult)(*in, c); };
        out.run = [handler, in = std::move(in)](mcp::call& c) mutable {
            return detail::run(*handler, std::move(*in), c);
        };
        return out;
    };
    return t;
}

/// An object schema with these properties, all of them required.
boost::json::object form(boost::json::object properties);

/// A request that puts a form to the person.
mcp::input_request form_request(std::string key, std::string_view message, boost::json::object properties);

/// A request for a completion of one user message.
mcp::input_request sampling_request(std::string key, std::string_view text, int max_tokens);

/// The text of a `CreateMessageResult`, or empty.
std::string sampled_text(const boost::json::object& result);

// One per file.
void add_content_tools(mcp::registry& all);
void add_progress_tools(mcp::registry& all);
void add_client_tools(mcp::registry& all);
void add_input_required_tools(mcp::registry& all);
void add_change_tools(mcp::registry& all, newsroom& of);
void add_task_tools(mcp::registry& all);
void add_resources(mcp::registry& all);
void add_prompts(mcp::registry& all);

/// A PNG of one red pixel and a WAV without samples, in base64.
extern const std::string_view red_pixel;
extern const std::string_view silence;

} // namespace basekeeper::conformance
