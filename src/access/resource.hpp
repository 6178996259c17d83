// This server as an OAuth resource: its canonical URI and what it publishes about itself (RFC 9728).
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::access {

/// True when two URIs name the same resource: scheme and host without case, the default port or none, one slash at the
/// end or none (RFC 8707, RFC 3986 section 6.2). Texts that are no URIs must be equal.
bool same_resource(std::string_view a, std::string_view b);

/// What is published.
struct resource_description
{
    std::string resource;                           ///< the canonical URI
    std::vector<std::string> authorization_servers; ///< at least one, else nothing is published
    std::vector<std::string> scopes;                ///< a small set to begin with
};

/// The JSON document, to be served without authorization and readable from every origin. not_found when there is no
/// canonical URI or no authorization server: then the paths answer 404.
result<std::string> resource_metadata(const resource_description& about);

/// Where it is served: the well-known path with the path of the resource behind it, and the one without.
std::vector<std::string> metadata_paths(std::string_view resource);

/// Its URL for challenges: the first of these paths at the host of the resource; empty where there is no document.
std::string metadata_url(const resource_description& about);

} // namespace basekeeper::access
