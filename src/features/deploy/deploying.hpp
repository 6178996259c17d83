// Deploying a service and following it to its end, also after an interruption.
#pragma once

#include "features/deploy/servers.hpp"

#include <functional>
#include <string>

namespace basekeeper::deploy {

/// Tells how far a piece of work is (0 to 1) and what it does; fails with cancelled when somebody asked to stop.
using tell = std::function<io::task<result<>>(double, std::string)>;

/// Deploys what Dokploy holds and waits until `docker compose up` is through. `title` is unique to the piece of work: a
/// deployment of that title that waits, runs or is done is not begun again, one that failed is, under another number.
/// Fails with conflict and the last lines of the log, without secrets, when the deployment fails; with unavailable when
/// Dokploy has forgotten it (a restart empties its queue).
io::task<result<>>
deploy_and_follow(server& on, std::string compose_id, std::string title, tell told, io::deadline until);

/// Whether a deployment of that title, or a later attempt at it, waits, runs or has ended.
io::task<result<bool>> was_asked_for(server& on, std::string compose_id, std::string title, io::deadline until);

} // namespace basekeeper::deploy
