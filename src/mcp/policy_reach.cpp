// What of the server a caller can see and name: tools, resources, instances, tasks.
#include "base/text.hpp"
#include "mcp/policy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace basekeeper::mcp {
namespace {

constexpr std::string_view instance_key = "instance";
constexpr std::string_view instance_synonym = "project_id"; // the name that Supabase's own server uses
constexpr std::string_view confirm_key = "confirm";

/// True when the tool has a parameter of that name for itself.
bool has_parameter(const tool& t, std::string_view name)
{
    const auto* properties = t.input_schema.if_contains("properties");
    return properties != nullptr && properties->as_object().contains(name);
}

bool shows_group(const view& sees, std::string_view group)
{
    return sees.features.empty() || group == always_offered ||
           std::ranges::find(sees.features, group) != sees.features.end();
}

/// Why none of `known` is meant.
std::unexpected<error> unchosen(std::string_view asked, const std::vector<std::string>& known)
{
    if (known.empty())
        return fail(
            condition::not_found,
            "no instance is configured",
            "run `basekeeper local up dev` for a local one, or `basekeeper instance add NAME --database-url URL`"
        );
    if (asked.empty())
        return fail(
            condition::invalid_argument,
            fmt::format("instance: required, as {} are configured: {}", known.size(), fmt::join(known, ", ")),
            "name one of them"
        );
    return fail(
        condition::not_found,
        fmt::format("instance: \"{}\" is not configured; known: {}", utf8_prefix(asked, 64), fmt::join(known, ", ")),
        "call list_instances, or add it with `basekeeper instance add`"
    );
}

} // namespace

bool policy::offers(const tool& t, const caller& from) const
{
    if (t.about.group.empty())
        return true;
    const auto& sees = from.sees;
    const bool read_only = settings_.mode == access::read_only || sees.mode == access::read_only;
    if (read_only && needed_by_all(t.about) != effect::reads)
        return false;
    if (!shows_group(sees, t.about.group))
        return false;
    return !from.who.rights || from.who.rights->allows(t.about.group, needed_by_all(t.about), "");
}

bool policy::offers(const resource& r, const caller& from) const
{
    return shows_group(from.sees, r.group) && (!from.who.rights || from.who.rights->allows(r.group, effect::reads, ""));
}

boost::json::object policy::published_schema(const tool& t, const view& sees) const
{
    auto schema = t.input_schema;
    const auto property = [&](std::string_view name, boost::json::object what) {
        if (!schema.contains("properties"))
            schema["properties"] = boost::json::object{};
        schema["properties"].as_object()[name] = std::move(what);
    };
    const bool pinned = !settings_.pinned_instance.empty() || !sees.instance.empty();
    if (t.about.about == subject::instance && !pinned && instances_.names().size() != 1)
        property(instance_key, {{"type", "string"}, {"description", "Name from list_instances."}});
    if (may_need_confirmation(t))
        property(confirm_key, {{"type", "string"}, {"description", "Token from the answer that asked to confirm."}});
    return schema;
}

bool policy::may_need_confirmation(const tool& t) const
{
    return !t.about.group.empty() && t.about.worst >= settings_.confirm_from;
}

result<std::string>
policy::choose_instance(const tool& t, const boost::json::object& arguments, const caller& from) const
{
    std::string asked = limited_to(from.sees);
    for (const auto key : {instance_key, instance_synonym}) {
        const auto* value = arguments.if_contains(key);
        if (value == nullptr || has_parameter(t, key))
            continue;
        if (!value->is_string())
            return fail(condition::invalid_argument, fmt::format("{}: must be a string", key), "see list_instances");
        const std::string name(value->get_string());
        if (!asked.empty() && asked != name)
            return fail(
                condition::denied,
                fmt::format("{}: this server is limited to instance \"{}\"", key, asked),
                fmt::format("leave {} out", key)
            );
        asked = name;
    }
    const auto known = instances_for(t.about.group, from);
    if (!asked.empty() && std::ranges::find(known, asked) != known.end())
        return asked;
    // Who may use some only is told the same of others, whether they exist or not.
    if (!asked.empty() && !reaches(asked, t.about.group, from))
        return asked;
    if (asked.empty() && known.size() == 1)
        return known.front();
    return unchosen(asked, known);
}

const std::string& policy::limited_to(const view& sees) const
{
    return settings_.pinned_instance.empty() ? sees.instance : settings_.pinned_instance;
}

bool policy::reaches(std::string_view instance, std::string_view group, const caller& from) const
{
    const auto& only = limited_to(from.sees);
    return (only.empty() || only == instance) &&
           (!from.who.rights || group.empty() || from.who.rights->allows(group, effect::reads, instance));
}

std::vector<std::string> policy::instances_for(std::string_view group, const caller& from) const
{
    auto out = instances_.names();
    std::erase_if(out, [&](const std::string& name) { return !reaches(name, group, from); });
    return out;
}

std::string policy::instance_of(const tool& t, const boost::json::object& arguments, const caller& from) const
{
    if (t.about.about != subject::instance)
        return {};
    return choose_instance(t, arguments, from).value_or("");
}

bool policy::shows_work(const tool& t, std::string_view instance, const caller& from) const
{
    if (!offers(t, from))
        return false;
    if (t.about.about != subject::instance || t.about.group.empty())
        return true;
    const auto& only = limited_to(from.sees);
    const auto needed = needed_by_all(t.about);
    return (only.empty() || only == instance) &&
           (!from.who.rights || (!instance.empty() && from.who.rights->allows(t.about.group, needed, instance)));
}

result<> policy::check_group(std::string_view group, call& c, judgement& d) const
{
    if (shows_group(c.sees(), group))
        return {};
    d.word = "invalid";
    return fail(
        condition::not_found,
        fmt::format("this is of the group {}, which the connection left out", group),
        "connect with features that name the group"
    );
}

io::task<result<>>
policy::name_instance(const template_variables& values, std::string_view group, call& c, judgement& d)
{
    const auto named = values.find(instance_key);
    if (named == values.end())
        co_return result<>{};
    const caller from{c.who(), c.sees()};
    const auto& only = limited_to(from.sees);
    const auto is_known = [&] {
        const auto known = instances_.names();
        return std::ranges::find(known, named->second) != known.end();
    };
    if (!only.empty() && named->second != only) {
        d.word = "invalid";
        co_return fail(
            condition::denied, fmt::format("this server is limited to instance \"{}\"", only), "read a resource of that"
        );
    }
    if (!is_known())
        co_await instances_.refresh();
    // Only a name that exists goes into the audit trail: anything can stand in an address.
    if (is_known())
        c.select_instance(named->second);
    if (!reaches(named->second, group, from)) {
        d.word = "refused_scope";
        auto scope = scope_name(group, effect::reads);
        auto message = fmt::format("this needs the scope {} on that instance", scope);
        c.lacks_scope(std::move(scope));
        co_return fail(condition::denied, std::move(message), "use a credential that was granted it");
    }
    if (c.instance().empty()) {
        d.word = "invalid";
        co_return unchosen(named->second, instances_for(group, from));
    }
    co_return result<>{};
}

void policy::drop_instance(const tool& t, boost::json::object& arguments)
{
    for (const auto key : {instance_key, instance_synonym})
        if (!has_parameter(t, key))
            arguments.erase(key);
}

result<> policy::check_offered(const tool& t, call& c, judgement& d) const
{
    const caller from{c.who(), c.sees()};
    if (offers(t, from))
        return {};
    const bool by_mode = !offers(t, {{c.who().id}, {.mode = c.sees().mode}});
    if (by_mode) {
        d.word = "refused_read_only";
        return fail(
            condition::denied,
            fmt::format("{} can change data and this server is read-only", t.about.name),
            settings_.mode == access::read_only
                ? "use query_database to read; to write, the operator must start the server without --read-only"
                : "use query_database to read; to write, connect without read_only=true"
        );
    }
    if (!offers(t, {{c.who().id}, c.sees()})) {
        d.word = "invalid";
        return fail(
            condition::not_found,
            fmt::format("{} is of the group {}, which this connection left out", t.about.name, t.about.group),
            "connect with features that name the group"
        );
    }
    return check_rights(t.about.group, needed_by_all(t.about), c, d);
}

result<> policy::check_rights(std::string_view group, effect does, call& c, judgement& d) const
{
    const auto& rights = c.who().rights;
    if (!rights || group.empty() || rights->allows(group, does, c.instance()))
        return {};
    d.word = "refused_scope";
    auto scope = scope_name(group, does);
    auto message = c.instance().empty()
                       ? fmt::format("this needs the scope {}", scope)
                       : fmt::format("this needs the scope {} on instance \"{}\"", scope, c.instance());
    c.lacks_scope(std::move(scope));
    return fail(condition::denied, std::move(message), "use a credential that was granted it");
}

/// What only the arguments tell: that this call writes although others of the tool do not, and where else it reads.
result<> policy::check_intent(const tool& t, const plan& intent, call& c, judgement& d) const
{
    const bool read_only = settings_.mode == access::read_only || c.sees().mode == access::read_only;
    if (read_only && t.about.least && intent.does != effect::reads) {
        d.word = "refused_read_only";
        return fail(
            condition::denied,
            fmt::format("{} would write here ({}) and this server is read-only", t.about.name, intent.summary),
            settings_.mode == access::read_only ? "the operator must start the server without --read-only"
                                                : "connect without read_only=true"
        );
    }
    TRY(check_rights(t.about.group, std::max(intent.does, needed_by_all(t.about)), c, d));
    return check_others(t, intent, c, d);
}

result<> policy::check_others(const tool& t, const plan& intent, call& c, judgement& d) const
{
    const caller from{c.who(), c.sees()};
    const auto& only = limited_to(from.sees);
    for (const auto& name : intent.also_reads) {
        if (!only.empty() && only != name)
            return fail(
                condition::denied,
                fmt::format("this server is limited to instance \"{}\"", only),
                "leave other instances out"
            );
        if (reaches(name, t.about.group, from))
            continue;
        d.word = "refused_scope";
        auto scope = scope_name(t.about.group, effect::reads);
        auto message = fmt::format("this needs the scope {} on instance \"{}\" too", scope, utf8_prefix(name, 64));
        c.lacks_scope(std::move(scope));
        return fail(condition::denied, std::move(message), "name an instance that list_instances shows");
    }
    return {};
}

std::string scope_name(std::string_view group, effect what)
{
    constexpr std::array<std::string_view, 3> rights{"read", "write", "destroy"};
    return fmt::format("{}:{}", group, rights[static_cast<std::size_t>(what)]);
}

} // namespace basekeeper::mcp
