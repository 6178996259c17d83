// Filling in variables as docker compose does, and reading services.
#include "features/rehearsal/definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace basekeeper::rehearsal {
namespace {

bool begins_name(char c)
{
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::size_t name_length(std::string_view text)
{
    if (text.empty() || !begins_name(text.front()))
        return 0;
    const auto end = std::ranges::find_if(text, [](char c) { return !begins_name(c) && (c < '0' || c > '9'); });
    return static_cast<std::size_t>(end - text.begin());
}

/// The end of what stands in braces, which may hold braces itself; npos when it is not closed.
std::size_t closing_brace(std::string_view text, std::size_t from)
{
    int depth = 0;
    for (auto at = from; at < text.size(); ++at) {
        if (text[at] == '{')
            ++depth;
        else if (text[at] == '}' && --depth == 0)
            return at;
    }
    return std::string_view::npos;
}

std::string value_or_blank(std::string_view name, const variables& values, std::vector<std::string>& unset)
{
    const auto found = values.find(name);
    if (found != values.end())
        return found->second;
    if (std::ranges::find(unset, name) == unset.end())
        unset.emplace_back(name);
    return {};
}

/// What `NAME…` in braces stands for.
result<std::string> expanded(std::string_view inside, const variables& values, std::vector<std::string>& unset)
{
    const auto length = name_length(inside);
    const auto name = inside.substr(0, length);
    auto rest = inside.substr(length);
    if (length == 0)
        return fail(condition::invalid_argument, fmt::format("invalid interpolation format: \"${{{}}}\"", inside));
    if (rest.empty())
        return value_or_blank(name, values, unset);
    const bool also_empty = rest.starts_with(':');
    if (also_empty)
        rest.remove_prefix(1);
    const auto found = values.find(name);
    const bool given = found != values.end() && (!also_empty || !found->second.empty());
    if (rest.starts_with('-'))
        return given ? result<std::string>(found->second) : interpolated(rest.substr(1), values, unset);
    if (rest.starts_with('+'))
        return given ? interpolated(rest.substr(1), values, unset) : result<std::string>(std::string{});
    if (rest.starts_with('?') && !given)
        return fail(
            condition::invalid_argument,
            fmt::format("required variable {} is missing a value: {}", name, rest.substr(1))
        );
    return given ? found->second : std::string{};
}

/// Everything of a node in one line, filled in: equal texts are equal definitions.
result<std::string> flattened(const yaml::node& n, const variables& values, std::vector<std::string>& unset)
{
    if (n.kind == yaml::node_kind::scalar)
        return interpolated(n.text, values, unset);
    std::string out = n.kind == yaml::node_kind::sequence ? "[" : "{";
    for (const auto& item : n.items)
        out += TRY(flattened(item, values, unset)) + ",";
    for (const auto& [key, value] : n.members)
        out += key.text + ":" + TRY(flattened(value, values, unset)) + ",";
    return out + (n.kind == yaml::node_kind::sequence ? "]" : "}");
}

struct reader
{
    const variables& values;
    std::vector<std::string>& unset;

    result<std::string> filled(const yaml::node* n) const
    {
        return n == nullptr ? result<std::string>(std::string{}) : interpolated(n->text, values, unset);
    }

    result<> read_environment(const yaml::node& from, service_definition& into) const
    {
        for (const auto& item : from.items) {
            auto text = TRY(interpolated(item.text, values, unset));
            if (!text.contains('='))
                text += "=" + value_or_blank(text, values, unset);
            into.env.push_back(std::move(text));
        }
        for (const auto& [key, value] : from.members)
            into.env.push_back(key.text + "=" + TRY(interpolated(value.text, values, unset)));
        return {};
    }

    static void read_dependencies(const yaml::node& from, service_definition& into)
    {
        for (const auto& item : from.items)
            into.depends_on.emplace_back(item.text, waits_for::started);
        for (const auto& [key, value] : from.members) {
            const auto* condition = value.find("condition");
            const bool healthy = condition != nullptr && condition->text == "service_healthy";
            into.depends_on.emplace_back(key.text, healthy ? waits_for::healthy : waits_for::started);
        }
    }

    result<> read_volumes(const yaml::node& from, service_definition& into) const
    {
        for (const auto& item : from.items) {
            std::string source = TRY(filled(item.find("source")));
            std::string target = TRY(filled(item.find("target")));
            if (item.kind == yaml::node_kind::scalar) {
                const auto text = TRY(interpolated(item.text, values, unset));
                const auto colon = text.find(':');
                source = text.substr(0, colon);
                target = colon == std::string::npos ? text : text.substr(colon + 1);
                target = target.substr(0, target.find(':'));
            }
            if (source.starts_with('.') || source.starts_with('/') || source.starts_with('~'))
                into.binds.push_back({std::move(source), std::move(target)});
            else
                into.volumes.emplace_back(std::move(source), std::move(target));
        }
        return {};
    }

    result<> read_ports(const yaml::node& from, service_definition& into) const
    {
        for (const auto& item : from.items) {
            const auto text = item.kind == yaml::node_kind::scalar ? TRY(interpolated(item.text, values, unset))
                                                                   : TRY(filled(item.find("published"))) + ":";
            const auto last = text.rfind(':');
            if (last == std::string::npos)
                continue;
            const auto before = text.rfind(':', last == 0 ? 0 : last - 1);
            into.published.push_back(
                before == std::string::npos || before == last ? text.substr(0, last)
                                                              : text.substr(before + 1, last - before - 1)
            );
        }
        return {};
    }

    result<service_definition> read(const stack::compose_file::service& from) const
    {
        const auto& n = *from.node;
        service_definition out{.name = from.name, .role = from.role};
        out.image = TRY(filled(n.find("image")));
        if (out.image.empty() && n.find("build") == nullptr)
            return fail(
                condition::invalid_argument,
                fmt::format(
                    "service \"{}\" has neither an image nor a build context specified: invalid compose project",
                    from.name
                )
            );
        if (const auto* env = n.find("environment"))
            TRY(read_environment(*env, out));
        if (const auto* needs = n.find("depends_on"))
            read_dependencies(*needs, out);
        if (const auto* volumes = n.find("volumes"))
            TRY(read_volumes(*volumes, out));
        if (const auto* ports = n.find("ports"))
            TRY(read_ports(*ports, out));
        const auto* check = n.find("healthcheck");
        const auto* disabled = check == nullptr ? nullptr : check->find("disable");
        out.is_checked = check != nullptr && (disabled == nullptr || disabled->text != "true");
        out.container_name = TRY(filled(n.find("container_name")));
        out.text = TRY(flattened(n, values, unset));
        return out;
    }
};

} // namespace

result<std::string> interpolated(std::string_view text, const variables& values, std::vector<std::string>& unset)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '$') {
            out += text[at];
            continue;
        }
        const auto next = text.substr(at + 1);
        if (next.starts_with('$')) {
            out += '$';
            ++at;
        } else if (next.starts_with('{')) {
            const auto end = closing_brace(text, at + 1);
            if (end == std::string_view::npos)
                return fail(condition::invalid_argument, fmt::format("invalid interpolation format: \"{}\"", text));
            out += TRY(expanded(text.substr(at + 2, end - at - 2), values, unset));
            at = end;
        } else if (const auto length = name_length(next); length > 0) {
            out += value_or_blank(next.substr(0, length), values, unset);
            at += length;
        } else {
            out += '$';
        }
    }
    return out;
}

result<definitions> read_definitions(const std::string& compose_text, const variables& values)
{
    const auto file = TRY(stack::compose_file::parse(compose_text));
    definitions out;
    const reader with{values, out.unset};
    out.services.reserve(file.services().size());
    for (const auto& one : file.services())
        out.services.push_back(TRY(with.read(one)));
    for (const auto& service : out.services)
        for (const auto& [needed, how] : service.depends_on)
            if (std::ranges::find(out.services, needed, &service_definition::name) == out.services.end())
                return fail(
                    condition::invalid_argument,
                    fmt::format(
                        "service \"{}\" depends on undefined service \"{}\": invalid compose project",
                        service.name,
                        needed
                    )
                );
    return out;
}

} // namespace basekeeper::rehearsal
