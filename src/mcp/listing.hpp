// The lists that a server publishes, as text made once, and the pages they are given out in.
#pragma once

#include "mcp/codec.hpp"
#include "mcp/policy.hpp"
#include "mcp/registry.hpp"
#include "mcp/version.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::mcp {

/// One element of a list and the key by which a cursor remembers it.
struct list_item
{
    std::string key;
    std::string json;
};

/// Whether a client shows apps (MCP Apps).
enum class app_support
{
    none,
    shown
};

/// The tools as each family of versions publishes them to each kind of caller. Rebuilt when the instances change,
/// because schemas say whether there is a choice of them.
class tool_listing
{
public:
    tool_listing(const registry& all, const policy& rules, const instance_catalog& instances)
        : all_(all), rules_(rules), instances_(instances)
    {}

    /// Pages that show results are named only to clients that can show them. Valid until the next call.
    std::span<const list_item>
    items(const version_traits& knows, const caller& from, app_support apps = app_support::none);

private:
    enum class family
    {
        plain,      ///< 2024-11-05: name, description, schema
        annotated,  ///< 2025-03-26: with hints
        structured, ///< since 2025-06-18: with output schemas
        tasked,     ///< 2025-11-25: with what may run as a task
        count
    };

    /// Without and with apps.
    using lists = std::array<std::vector<list_item>, 2 * static_cast<std::size_t>(family::count)>;

    std::vector<list_item> build(family f, app_support apps, const caller& from) const;
    std::string describe(const tool& t, family f, const caller& from) const;

    const registry& all_;
    const policy& rules_;
    const instance_catalog& instances_;
    std::vector<std::string> built_for_;
    std::map<std::string, lists, std::less<>> built_; // by what callers see and may do; emptied when it grows large
};

/// Appends `"_meta":{"ui":…}` of a resource that is an app (MCP Apps).
void write_ui_meta(std::string& out, const resource& r);

/// The resources that a caller may read.
struct resource_view
{
    const registry& all;
    const policy& rules;
    const caller& from;
};

std::vector<list_item> list_resources(resource_view of, const version_traits& knows);
std::vector<list_item> list_resource_templates(resource_view of, const version_traits& knows);
std::vector<list_item> list_prompts(const registry& all, const version_traits& knows);

/// Appends the page that the cursor in `params` names: `"<name>":[…]` and, when there is more, `nextCursor`.
struct page_request
{
    std::string_view name; ///< of the list: `tools`
    std::size_t size;      ///< most items in a page
};

outcome
write_page(std::string& out, std::span<const list_item> items, page_request page, const boost::json::object& params);

/// The capabilities that follow from what is registered. A method exists exactly when its capability is declared.
void write_capabilities(std::string& out, const registry& all, const version_traits& knows);

} // namespace basekeeper::mcp
