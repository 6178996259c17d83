// What can be configured: typed values, each with the place it came from.
#pragma once

#include "config/access_settings.hpp"
#include "config/setting.hpp"
#include "log/logger.hpp"

#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace basekeeper::config {

/// What the instances are used for; sets defaults that everything more specific overrides.
enum class profile
{
    development,
    staging,   ///< every write is confirmed
    production ///< read-only, and every write is confirmed
};
BOOST_DESCRIBE_ENUM(profile, development, staging, production)

/// Which calls a person must confirm.
enum class confirmation
{
    destructive, ///< those that destroy
    always       ///< all that write
};
BOOST_DESCRIBE_ENUM(confirmation, destructive, always)

/// What `tools/list` shows.
enum class tool_display
{
    full,
    compact ///< three tools through which the others are found and called
};
BOOST_DESCRIBE_ENUM(tool_display, full, compact)

enum class instance_kind
{
    self_hosted,
    cloud,
    dokploy,
    local
};
BOOST_DESCRIBE_ENUM(instance_kind, self_hosted, cloud, dokploy, local)

struct log_settings
{
    setting<log::level> level{log::level::info};
    setting<log::format> format{log::format::text};
};

struct limit_settings
{
    setting<std::uint64_t> max_result_bytes{262'144};
    setting<std::uint64_t> max_rows{1'000};
    setting<std::chrono::milliseconds> statement_timeout{std::chrono::seconds{30}
    };                                                                          ///< key `limits.statement_timeout_ms`
    setting<std::chrono::milliseconds> call_timeout{std::chrono::seconds{120}}; ///< key `limits.call_timeout_ms`
    setting<std::chrono::milliseconds> task_timeout{std::chrono::minutes{30}};  ///< key `limits.task_timeout_ms`
};

struct pool_settings
{
    setting<std::uint64_t> max_connections{8};
};

struct audit_settings
{
    setting<std::chrono::days> retention{std::chrono::days{90}}; ///< key `audit.retention_days`
};

/// For instances that this program starts itself.
struct local_settings
{
    setting<std::filesystem::path> postgres_bin{}; ///< empty: the newest installation found
    setting<std::string> user{};                   ///< who runs the servers when we are root; empty: postgres
};

/// One `[instances.NAME]` table. Empty secrets and an empty url mean: not configured.
struct instance_settings
{
    setting<instance_kind> kind{instance_kind::self_hosted};
    setting<secret_text> database_url{};
    setting<std::string> url{}; ///< of the Supabase API gateway
    setting<secret_text> anon_key{};
    setting<secret_text> service_role_key{};
    setting<std::vector<std::string>> tags{};
};

/// One `[dokploy.NAME]` table: a Dokploy server. Empty texts mean: not configured.
struct dokploy_settings
{
    setting<std::string> url{};
    setting<secret_text> api_key{};
    setting<std::string> pin{};               ///< of a certificate that no authority signed: `sha256//…`
    setting<std::string> reach{};             ///< `HOST:PORT` at which the domains of its stacks answer; empty: by DNS
    setting<std::filesystem::path> ca_file{}; ///< authorities for those domains; empty: those of the machine
    setting<std::string> templates_url{};     ///< empty: the catalogue of Dokploy
    setting<std::chrono::milliseconds> poll_interval{std::chrono::seconds{1}}; ///< key `poll_interval_ms`
};

/// The mail server that new stacks send by.
struct smtp_settings
{
    setting<std::string> host{}; ///< empty: none
    setting<std::uint64_t> port{587};
    setting<std::string> user{};
    setting<secret_text> password{};
    setting<std::string> sender{}; ///< the address mails come from
    setting<std::string> sender_name{};
};

/// Everything. Plain values: copy what you need, pass it down.
struct settings
{
    setting<config::profile> profile{config::profile::development};
    setting<bool> read_only{false};
    setting<config::confirmation> confirmation{config::confirmation::destructive};
    setting<std::string> pinned_instance{};       ///< empty: any configured instance
    setting<std::vector<std::string>> features{}; ///< tool groups to offer; empty: all
    setting<tool_display> tools{tool_display::full};
    setting<std::filesystem::path> state_dir{};
    setting<std::filesystem::path> key_file{}; ///< of the master key; empty: `master.key` in state_dir
    setting<secret_text> master_key{};         ///< environment only
    setting<secret_text> passphrase{};         ///< environment only
    log_settings log;
    limit_settings limits;
    pool_settings pool;
    audit_settings audit;
    local_settings local;
    http_settings http;
    auth_settings auth;
    rate_settings rate;
    block_settings block;
    smtp_settings smtp;
    std::map<std::string, instance_settings, std::less<>> instances;
    std::map<std::string, dokploy_settings, std::less<>> dokploy;
};

} // namespace basekeeper::config
