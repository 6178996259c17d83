// Services of a compose file as Docker would make containers of them: variables filled in, files named.
#pragma once

#include "base/result.hpp"
#include "stack/compose_file.hpp"
#include "stack/interpolation.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::rehearsal {

using variables = stack::values_by_name;

enum class waits_for
{
    started,
    healthy
};

/// A file or folder of the host in a container.
struct bound_path
{
    std::string source; ///< `../files/…` or anything else, filled in
    std::string target;

    friend bool operator==(const bound_path&, const bound_path&) = default;
};

struct service_definition
{
    std::string name;
    std::string image;
    stack::role role = stack::role::other;
    std::vector<std::string> env{}; ///< `NAME=VALUE`
    bool is_checked = false;        ///< has a health check
    std::vector<std::pair<std::string, waits_for>> depends_on{};
    std::vector<bound_path> binds{};
    std::vector<std::pair<std::string, std::string>> volumes{}; ///< named ones, and where they are
    std::vector<std::string> published{};                       ///< ports of the host
    std::string container_name{};
    std::string text{}; ///< everything else, to tell whether it changed

    friend bool operator==(const service_definition&, const service_definition&) = default;
};

struct definitions
{
    std::vector<service_definition> services{};
    std::vector<std::string> unset{}; ///< names without a value, for which nothing was put in
};

/// Fails with invalid_argument, in the words of docker compose, for what it would refuse.
result<definitions> read_definitions(const std::string& compose_text, const variables& values);

} // namespace basekeeper::rehearsal
