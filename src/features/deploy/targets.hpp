// What a setup is to become: other variables, new keys, another domain, mended defects. Pure.
#pragma once

#include "base/clock.hpp"
#include "env_text/document.hpp"
#include "features/deploy/setup.hpp"

#include <boost/describe/enum.hpp>

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::deploy {

/// What is wanted of the env text.
struct variable_changes
{
    std::vector<std::string> set{};      ///< `NAME=VALUE`
    std::vector<std::string> generate{}; ///< secrets to be made anew, by name
    std::vector<std::string> remove{};   ///< by name
    std::vector<std::string> mend{};     ///< rules whose findings are to be mended, by id
};

/// Secrets, each with the one that takes its place.
using replacements = std::vector<std::pair<crypto::secret<>, crypto::secret<>>>;

/// A text in which whoever wrote secrets out finds the new ones; those below 16 characters stay.
crypto::secret<> with_replacements(const crypto::secret<>& text, const replacements& pairs);

/// Takes `env` for its env text, and puts new secrets also where the old ones are written out: under names of the
/// application, in the compose file and in files. Known secrets of the same value keep it.
result<setup> with_copies(setup to, env_text::document env, const replacements& replaced);

/// `NAME=VALUE` taken apart, for the argument of that name. Fails as `with_variables`, also for a value that has not
/// the exact length its service insists on.
result<env_text::settings> parse_assignments(const std::vector<std::string>& given, std::string_view argument);

/// Fails with invalid_argument, naming the argument, for what is no variable, for a secret that cannot be made, for a
/// key that belongs to others (`regenerate_keys`), and for encryption keys under which data would be lost; with
/// conflict when nothing would change, unless what is to be mended needs a deployment only: then it is what is there.
result<setup> with_variables(const setup& now, const variable_changes& wanted, const std::string& name, wall_time at);

enum class jwt_secret
{
    renewed, ///< every token ever signed is refused from then on, also those of logged-in users
    kept     ///< new keys under the secret that is there
};
BOOST_DESCRIBE_ENUM(jwt_secret, renewed, kept)

/// New API keys everywhere they stand: in the env text, and literally in mounted files and the compose file.
result<setup> with_new_keys(const setup& now, jwt_secret secret, wall_time at);

/// Reached as `https://HOST`: its domain, https and the public URLs in step. `service` and `port` empty: the gateway's.
struct domain_wish
{
    std::string host;
    std::string service{};
    std::int64_t port = 0;
};

result<setup> with_domain(const setup& now, const domain_wish& wanted);

/// Without the domain of that host. conflict when the public URLs still name it.
result<setup> without_domain(const setup& now, const std::string& host);

/// The password of the database when both have one and they differ; empty: it stays.
struct password_change
{
    crypto::secret<> from;
    crypto::secret<> to;
};

std::optional<password_change> database_password(const setup& before, const setup& after);

} // namespace basekeeper::deploy
