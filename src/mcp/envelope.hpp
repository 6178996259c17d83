// What a request of the stateless era says of itself in `_meta`.
#pragma once

#include "mcp/jsonrpc.hpp"
#include "mcp/session_peer.hpp"

#include <expected>
#include <optional>

namespace basekeeper::mcp {

/// True when the parameters claim the stateless era, rightly or not.
bool claims_modern_era(const boost::json::object& params);

/// The refusal when a required key of the envelope is not there or of another type; what goes before all other checks.
std::optional<rpc_error> find_missing_keys(const boost::json::object& params);

/// Checks the claim: required keys, known version, known log level.
std::expected<client_profile, rpc_error> read_envelope(const boost::json::object& params);

/// What `ClientCapabilities` of any version declare; members that are not objects declare nothing.
client_profile read_capabilities(const boost::json::object& capabilities);

} // namespace basekeeper::mcp
