// Keeps the lists and finds by name.
#include "mcp/registry.hpp"

#include "mcp/uri_template.hpp"

#include <algorithm>
#include <stdexcept>

namespace basekeeper::mcp {
namespace {

template <class T>
const T* find_named(const std::vector<T>& all, std::string_view name, std::string T::* key)
{
    const auto at = std::ranges::find(all, name, key);
    return at == all.end() ? nullptr : &*at;
}

} // namespace

void registry::add(tool t)
{
    if (find_tool(t.about.name) != nullptr)
        throw std::logic_error("two tools are called " + t.about.name);
    auto headers = find_parameter_headers(t.input_schema);
    if (!headers)
        throw std::logic_error("the tool " + t.about.name + ": " + headers.error().message);
    t.headers = *std::move(headers);
    tools_.push_back(std::move(t));
}

void registry::add(resource r)
{
    if (find_named(resources_, r.uri, &resource::uri) != nullptr)
        throw std::logic_error("two resources have the address " + r.uri);
    resources_.push_back(std::move(r));
}

void registry::add(prompt p)
{
    if (find_prompt(p.name) != nullptr)
        throw std::logic_error("two prompts are called " + p.name);
    prompts_.push_back(std::move(p));
}

const tool* registry::find_tool(std::string_view name) const
{
    const auto at = std::ranges::find_if(tools_, [&](const tool& t) { return t.about.name == name; });
    return at == tools_.end() ? nullptr : &*at;
}

bool registry::has_tasks() const
{
    return std::ranges::any_of(tools_, [](const tool& t) { return t.about.as_task != task_support::forbidden; });
}

bool registry::has_apps() const
{
    return std::ranges::any_of(resources_, [](const resource& r) { return !r.ui.empty(); });
}

const prompt* registry::find_prompt(std::string_view name) const
{
    return find_named(prompts_, name, &prompt::name);
}

registry::located registry::locate(std::string_view uri) const
{
    for (const auto& r : resources_)
        if (r.uri == uri && !is_uri_template(r.uri))
            return {&r, {}};
    for (const auto& r : resources_)
        if (auto variables = is_uri_template(r.uri) ? match_uri(r.uri, uri) : std::nullopt)
            return {&r, *std::move(variables)};
    return {};
}

bool registry::announces_updates() const
{
    return std::ranges::any_of(resources_, &resource::announces_updates);
}

} // namespace basekeeper::mcp
