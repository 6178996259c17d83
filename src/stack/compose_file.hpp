// A compose file of a Supabase stack: which service does what, and changes of single values in its text.
#pragma once

#include "yaml/node.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::stack {

/// What a service of the stack is for, told by its image: names differ between templates.
enum class role
{
    studio,
    gateway,
    auth,
    rest,
    realtime,
    storage,
    imgproxy,
    meta,
    functions,
    analytics,
    database,
    vector,
    pooler,
    other
};
BOOST_DESCRIBE_ENUM(
    role,
    studio,
    gateway,
    auth,
    rest,
    realtime,
    storage,
    imgproxy,
    meta,
    functions,
    analytics,
    database,
    vector,
    pooler,
    other
)

enum class gateway_kind
{
    kong,
    envoy
};
BOOST_DESCRIBE_ENUM(gateway_kind, kong, envoy)

struct image
{
    std::string repository; ///< `supabase/gotrue`
    std::string tag;        ///< `v2.189.0`; empty when there is none, or a digest
};

/// `registry:5000/a/b:tag@sha256:…` taken apart.
image image_of(std::string_view text);
role role_of(const image& i);

/// A file or folder of the host in a container.
struct bind
{
    std::string service;
    std::string source; ///< as written
    std::string target;
};

/// A port of the host.
struct published_port
{
    std::string service;
    std::string text; ///< as written
    std::uint16_t inside = 0;
};

/// `${NAME}` somewhere in the text.
struct reference
{
    std::string name;
    bool has_default = false;
};

/// All of a text, each name once; `$$` is none.
std::vector<reference> references(std::string_view text);

class compose_file
{
public:
    struct service
    {
        std::string name;
        stack::image image;
        stack::role role = role::other;
        const yaml::node* node = nullptr; ///< lives as long as the file stays unchanged
    };

    /// Fails with invalid_argument for what is no compose file.
    static result<compose_file> parse(std::string text);

    compose_file(compose_file&&) noexcept = default;
    compose_file& operator=(compose_file&&) noexcept = default;

    const std::string& text() const noexcept { return text_; }

    const yaml::node& root() const noexcept { return root_; }

    const std::vector<service>& services() const noexcept { return services_; }

    /// The first with this role; null when there is none.
    const service* find(stack::role r) const noexcept;
    const service* find(std::string_view name) const noexcept;

    /// Of the gateway's image.
    gateway_kind generation() const noexcept;

    /// A variable of a service as it is written; null when it is not set. Both forms of `environment` are understood.
    const std::string* variable(const service& s, std::string_view name) const;

    /// All of a service, names with values as they are written. Views into this file, as it is now.
    std::vector<std::pair<std::string_view, std::string_view>> variables(const service& s) const;

    /// What its values refer to; comments do not count.
    std::vector<reference> references() const;

    std::vector<bind> binds() const;
    std::vector<published_port> ports() const;

    // Changes. Each fails with conflict, changing nothing, when the place is written with braces or stands for an
    // alias.

    result<> set_image(std::string_view service, const stack::image& i);
    result<> set_variable(std::string_view service, std::string_view name, std::string_view value);

    /// Takes the lines of a member out, by its path from the root; one that is not there is no failure. Of the last
    /// member of a mapping the key above stays, without a value.
    result<> remove(const std::vector<std::string_view>& path);

    /// Replaces a part of every scalar below a path, as it is written; nothing there is no failure. `./x` is not found
    /// in `../x`.
    result<> replace_below(const std::vector<std::string_view>& path, std::string_view from, std::string_view to);

private:
    compose_file() = default;
    result<> adopt(std::string text);
    const yaml::node* node_at(const std::vector<std::string_view>& path) const;

    std::string text_;
    yaml::node root_;
    std::vector<service> services_;
    std::vector<std::pair<std::string, std::string>> variables_; ///< "service\0name" and value
};

} // namespace basekeeper::stack
