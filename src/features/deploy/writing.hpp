// Making what Dokploy holds of a stack equal to a setup, and proving that it is.
#pragma once

#include "features/deploy/servers.hpp"
#include "features/deploy/setup.hpp"

namespace basekeeper::deploy {

/// What is there now.
io::task<result<setup>> read_setup(server& on, std::string compose_id, io::deadline until);

/// Writes what differs and nothing else, then reads everything back: Dokploy's answers prove nothing. May be
/// repeated after an interruption. Files that are not in `to` are removed, domains as well. Deploys nothing. Fails with
/// conflict when afterwards something else is there than was written.
io::task<result<>> write_setup(server& on, std::string compose_id, const setup& to, io::deadline until);

} // namespace basekeeper::deploy
