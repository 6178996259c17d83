// Reading the filter of a listening client, writing its notices.
#include "mcp/listen.hpp"

#include "json/text.hpp"
#include "mcp/codec.hpp"

#include <array>
#include <utility>

namespace basekeeper::mcp {
namespace {

constexpr std::size_t most_names = 1'000;
constexpr std::size_t longest_name = 2'048;

using names = std::set<std::string, std::less<>>;

std::expected<names, rpc_error> read_names(const boost::json::object& wanted, std::string_view key)
{
    names out;
    const auto* given = wanted.if_contains(key);
    if (given == nullptr)
        return out;
    if (!given->is_array() || given->get_array().size() > most_names)
        return refuse(
            rpc_code::invalid_params,
            "Invalid params: notifications." + std::string(key) + " must be an array of at most 1000 strings"
        );
    for (const auto& one : given->get_array()) {
        if (!one.is_string())
            return refuse(
                rpc_code::invalid_params,
                "Invalid params: notifications." + std::string(key) + " must hold strings only"
            );
        if (one.get_string().size() > longest_name)
            return refuse(
                rpc_code::invalid_params,
                "Invalid params: notifications." + std::string(key) + " must hold strings of at most 2048 bytes"
            );
        out.emplace(one.get_string());
    }
    return out;
}

void write_names(std::string& out, std::string_view key, const names& all)
{
    if (all.empty())
        return;
    begin_member(out, key);
    out += '[';
    for (const auto& one : all) {
        if (out.back() != '[')
            out += ',';
        json::write_string(out, one);
    }
    out += ']';
}

constexpr std::array<std::pair<std::string_view, list_kind>, 3> list_members{{
    {"toolsListChanged", list_kind::tools},
    {"promptsListChanged", list_kind::prompts},
    {"resourcesListChanged", list_kind::resources},
}};

bool is_offered(list_kind which, const registry& offers)
{
    switch (which) {
    case list_kind::tools:
        return !offers.tools().empty();
    case list_kind::prompts:
        return !offers.prompts().empty();
    case list_kind::resources:
        break;
    }
    return !offers.resources().empty();
}

} // namespace

std::expected<listen_filter, rpc_error>
read_listen_filter(const boost::json::object& params, const registry& offers, const client_profile& from)
{
    const auto* wanted = params.if_contains("notifications");
    if (wanted == nullptr || !wanted->is_object())
        return refuse(rpc_code::invalid_params, "Invalid params: notifications must be an object");
    const auto& members = wanted->get_object();
    listen_filter filter;
    for (const auto& [name, which] : list_members)
        if (const auto* on = members.if_contains(name)) {
            if (!on->is_bool())
                return refuse(
                    rpc_code::invalid_params,
                    "Invalid params: notifications." + std::string(name) + " must be a boolean"
                );
            if (on->get_bool() && is_offered(which, offers))
                filter.lists.insert(which);
        }
    auto uris = read_names(members, "resourceSubscriptions");
    auto tasks = read_names(members, "taskIds");
    if (!uris || !tasks)
        return std::unexpected(!uris ? uris.error() : tasks.error());
    if (!tasks->empty() && !from.takes_tasks)
        return std::unexpected(tasks_not_declared());
    filter.uris = *std::move(uris);
    filter.task_ids = *std::move(tasks);
    return filter;
}

bool may_watch(std::string_view uri, const registry& offers, const policy& rules, const caller& from)
{
    if (uri.size() > longest_name)
        return false;
    const auto found = offers.locate(uri);
    if (found.what == nullptr || !found.what->announces_updates || !rules.offers(*found.what, from))
        return false;
    const auto instance = found.variables.find("instance");
    return instance == found.variables.end() || rules.reaches(instance->second, found.what->group, from);
}

void write_honoured(std::string& out, const listen_filter& filter)
{
    begin_member(out, "notifications");
    out += '{';
    for (const auto& [name, which] : list_members)
        if (filter.lists.contains(which)) {
            begin_member(out, name);
            out += "true";
        }
    write_names(out, "resourceSubscriptions", filter.uris);
    write_names(out, "taskIds", filter.task_ids);
    out += '}';
}

std::string list_changed_notice(list_kind which)
{
    switch (which) {
    case list_kind::tools:
        return begin_notification("notifications/tools/list_changed");
    case list_kind::prompts:
        return begin_notification("notifications/prompts/list_changed");
    case list_kind::resources:
        break;
    }
    return begin_notification("notifications/resources/list_changed");
}

std::string resource_updated_notice(std::string_view uri)
{
    auto text = begin_notification("notifications/resources/updated");
    write_text_member(text, "uri", uri);
    return text;
}

} // namespace basekeeper::mcp
