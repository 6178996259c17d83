// A template of Dokploy: `template.toml` taken apart, and what becomes of it for one service.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::stack {

/// A file that Dokploy writes beside the compose file, below `files/`.
struct file_mount
{
    std::string path; ///< begins with /
    std::string content;
};

/// A way in from outside, as a template asks for it.
struct domain_wish
{
    std::string service;
    std::uint16_t port = 0;
    std::string host{}; ///< empty: made up
    std::string path{};
};

/// What template.toml says, with its `${…}` as they stand.
struct blueprint
{
    std::vector<std::pair<std::string, std::string>> variables; ///< in order
    std::vector<std::string> env;                               ///< lines: NAME=value, comments, blank ones
    std::vector<domain_wish> domains;
    std::vector<file_mount> mounts;
};

/// Fails with invalid_argument, naming what is wrong, for what is no template.
result<blueprint> read_blueprint(std::string_view toml);

/// What the helpers of a template know of the place.
struct surroundings
{
    std::string project; ///< begins the made-up domain
    std::string server_address = "127.0.0.1";
    wall_time now;
    bool takes_padded_claims = true; ///< false: Dokploy before v0.25.6, which made keys without a role of them
};

/// A template filled in: this is also what Dokploy answers to processTemplate.
struct filled_blueprint
{
    std::vector<std::string> env;
    std::vector<domain_wish> domains;
    std::vector<file_mount> mounts;
};

/// Fills in `${…}`: helpers first, then variables, as Dokploy does; unknown names stay. Random values come from the
/// cryptographic generator. Fails with invalid_argument for a helper that asks for more than 1,024 characters.
result<filled_blueprint> fill_in(const blueprint& from, const surroundings& here);

} // namespace basekeeper::stack
