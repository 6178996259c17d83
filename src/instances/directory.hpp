// Which instances there are: those of the configuration and those that the state store remembers.
#pragma once

#include "config/settings.hpp"
#include "io/runtime.hpp"
#include "io/task.hpp"
#include "pg/target.hpp"
#include "state/store.hpp"
#include "ways/candidates.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::instances {

/// Who defined an instance.
enum class defined_by
{
    configuration, ///< file or environment of this process
    store          ///< `basekeeper instance add` or `basekeeper local up`
};
BOOST_DESCRIBE_ENUM(defined_by, configuration, store)

/// One Supabase (or plain PostgreSQL) without its secrets.
struct instance
{
    std::string name;
    config::instance_kind kind = config::instance_kind::self_hosted;
    defined_by source = defined_by::configuration;
    std::string api_url; ///< of the gateway; empty when only the database is known
    std::vector<std::string> tags;
    bool sql_by_gateway = false; ///< no database connection, but a gateway and a service role key
};

/// The two ways into an instance's database.
struct credentials
{
    pg::target owner;                    ///< as the person configured it
    std::optional<pg::target> read_only; ///< the narrow login that `instance harden` made; absent before
    std::vector<ways::candidate> ways{}; ///< to the same database; the first is `owner`
    ways::candidate way{};               ///< the one that these logins take
};

/// The same logins by one of their ways.
credentials by_way(credentials with, const ways::candidate& way);

/// How the name of every role begins that `instance harden` creates. Roles belong to a whole server: with one name for
/// all, two instances on one server would change each other's password.
inline constexpr std::string_view read_only_role_prefix = "basekeeper_read_only_";

/// Secrets of an instance in the store, by short name. The narrow login exists once both of its parts are there.
inline constexpr std::string_view database_url_secret = "database_url";
inline constexpr std::string_view anon_key_secret = "anon_key";
inline constexpr std::string_view service_role_key_secret = "service_role_key";
inline constexpr std::string_view read_only_role_secret = "read_only_role";
inline constexpr std::string_view read_only_password_secret = "read_only_password";

/// The list of instances and their credentials. Lives on the I/O thread; the store is used on the pool only.
class directory
{
public:
    /// Loads the list once, blocking; for start-up. `settings` and `store` must outlive the directory.
    static result<directory> open(const config::settings& settings, state::store& store, io::offload_pool& pool);

    /// In order of name. Valid until the next refresh.
    const std::vector<instance>& all() const { return all_; }

    const std::vector<std::string>& names() const { return names_; }

    const instance* find(std::string_view name) const;

    /// The service role key of an instance, configured or stored; empty when there is none.
    io::task<result<crypto::secret<>>> service_role_key(std::string name);

    /// Adds an instance to the store, or renews settings and secrets of the one that is there. conflict when the
    /// configuration has one of that name, or the stored one is of another kind.
    io::task<result<>> remember(state::instance_record record, state::instance_secrets secrets);

    /// What the store keeps of an instance besides its secrets; nothing when it has none of that name.
    io::task<result<std::optional<boost::json::object>>> stored_settings(std::string name);

    /// Takes an instance out of the store; one that is not there is no failure.
    io::task<result<>> forget(std::string name);

    /// Reads the store again: other processes may have added instances.
    io::task<result<>> refresh();

    /// Decrypts what is needed to connect. Fails with not_found for an unknown instance or one without database.
    io::task<result<credentials>> unlock(std::string name);

    /// The role of the narrow login: chosen at the first call, the same ever after, also when it could not be created
    /// yet, so that an administrator may create it by that name. `basekeeper_read_only_` and 8 random hex digits.
    io::task<result<std::string>> choose_read_only_role(std::string name);

    /// The role that was chosen, or nothing.
    io::task<result<std::optional<std::string>>> read_only_role(std::string name);

    /// Keeps the password of the narrow login, whose role is chosen already.
    io::task<result<>> keep_read_only_password(std::string name, crypto::secret<> password);

private:
    directory(const config::settings& settings, state::store& store, io::offload_pool& pool);

    result<std::vector<instance>> load() const;
    void accept(std::vector<instance> loaded);
    result<std::optional<std::string>> find_read_only_role(const std::string& name) const;
    result<credentials> unlock_blocking(const std::string& name) const;

    const config::settings* settings_;
    state::store* store_;
    io::offload_pool* pool_;
    std::unique_ptr<std::mutex> store_use_; // the store takes one thread at a time, the pool has several
    std::vector<instance> all_;
    std::vector<std::string> names_;
};

/// The kind as it is spelled in files and lists.
std::string_view kind_name(config::instance_kind kind);
std::optional<config::instance_kind> kind_from(std::string_view name);

} // namespace basekeeper::instances
