// subscriptions/listen: what a client of the stateless era asked to be told, and the notices it gets.
#pragma once

#include "mcp/changes.hpp"
#include "mcp/jsonrpc.hpp"
#include "mcp/policy.hpp"
#include "mcp/registry.hpp"
#include "mcp/session_peer.hpp"

#include <expected>
#include <set>
#include <string>
#include <string_view>

namespace basekeeper::mcp {

/// The part of `params.notifications` that this server can honour.
struct listen_filter
{
    std::set<list_kind> lists;
    std::set<std::string, std::less<>> uris;
    std::set<std::string, std::less<>> task_ids;
};

/// Reads the filter; unknown members are dropped, malformed ones refused with invalid_params. Fails with
/// missing_client_capability when tasks are named by a client that did not declare the extension. Resources and tasks
/// are what the client wrote: `may_watch` says what of it can be honoured.
std::expected<listen_filter, rpc_error>
read_listen_filter(const boost::json::object& params, const registry& offers, const client_profile& from);

/// True when there is such a resource, its changes are published, and this caller may read it.
bool may_watch(std::string_view uri, const registry& offers, const policy& rules, const caller& from);

/// Members of the parameters of `notifications/subscriptions/acknowledged`.
void write_honoured(std::string& out, const listen_filter& filter);

/// `notifications/<list>/list_changed` with open parameters: members and `}}` follow.
std::string list_changed_notice(list_kind which);

/// `notifications/resources/updated`, open as well.
std::string resource_updated_notice(std::string_view uri);

} // namespace basekeeper::mcp
