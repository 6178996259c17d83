// What a client limits itself to by the query of the address: `?features=a,b&instance=dev&read_only=true`.
#pragma once

#include "mcp/registry.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::transports {

/// Reads a decoded query. Fails with invalid_argument for names and values that mean nothing here, repeated names, and
/// groups that the server does not offer; never ignores any of them.
/// @param may_use  whether an instance of that name may be used
result<mcp::view> read_query_view(
    const std::vector<std::pair<std::string, std::string>>& query,
    const mcp::registry& offers,
    const std::function<bool(std::string_view)>& may_use
);

} // namespace basekeeper::transports
