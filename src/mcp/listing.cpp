// Elements of lists as JSON text; cursors that survive changes of the list between pages.
#include "mcp/listing.hpp"

#include "crypto/encoding.hpp"
#include "json/text.hpp"
#include "mcp/uri_template.hpp"

#include <algorithm>

namespace basekeeper::mcp {
namespace {

constexpr std::string_view cursor_version = "1:";

/// Hints that differ from the protocol's defaults (destructive, not read-only, open world); the rest is left out.
std::string_view annotations(effect worst)
{
    switch (worst) {
    case effect::reads:
        return R"({"readOnlyHint":true,"openWorldHint":false})";
    case effect::writes:
        return R"({"destructiveHint":false,"openWorldHint":false})";
    case effect::destroys:
        break;
    }
    return R"({"openWorldHint":false})";
}

list_item describe(const resource& r, std::string_view address, const version_traits& knows)
{
    std::string json = "{";
    write_text_member(json, address, r.uri);
    write_text_member(json, "name", r.name);
    if (knows.structured_content)
        write_text_member(json, "title", r.title);
    write_text_member(json, "description", r.description);
    write_text_member(json, "mimeType", r.mime_type);
    write_ui_meta(json, r);
    json += '}';
    return {r.uri, std::move(json)};
}

/// What the list of tools depends on besides the version.
std::string key_of(const caller& from)
{
    if (from.sees.is_whole() && !from.who.rights)
        return {};
    auto key = key_of(from.sees);
    if (from.who.rights)
        key.append(" ").append(from.who.rights->key());
    return key;
}

std::string argument_json(const prompt_argument& a)
{
    std::string json = "{";
    write_text_member(json, "name", a.name);
    write_text_member(json, "description", a.description);
    if (a.required) {
        begin_member(json, "required");
        json += "true";
    }
    json += '}';
    return json;
}

/// The index that the cursor points at; nothing when it is not one of ours or its item is gone.
std::optional<std::size_t> find_start(std::span<const list_item> items, std::string_view list, std::string_view cursor)
{
    const auto decoded = crypto::from_base64url(cursor);
    if (!decoded)
        return std::nullopt;
    auto text = crypto::text_of(*decoded);
    const auto prefix = std::string(cursor_version).append(list).append(":");
    if (!text.starts_with(prefix))
        return std::nullopt;
    text.remove_prefix(prefix.size());
    const auto at = std::ranges::find(items, text, &list_item::key);
    return at == items.end() ? std::nullopt : std::optional<std::size_t>(at - items.begin() + 1);
}

/// Appends `_meta` of a tool whose results a page shows.
void write_app(std::string& json, const std::string& address)
{
    begin_member(json, "_meta");
    json += R"({"ui":{"resourceUri":)";
    json::write_string(json, address);
    json += R"(},"ui/resourceUri":)"; // the name that hosts of before 2026-01-26 look for
    json::write_string(json, address);
    json += '}';
}

} // namespace

/// Left open: `}` follows.
std::string tool_listing::describe(const tool& t, family f, const caller& from) const
{
    std::string json = "{";
    write_text_member(json, "name", t.about.name);
    write_text_member(json, "description", t.about.description);
    begin_member(json, "inputSchema");
    json::write_value(json, rules_.published_schema(t, from.sees));
    if (f >= family::structured && !t.output_schema.empty()) {
        begin_member(json, "outputSchema");
        json::write_value(json, t.output_schema);
    }
    if (f >= family::annotated) {
        begin_member(json, "annotations");
        json += annotations(t.about.worst);
    }
    if (f == family::tasked && t.about.as_task != task_support::forbidden) {
        begin_member(json, "execution");
        json += t.about.as_task == task_support::required ? R"({"taskSupport":"required"})"
                                                          : R"({"taskSupport":"optional"})";
    }
    return json;
}

std::vector<list_item> tool_listing::build(family f, app_support apps, const caller& from) const
{
    std::vector<list_item> items;
    for (const auto& t : all_.tools()) {
        if (!rules_.offers(t, from))
            continue;
        auto json = describe(t, f, from);
        if (apps == app_support::shown && !t.about.app.empty())
            write_app(json, t.about.app);
        json += '}';
        items.push_back({t.about.name, std::move(json)});
    }
    return items;
}

std::span<const list_item> tool_listing::items(const version_traits& knows, const caller& from, app_support apps)
{
    constexpr std::size_t most_kinds_of_callers = 64;
    auto instances = instances_.names();
    if (instances != built_for_ || built_.size() > most_kinds_of_callers) {
        built_.clear();
        built_for_ = std::move(instances);
    }
    const auto f = knows.core_tasks           ? family::tasked
                   : knows.structured_content ? family::structured
                   : knows.annotations        ? family::annotated
                                              : family::plain;
    const auto place = 2 * static_cast<std::size_t>(f) + static_cast<std::size_t>(apps);
    auto& items = built_[key_of(from)][place];
    if (items.empty())
        items = build(f, apps, from);
    return items;
}

void write_ui_meta(std::string& out, const resource& r)
{
    if (r.ui.empty())
        return;
    begin_member(out, "_meta");
    out.append(R"({"ui":)").append(r.ui).append("}");
}

std::vector<list_item> list_resources(resource_view of, const version_traits& knows)
{
    std::vector<list_item> items;
    for (const auto& r : of.all.resources())
        if (of.rules.offers(r, of.from) && !is_uri_template(r.uri))
            items.push_back(describe(r, "uri", knows));
    return items;
}

std::vector<list_item> list_resource_templates(resource_view of, const version_traits& knows)
{
    std::vector<list_item> items;
    for (const auto& r : of.all.resources())
        if (of.rules.offers(r, of.from) && is_uri_template(r.uri))
            items.push_back(describe(r, "uriTemplate", knows));
    return items;
}

std::vector<list_item> list_prompts(const registry& all, const version_traits& knows)
{
    std::vector<list_item> items;
    for (const auto& p : all.prompts()) {
        std::string json = "{";
        write_text_member(json, "name", p.name);
        if (knows.structured_content)
            write_text_member(json, "title", p.title);
        write_text_member(json, "description", p.description);
        if (!p.arguments.empty()) {
            begin_member(json, "arguments");
            char separator = '[';
            for (const auto& a : p.arguments) {
                json += separator;
                separator = ',';
                json += argument_json(a);
            }
            json += ']';
        }
        json += '}';
        items.push_back({p.name, std::move(json)});
    }
    return items;
}

outcome
write_page(std::string& out, std::span<const list_item> items, page_request page, const boost::json::object& params)
{
    std::size_t from = 0;
    if (const auto* cursor = params.if_contains("cursor")) {
        // An empty cursor is what some clients send for the first page.
        if (!cursor->is_string())
            return refuse(rpc_code::invalid_params, "Invalid params: cursor must be a string");
        if (!cursor->get_string().empty()) {
            const auto start = find_start(items, page.name, cursor->get_string());
            if (!start)
                return refuse(rpc_code::invalid_params, "Invalid params: unknown cursor; start again without one");
            from = *start;
        }
    }
    const auto to = std::min(items.size(), from + page.size);
    begin_member(out, page.name);
    out += '[';
    for (auto i = from; i < to; ++i) {
        if (i != from)
            out += ',';
        out += items[i].json;
    }
    out += ']';
    if (to < items.size()) {
        const auto cursor = std::string(cursor_version).append(page.name).append(":").append(items[to - 1].key);
        write_text_member(out, "nextCursor", crypto::to_base64url(crypto::bytes_of(cursor)));
    }
    return {};
}

void write_capabilities(std::string& out, const registry& all, const version_traits& knows)
{
    begin_member(out, "capabilities");
    out += '{';
    const auto declare = [&](std::string_view name, std::string_view what) {
        begin_member(out, name);
        out += what;
    };
    constexpr std::string_view changing = R"({"listChanged":true})";
    if (!all.tools().empty())
        declare("tools", changing);
    if (!all.resources().empty())
        declare(
            "resources",
            all.announces_updates() ? R"({"subscribe":true,"listChanged":true})" : R"({"listChanged":true})"
        );
    if (!all.prompts().empty())
        declare("prompts", changing);
    if (knows.completions && !(all.resources().empty() && all.prompts().empty()))
        declare("completions", "{}");
    declare("logging", "{}");
    if (knows.core_tasks && all.has_tasks())
        declare("tasks", R"({"list":{},"cancel":{},"requests":{"tools":{"call":{}}}})");
    if (knows.belongs_to() == era::modern && (all.has_tasks() || all.has_apps())) {
        begin_member(out, "extensions");
        out += '{';
        if (all.has_tasks())
            declare(tasks_extension, "{}");
        if (all.has_apps())
            declare(ui_extension, "{}");
        out += '}';
    }
    out += '}';
}

} // namespace basekeeper::mcp
