// From the verified claims of a token to a principal; the signature, issuer and dates were checked before.
#pragma once

#include "access/scopes.hpp"
#include "base/result.hpp"
#include "mcp/call.hpp"

#include <boost/json/object.hpp>

#include <string_view>
#include <vector>

namespace basekeeper::access {

/// The audience of every token that Supabase Auth gives to a user.
inline constexpr std::string_view supabase_audience = "authenticated";

/// True when `aud` names this resource (`same_resource`).
bool is_for(const boost::json::object& claims, std::string_view audience);

/// A caller with a token for this server: `user:<iss>/<sub>`, rights from `scope` or `scp`. Denied without `sub`.
result<mcp::principal> token_principal(const boost::json::object& claims);

/// A user of Supabase with a token of Supabase Auth: has these scopes. Denied when there are none, without `sub` or
/// `role`, for the role anon, and for users who signed in anonymously: anybody can be one.
result<mcp::principal> supabase_principal(const boost::json::object& claims, const std::vector<scope>& scopes);

} // namespace basekeeper::access
