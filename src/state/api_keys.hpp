// API keys as they are stored: who may come in, with which scopes, until when; never the secret itself.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::state {

struct api_key
{
    std::string id;                 ///< 12 lower-case hex digits; public
    std::string name;               ///< for people
    crypto::sha256_digest digest{}; ///< SHA-256 of the secret: 32 random bytes need no slow derivation
    std::string scopes;             ///< separated by one space, as `access/scopes.hpp` writes them
    wall_time created_at{};
    std::optional<wall_time> expires_at{};
    std::optional<wall_time> revoked_at{};
    std::optional<wall_time> last_used_at{}; ///< to the minute or so
};

/// The table in the state database, with a connection of its own. Blocking, one thread at a time: on the I/O thread it
/// is used through io::offload only. Other processes may change it at any time.
class api_key_table
{
public:
    /// Opens, and makes what is missing, as store::open does.
    static result<api_key_table> open(const std::filesystem::path& dir);

    api_key_table(api_key_table&&) noexcept;
    api_key_table& operator=(api_key_table&&) noexcept;
    ~api_key_table();

    result<> add(const api_key& key); ///< conflict when the id is taken
    result<std::optional<api_key>> find(std::string_view id);
    result<std::vector<api_key>> list();                    ///< oldest first
    result<> revoke(std::string_view id, wall_time now);    ///< not_found; conflict when it was revoked before
    result<> note_use(std::string_view id, wall_time when); ///< nothing when there is no such key

private:
    struct opened;
    explicit api_key_table(std::unique_ptr<opened> o);
    std::unique_ptr<opened> opened_;
};

} // namespace basekeeper::state
