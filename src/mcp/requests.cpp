// The table of methods and the requests that are answered at once.
#include "mcp/requests.hpp"

#include "base/text.hpp"
#include "json/text.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::mcp {
namespace {

/// What must be registered for a method to exist.
enum class needs
{
    nothing,
    tools,
    resources,
    watched_resources,
    prompts,
    resources_or_prompts,
    tasks
};

enum class eras
{
    legacy,
    modern,
    both
};

struct method_entry
{
    std::string_view name;
    method which;
    eras exists_in;
    needs offers;
};

constexpr std::array<method_entry, 20> methods{{
    {"tools/call", method::call_tool, eras::both, needs::tools},
    {"tools/list", method::list_tools, eras::both, needs::tools},
    {"ping", method::ping, eras::legacy, needs::nothing},
    {"initialize", method::initialize, eras::legacy, needs::nothing},
    {"logging/setLevel", method::set_log_level, eras::legacy, needs::nothing},
    {"server/discover", method::discover, eras::modern, needs::nothing},
    {"resources/list", method::list_resources, eras::both, needs::resources},
    {"resources/templates/list", method::list_resource_templates, eras::both, needs::resources},
    {"resources/read", method::read_resource, eras::both, needs::resources},
    {"resources/subscribe", method::subscribe, eras::legacy, needs::watched_resources},
    {"resources/unsubscribe", method::unsubscribe, eras::legacy, needs::watched_resources},
    {"subscriptions/listen", method::listen, eras::modern, needs::nothing},
    {"tasks/get", method::get_task, eras::both, needs::tasks},
    {"tasks/result", method::task_result, eras::legacy, needs::tasks},
    {"tasks/list", method::list_tasks, eras::legacy, needs::tasks},
    {"tasks/update", method::update_task, eras::modern, needs::tasks},
    {"tasks/cancel", method::cancel_task, eras::both, needs::tasks},
    {"prompts/list", method::list_prompts, eras::both, needs::prompts},
    {"prompts/get", method::get_prompt, eras::both, needs::prompts},
    {"completion/complete", method::complete, eras::both, needs::resources_or_prompts},
}};

bool is_offered(needs what, const registry& offers)
{
    switch (what) {
    case needs::nothing:
        return true;
    case needs::tools:
        return !offers.tools().empty();
    case needs::resources:
        return !offers.resources().empty();
    case needs::watched_resources:
        return offers.announces_updates();
    case needs::prompts:
        return !offers.prompts().empty();
    case needs::tasks:
        return offers.has_tasks();
    case needs::resources_or_prompts:
        break;
    }
    return !offers.resources().empty() || !offers.prompts().empty();
}

bool exists(eras in, era when)
{
    return in == eras::both || (in == eras::modern) == (when == era::modern);
}

outcome write_list(exchange& x, std::string_view name, std::span<const list_item> items)
{
    x.traits.cacheable = true;
    x.traits.fresh_for = x.of.settings().lists_fresh_for;
    return write_page(x.message, items, {.name = name, .size = x.of.settings().page_size}, x.params);
}

void write_discovery(exchange& x)
{
    begin_member(x.message, "supportedVersions");
    x.message += '[';
    json::write_string(x.message, traits_of(newest).name);
    x.message += ']';
    write_capabilities(x.message, x.of.offers(), x.speak.knows());
    write_text_member(x.message, "instructions", x.of.settings().instructions);
    x.traits.cacheable = true;
    x.traits.fresh_for = x.of.settings().lists_fresh_for;
}

} // namespace

std::optional<method> find_method(std::string_view name, era when, const registry& offers)
{
    const auto at = std::ranges::find(methods, name, &method_entry::name);
    if (at == methods.end() || !exists(at->exists_in, when) || !is_offered(at->offers, offers))
        return std::nullopt;
    return at->which;
}

bool is_about_tasks(method m)
{
    return m == method::get_task || m == method::task_result || m == method::list_tasks || m == method::update_task ||
           m == method::cancel_task;
}

bool may_wait(method m)
{
    return m == method::call_tool || m == method::read_resource || m == method::get_prompt || m == method::listen ||
           m == method::task_result;
}

outcome answer_now(method m, exchange& x)
{
    const auto& offers = x.of.offers();
    const auto& knows = x.speak.knows();
    switch (m) {
    case method::ping:
        return {};
    case method::list_tools:
        return write_list(
            x,
            "tools",
            x.of.tools().items(knows, x.from, x.declared.shows_apps ? app_support::shown : app_support::none)
        );
    case method::list_resources:
        return write_list(x, "resources", list_resources({offers, x.of.rules(), x.from}, knows));
    case method::list_resource_templates:
        return write_list(x, "resourceTemplates", list_resource_templates({offers, x.of.rules(), x.from}, knows));
    case method::list_prompts:
        return write_list(x, "prompts", list_prompts(offers, knows));
    case method::complete:
        return complete(x);
    case method::discover:
        write_discovery(x);
        return {};
    case method::get_task:
    case method::list_tasks:
    case method::update_task:
    case method::cancel_task:
        return answer_about_tasks(m, x);
    default:
        return refuse(rpc_code::internal_error, "Internal error: the method has no handler");
    }
}

io::task<outcome> answer_later(method m, exchange& x, peer& up)
{
    switch (m) {
    case method::read_resource:
        return read_resource(x, up);
    case method::get_prompt:
        return get_prompt(x, up);
    default:
        return call_tool(x, up);
    }
}

void write_handshake(exchange& x)
{
    const auto& knows = x.speak.knows();
    write_text_member(x.message, "protocolVersion", knows.name);
    write_capabilities(x.message, x.of.offers(), knows);
    begin_member(x.message, "serverInfo");
    x.message += x.of.server_info(knows);
    write_text_member(x.message, "instructions", x.of.settings().instructions);
}

std::optional<std::string_view> text_parameter(const boost::json::object& params, std::string_view name)
{
    const auto* v = params.if_contains(name);
    if (v == nullptr || !v->is_string())
        return std::nullopt;
    return std::string_view(v->get_string());
}

rpc_error rpc_error_of(const error& e)
{
    const bool callers_fault = e.code == condition::invalid_argument || e.code == condition::not_found;
    return {callers_fault ? rpc_code::invalid_params : rpc_code::internal_error, failure_text(e)};
}

rpc_error scope_missing(const call& c, std::string message)
{
    return {
        .code = rpc_code::insufficient_scope,
        .message = std::move(message),
        .data = R"({"scope":")" + c.needed_scope() + "\"}",
        .needed_scope = c.needed_scope(),
    };
}

call make_call(const exchange& x, peer& up)
{
    call c(x.from, up, io::deadline::after(x.of.rules().settings().longest_call));
    if (const auto* meta = x.params.if_contains("_meta"); meta != nullptr && meta->is_object())
        if (const auto parent = text_parameter(meta->get_object(), "traceparent"))
            c.set_trace(log::parse_traceparent(*parent).value_or(log::trace_context{}));
    return c;
}

std::string suggestion(std::string_view asked, std::span<const std::string_view> known)
{
    const auto closest = nearest(asked, known);
    return closest.empty() ? std::string{} : "; did you mean \"" + std::string(closest) + "\"?";
}

} // namespace basekeeper::mcp
