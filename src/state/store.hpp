// The store: instances and encrypted secrets in one SQLite file that several processes may share.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "state/master_key.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::state {

/// One managed instance. `settings` holds nothing secret; secrets are kept beside it, encrypted.
struct instance_record
{
    std::string name; ///< lower-case letters, digits and inner hyphens, at most 63
    std::string kind; ///< as the configuration spells it
    boost::json::object settings;
    wall_time created_at{};
    wall_time updated_at{};
};

/// Secrets of one instance by their short name, such as `database_url`.
using instance_secrets = std::map<std::string, crypto::secret<>, std::less<>>;

/// Opened once. Blocking, one thread at a time: on the I/O thread it is used through io::offload only. Everything that
/// writes is one transaction. Other processes may work on the same file; a busy one is waited for up to five seconds,
/// then the call fails with unavailable.
class store
{
public:
    /// Makes the folder (0711: local clusters live beneath it), the database (0600) and its tables where they are
    /// missing. Does not touch the master key.
    static result<store> open(std::filesystem::path dir, master_key_source key, const clock& time = system_clock());

    store(store&&) noexcept;
    store& operator=(store&&) noexcept;
    ~store();

    const std::filesystem::path& dir() const;

    /// Secrets, AES-256-GCM under the data key of the current version; the name is authenticated with the value. The
    /// master key is read at the first call. A wrong key is denied with the next step in the hint.
    result<> put_secret(std::string_view name, const crypto::secret<>& value);
    result<crypto::secret<>> get_secret(std::string_view name);
    result<> delete_secret(std::string_view name); ///< not_found when there is none
    result<std::vector<std::string>> list_secret_names(std::string_view prefix = {});

    /// Encrypts every secret again under a new master key, all or nothing, and returns the new version. When `next` is
    /// the key file in use, a new random key is made in it.
    result<std::uint32_t> rotate_master_key(master_key_source next);

    /// The current version of the key; 0 while there is no secret yet.
    result<std::uint32_t> key_version();

    /// Instances. add: conflict when the name is taken. update: replaces kind and settings, sets the given secrets and
    /// keeps the others. remove: takes the secrets along.
    result<> add_instance(const instance_record& record, const instance_secrets& secrets);
    result<> update_instance(const instance_record& record, const instance_secrets& secrets);
    result<> remove_instance(std::string_view name);
    result<instance_record> get_instance(std::string_view name);
    result<std::vector<instance_record>> list_instances(); ///< by name
    result<crypto::secret<>> get_instance_secret(std::string_view instance, std::string_view name);

private:
    struct opened;
    explicit store(std::unique_ptr<opened> o);
    std::unique_ptr<opened> opened_;
};

/// invalid_argument unless the name is a DNS label: a-z, 0-9 and inner hyphens, 1 to 63 characters.
result<> check_instance_name(std::string_view name);

/// The name under which a secret of an instance is stored: `instance/NAME/database_url`.
std::string instance_secret_name(std::string_view instance, std::string_view name);

/// The database in a state folder.
std::filesystem::path database_file(const std::filesystem::path& dir);

/// Takes the write lock of an existing database on a connection of its own and lets it go again: what a change needs.
/// Blocks up to half a second. Fails with unavailable while somebody else holds the lock, with not_found when the file
/// is gone; a full disk shows in the audit trail first.
result<> check_writable(const std::filesystem::path& dir);

} // namespace basekeeper::state
