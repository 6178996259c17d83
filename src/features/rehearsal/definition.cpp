// Reading services, with their variables filled in.
#include "features/rehearsal/definition.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::rehearsal {
namespace {

/// Everything of a node in one line, filled in: equal texts are equal definitions.
result<std::string> flattened(const yaml::node& n, const variables& values, std::vector<std::string>& unset)
{
    if (n.kind == yaml::node_kind::scalar)
        return stack::interpolated(n.text, values, unset);
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
        return n == nullptr ? result<std::string>(std::string{}) : stack::interpolated(n->text, values, unset);
    }

    result<> read_environment(const yaml::node& from, service_definition& into) const
    {
        for (const auto& item : from.items) {
            auto text = TRY(stack::interpolated(item.text, values, unset));
            if (!text.contains('='))
                text += "=" + TRY(stack::interpolated("${" + text + "}", values, unset));
            into.env.push_back(std::move(text));
        }
        for (const auto& [key, value] : from.members)
            into.env.push_back(key.text + "=" + TRY(stack::interpolated(value.text, values, unset)));
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
                const auto text = TRY(stack::interpolated(item.text, values, unset));
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
            const auto text = item.kind == yaml::node_kind::scalar ? TRY(stack::interpolated(item.text, values, unset))
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
