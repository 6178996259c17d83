// The password of the database: what the env text says is taken at its first start only, so it is changed inside.
#pragma once

#include "clients/dokploy/compose.hpp"
#include "features/deploy/servers.hpp"

#include <string>
#include <string_view>

namespace basekeeper::deploy {

/// What is run in the container of the database: gives `password` to every role of a self-hosted Supabase that logs in
/// with it, in one transaction, and to what Logflare keeps of it. Repeating it changes nothing. invalid_argument for a
/// password that cannot stand in a URL as it is. Pure.
result<crypto::secret<>> password_command(const crypto::secret<>& password);

/// What the command prints last when it came through.
inline constexpr std::string_view password_changed_mark = "basekeeper: passwords changed";

/// Runs it by a schedule of Dokploy, which is removed again, as are those that an earlier attempt left: the only way to
/// run a command there. `mark` makes its name unique to the piece of work. Fails with unavailable, and what the command
/// printed without the password, when it did not come to its end; the database then has the old or the new password.
io::task<result<>> change_database_password(
    server& on, const dokploy::compose& of, std::string mark, crypto::secret<> password, io::deadline until
);

} // namespace basekeeper::deploy
