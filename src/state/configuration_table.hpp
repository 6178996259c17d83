// Configurations of stacks that were replaced, so that they can be put back: what Dokploy itself does not keep.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "state/master_key.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::state {

struct configuration_record
{
    std::string id;        ///< as `keep` chose it
    std::string server;    ///< the Dokploy by its name
    std::string service;   ///< the compose service by its id there
    std::string instance;  ///< its name for people
    std::string reason;    ///< why it was kept: "before regenerate-keys"; no secret
    std::string principal; ///< who replaced it
    std::string digest{};  ///< of the content
    wall_time created_at{};
};

/// How many are kept for each service.
inline constexpr std::uint32_t most_configurations = 50;

/// With a connection of its own. Blocking, one thread at a time; other processes may share the file. Contents are
/// secrets in the vault, `configuration/ID`.
class configuration_table
{
public:
    /// As store::open. The master key is read at the first content.
    static result<configuration_table> open(std::filesystem::path dir, master_key_source key, const clock& time);

    configuration_table(configuration_table&&) noexcept;
    configuration_table& operator=(configuration_table&&) noexcept;
    ~configuration_table();

    /// Keeps a content and forgets the oldest above `most_configurations`. When the newest of the service has the same
    /// content, that one is returned and nothing is added.
    result<configuration_record> keep(configuration_record record, const crypto::secret<>& content);

    /// Of one service, the newest first.
    result<std::vector<configuration_record>> list(std::string_view server, std::string_view service);

    /// not_found with the next command in the hint.
    result<configuration_record> get(std::string_view id);
    result<crypto::secret<>> content(std::string_view id);

private:
    struct opened;
    explicit configuration_table(std::unique_ptr<opened> o);
    std::unique_ptr<opened> opened_;
};

} // namespace basekeeper::state
