// Dokploy servers that were made known by a command, beside those of the configuration: kept encrypted.
#pragma once

#include "config/settings.hpp"
#include "state/store.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::deploy {

using server_table = std::map<std::string, config::dokploy_settings, std::less<>>;

/// Keeps URL, key and pin; one of that name is replaced. Blocking, as the store. Fails with invalid_argument for a name
/// that is no DNS label.
result<> store_server(state::store& in, const std::string& name, const config::dokploy_settings& how);

/// Without reading what is kept of them.
result<std::vector<std::string>> stored_server_names(state::store& in);

/// Fails as `state::store::get_secret`.
result<config::dokploy_settings> stored_server(state::store& in, std::string_view name);

/// Fails with not_found, naming those that are there.
result<> forget_server(state::store& in, std::string_view name);

} // namespace basekeeper::deploy
