// Everything that a server offers: tools, resources, prompts. Filled at start-up by explicit lists, then read only.
#pragma once

#include "mcp/tool.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::mcp {

/// The instances that a client may name, and the one meant when it names none. Implemented above mcp.
class instance_catalog
{
public:
    virtual ~instance_catalog() = default;

    /// Names in stable order.
    virtual std::vector<std::string> names() const = 0;

    /// Looks again which instances there are; called when a client names one that is not known.
    virtual io::task<> refresh() { co_return; }
};

/// Values of the `{…}` parts of a URI template, or arguments of a prompt, by name.
using template_variables = std::map<std::string, std::string, std::less<>>;

/// The content of a resource: text, or bytes.
struct resource_body
{
    std::string text;
    std::string base64{}; ///< RFC 4648 section 4 with padding; not empty: bytes, and `text` is not used
};

/// Readable content with an address. `uri` may be an RFC 6570 level-1 template
/// (`basekeeper://instances/{instance}/schema`).
struct resource
{
    std::string uri;
    std::string name;
    std::string title;
    std::string description;
    std::string mime_type;
    std::string group = "instances"; ///< the feature group whose read scope it needs
    origin words = origin::foreign;
    /// Reads it; `variables` holds the values of the template's `{…}` parts, percent-decoded.
    std::function<io::task<result<resource_body>>(template_variables variables, call&)> read;
    /// Values that a template variable may have and that start with `prefix`; may be empty.
    std::function<std::vector<std::string>(std::string_view variable, std::string_view prefix)> complete;
    /// Its changes are published (`changes::publish_update`), so that clients may subscribe to it.
    bool announces_updates = false;
    /// JSON text of `_meta.ui` for MCP Apps (ext-apps 2026-01-26: csp, permissions, prefersBorder); empty: not an app.
    std::string ui{};
};

/// One argument of a prompt; values are always strings.
struct prompt_argument
{
    std::string name;
    std::string description;
    bool required = false;
    std::function<std::vector<std::string>(std::string_view prefix)> complete;
};

enum class role
{
    user,
    assistant
};

struct prompt_message
{
    role from = role::user;
    content what;
};

/// Messages that a person picks to start work with.
struct prompt
{
    std::string name;
    std::string title;
    std::string description;
    std::vector<prompt_argument> arguments;
    /// The messages that the prompt becomes.
    std::function<io::task<result<std::vector<prompt_message>>>(template_variables arguments, call&)> get;
};

/// The lists, in the order of registration. Adding a second one of the same name is a bug, and so is a tool whose
/// annotations of headers break the rules: both throw std::logic_error.
class registry
{
public:
    void add(tool t);
    void add(resource r);
    void add(prompt p);

    const std::vector<tool>& tools() const { return tools_; }

    const std::vector<resource>& resources() const { return resources_; }

    const std::vector<prompt>& prompts() const { return prompts_; }

    /// True when a call of some tool can go on as a task.
    bool has_tasks() const;

    /// True when some resource is an app (MCP Apps).
    bool has_apps() const;

    /// Null when there is none of that name.
    const tool* find_tool(std::string_view name) const;
    const prompt* find_prompt(std::string_view name) const;

    /// A resource and the values of its template's variables; `what` null: none has that address.
    struct located
    {
        const resource* what = nullptr;
        template_variables variables;
    };

    /// Plain addresses win over templates.
    located locate(std::string_view uri) const;

    /// True when changes of some resource's content are published.
    bool announces_updates() const;

private:
    std::vector<tool> tools_;
    std::vector<resource> resources_;
    std::vector<prompt> prompts_;
};

} // namespace basekeeper::mcp
