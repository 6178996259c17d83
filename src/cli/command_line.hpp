// The command line as values: which command, with which options, over which settings.
#pragma once

#include "base/result.hpp"
#include "config/read.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace basekeeper::cli {

/// How results are printed.
enum class output
{
    table, ///< for people
    json   ///< for scripts: the structured result on one line
};

enum class consent
{
    ask,  ///< a person at the terminal is asked; without one the command refuses
    given ///< --yes
};

struct serve_command
{
    std::optional<std::string> http; ///< where to listen; empty text: where http.listen says; nothing: stdio
};

struct call_command
{
    std::string tool;
    std::vector<std::string> arguments; ///< `name=value`
    consent agreed = consent::ask;
};

struct tools_command
{};

struct types_command
{
    std::vector<std::string> schemas; ///< empty: public
    std::string language = "typescript";
};

enum class local_action
{
    up,
    down,
    list,
    env, ///< prints the connection variables, secrets included
    destroy
};

struct local_command
{
    local_action action = local_action::list;
    std::string name;
    consent agreed = consent::ask;
};

enum class instance_action
{
    add,
    list,
    remove,
    harden
};

struct instance_command
{
    instance_action action = instance_action::list;
    std::string name;
    std::string kind;         ///< empty: told by the host
    std::string database_url; ///< in any shape; `-`: read from standard input, so that it stands in no process list
    std::string env_file;     ///< instead: a `.env`; `-`: standard input
    std::string url;
    std::vector<std::string> tags;
    consent agreed = consent::ask;
};

struct config_command
{};

enum class audit_action
{
    list,
    verify,
    export_lines
};

struct audit_command
{
    audit_action action = audit_action::list;
    std::string tool;
    std::string instance;
    std::string since; ///< RFC 3339, or a duration back from now such as `24h`, `7d`
    std::uint32_t limit = 50;
};

enum class key_action
{
    create,
    list,
    revoke
};

struct key_command
{
    key_action action = key_action::list;
    std::string name;
    std::string id;
    std::vector<std::string> scopes;
    std::vector<std::string> instances;
    std::string expires; ///< from now, such as `90d`; empty: never
};

enum class block_action
{
    list,
    add,
    remove
};

struct block_command
{
    block_action action = block_action::list;
    std::string address;
    std::string how_long; ///< such as `1h`; empty: until it is removed
};

struct diff_command
{
    std::string from; ///< instance
    std::string to;   ///< instance, or a folder of SQL
    std::vector<std::string> schemas;
    bool destructive = false;
    consent agreed = consent::ask; ///< to a scratch database, where all that writes is confirmed
};

enum class migration_action
{
    create, ///< `new`
    list,
    up,
    down,
    status
};

struct migration_command
{
    migration_action action = migration_action::status;
    std::string name;
    std::string dir = "supabase/migrations";
    std::string version; ///< of `new`; empty: the time
    std::string to;      ///< the last version of `up`, the newest to keep of `down`
    bool include_all = false;
    bool dry_run = false;
    std::string lock_timeout; ///< such as `3s`; empty: the default
    consent agreed = consent::ask;
};

enum class jobs_action
{
    list,
    show,
    watch,
    cancel,
    resume
};

struct jobs_command
{
    jobs_action action = jobs_action::list;
    std::string id;
    std::string status; ///< of `list`; empty: any
    std::string before; ///< of `list`: the last id of the page before
    std::uint32_t limit = 20;
    bool back = false; ///< of `resume`: takes back what is done
    consent agreed = consent::ask;
};

enum class dokploy_action
{
    connect,
    disconnect,
    list,
    setup,
    deploy,
    validate,
    regenerate_keys,
    update_env,
    health,
    logs,
    domain,
    history,
    rollback,
    clone
};

/// `basekeeper dokploy …`; every action but the first two is a tool, whose arguments these are.
struct dokploy_command
{
    dokploy_action action = dokploy_action::list;
    std::string name;
    std::string server;
    std::string url;    ///< of connect
    std::string pin;    ///< of connect
    std::string domain; ///< of deploy and clone; `--host` of domain
    std::string project;
    std::string environment;
    std::string site_url;
    std::string smtp_host;
    int smtp_port = 587;
    std::string smtp_user;
    std::string smtp_sender;
    std::string smtp_sender_name;
    std::vector<std::string> versions;
    std::vector<std::string> variables; ///< of deploy; of update-env: to be set
    std::vector<std::string> generate;
    std::vector<std::string> remove;
    std::vector<std::string> mend;
    bool keep_jwt_secret = false;
    bool configuration_only = false;
    bool no_mail = false;
    bool fresh = false;     ///< of setup: without the answers of an earlier one
    bool take_away = false; ///< of domain
    std::string service;
    int port = 0;
    std::string new_name;
    std::string id; ///< of a kept configuration
    std::vector<std::string> services;
    std::string level = "debug";
    std::string since;
    std::string until;
    std::string contains;
    int lines = 200;
    bool follow = false;
    std::string export_to;
    bool dry_run = false;
    consent agreed = consent::ask;
};

struct secrets_command
{};

struct doctor_command
{};

/// A simulated Dokploy, until it is told to end.
struct rehearse_command
{
    std::uint16_t port = 0; ///< 0: any
    double speed = 1;
    std::vector<std::string> faults;
    std::string version = "v0.30.2"; ///< of the Dokploy that it plays
    std::string catalogue = "present";
    std::optional<std::uint64_t> seed;
};

struct completion_command
{
    std::string shell;
};

using command = std::variant<
    serve_command,
    call_command,
    tools_command,
    types_command,
    local_command,
    instance_command,
    config_command,
    audit_command,
    key_command,
    block_command,
    diff_command,
    dokploy_command,
    migration_command,
    jobs_command,
    secrets_command,
    doctor_command,
    rehearse_command,
    completion_command>;

/// A whole invocation.
struct command_line
{
    std::optional<std::filesystem::path> config_file;
    config::text_map flags; ///< settings given as flags, by key
    cli::output format = output::table;
    cli::command what;
};

/// Help, version or a usage error: text to print and the exit code.
struct usage
{
    std::string text;
    int exit_code = 0;
};

/// Reads the arguments. Never prints.
std::variant<command_line, usage> parse(int argc, const char* const* argv);

/// Names of all commands, for completion.
std::vector<std::string> command_names();

} // namespace basekeeper::cli
