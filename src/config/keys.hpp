// The list of all keys: name, meaning, limits and the member that each of them sets.
#pragma once

#include "config/access_keys.hpp"
#include "config/value.hpp"

#include <utility>

namespace basekeeper::config {

bool is_feature_name(std::string_view s);
bool is_tag(std::string_view s);
bool is_instance_or_empty(std::string_view s);
bool is_not_empty(std::string_view s);
bool is_api_key(std::string_view s); ///< not empty, no white space
bool is_database_url(std::string_view s);
bool is_pin(std::string_view s);     ///< `sha256//` and 32 bytes in base64
bool is_address(std::string_view s); ///< `HOST:PORT`

/// Calls `visit(rule, setting)` for every key of the whole program, in the order in which they are shown.
template <class Settings, class Visit>
void for_each_key(Settings& s, Visit&& visit)
{
    visit(rule{"profile", "What the instances are used for; sets defaults of other keys."}, s.profile);
    visit(rule{"read_only", "Whether tools that can write are neither listed nor run."}, s.read_only);
    visit(
        rule{"confirmation", "Which calls a person must confirm: destructive ones, or all that write."}, s.confirmation
    );
    visit(
        rule{
            .name = "pinned_instance",
            .meaning = "The only instance that clients may use; empty for all.",
            .accepts = is_instance_or_empty,
            .accepted = "the name of an instance: a-z, 0-9 and inner hyphens, at most 63"
        },
        s.pinned_instance
    );
    visit(
        rule{
            .name = "features",
            .meaning = "The tool groups to offer; empty for all.",
            .accepts = is_feature_name,
            .accepted = "the name of a tool group: a-z, 0-9, _ and -"
        },
        s.features
    );
    visit(rule{"tools", "What clients are shown: all tools, or three through which the others are called."}, s.tools);
    constexpr std::string_view a_path = "an absolute path, or one under ~/";
    visit(
        rule{.name = "state_dir", .meaning = "The folder of the state.", .accepts = is_file_path, .accepted = a_path},
        s.state_dir
    );
    visit(
        rule{
            .name = "key_file",
            .meaning = "The file of the master key; empty for master.key in state_dir.",
            .accepts = is_file_path,
            .accepted = a_path
        },
        s.key_file
    );
    visit(
        rule{
            .name = "master_key",
            .meaning = "The master key itself: 32 bytes in base64 or hex.",
            .accepts = is_not_empty,
            .accepted = "32 bytes in base64 or hex",
            .sources = key_sources::environment_only
        },
        s.master_key
    );
    visit(
        rule{
            .name = "passphrase",
            .meaning = "The passphrase from which the master key is derived.",
            .accepts = is_not_empty,
            .accepted = "a passphrase",
            .sources = key_sources::environment_only
        },
        s.passphrase
    );
    visit(rule{"log.level", "The lowest level that is logged."}, s.log.level);
    visit(rule{"log.format", "How the log on stderr is written."}, s.log.format);
    visit(
        rule{"limits.max_result_bytes", "The most bytes of one result.", 1'024, 64U << 20U}, s.limits.max_result_bytes
    );
    visit(rule{"limits.max_rows", "The most rows of one result.", 1, 50'000}, s.limits.max_rows);
    visit(
        rule{"limits.statement_timeout_ms", "The longest a statement may run.", 1, 3'600'000},
        s.limits.statement_timeout
    );
    visit(rule{"limits.call_timeout_ms", "The longest a call may take.", 100, 86'400'000}, s.limits.call_timeout);
    visit(
        rule{"limits.task_timeout_ms", "The longest a call may go on as a task.", 100, 86'400'000},
        s.limits.task_timeout
    );
    visit(rule{"pool.max_connections", "The most connections to one instance.", 1, 100}, s.pool.max_connections);
    visit(
        rule{
            .name = "local.postgres_bin",
            .meaning = "The folder with the PostgreSQL programs for local instances; empty: the newest installed.",
            .accepts = is_file_path,
            .accepted = a_path
        },
        s.local.postgres_bin
    );
    visit(
        rule{
            .name = "local.user",
            .meaning = "The user that runs local instances when root starts them; empty: postgres.",
            .accepts = is_not_empty,
            .accepted = "the name of a user of this machine"
        },
        s.local.user
    );
    visit(rule{"audit.retention_days", "How long audit entries are kept.", 1, 3'650}, s.audit.retention);
    visit(rule{"smtp.host", "The mail server that new stacks send by; empty for none."}, s.smtp.host);
    visit(rule{"smtp.port", "Its port.", 1, 65'535}, s.smtp.port);
    visit(rule{"smtp.user", "The account there."}, s.smtp.user);
    visit(
        rule{
            .name = "smtp.password",
            .meaning = "Its password.",
            .accepts = is_not_empty,
            .accepted = "a password",
            .sources = key_sources::no_flag
        },
        s.smtp.password
    );
    visit(rule{"smtp.sender", "The address that mails come from."}, s.smtp.sender);
    visit(rule{"smtp.sender_name", "The name that mails come from."}, s.smtp.sender_name);
    for_each_access_key(s, visit);
}

/// The same for the keys of one `[dokploy.NAME]` table.
template <class Server, class Visit>
void for_each_dokploy_key(Server& d, Visit&& visit)
{
    constexpr std::string_view a_url = "a URL that starts with https:// or http:// and holds no password";
    visit(rule{.name = "url", .meaning = "The URL of Dokploy.", .accepts = is_http_url, .accepted = a_url}, d.url);
    visit(
        rule{
            .name = "api_key",
            .meaning = "A key of its owner or an admin.",
            .accepts = is_api_key,
            .accepted = "a key without white space"
        },
        d.api_key
    );
    visit(
        rule{
            .name = "pin",
            .meaning = "The public key of a certificate that no authority signed.",
            .accepts = is_pin,
            .accepted = "sha256// and 32 bytes in base64"
        },
        d.pin
    );
    visit(
        rule{
            .name = "reach",
            .meaning = "Where the domains of its stacks answer, when DNS does not say so.",
            .accepts = is_address,
            .accepted = "HOST:PORT"
        },
        d.reach
    );
    visit(
        rule{
            .name = "ca_file",
            .meaning = "The authorities for those domains, in PEM.",
            .accepts = is_file_path,
            .accepted = "an absolute path, or one under ~/"
        },
        d.ca_file
    );
    visit(
        rule{
            .name = "templates_url",
            .meaning = "The catalogue of templates; empty for that of Dokploy.",
            .accepts = is_http_url,
            .accepted = a_url
        },
        d.templates_url
    );
    visit(
        rule{"poll_interval_ms", "How soon it is first asked again whether something is done.", 10, 60'000},
        d.poll_interval
    );
}

/// The same for the keys of one `[instances.NAME]` table.
template <class Instance, class Visit>
void for_each_instance_key(Instance& i, Visit&& visit)
{
    visit(rule{"kind", "Where the instance runs."}, i.kind);
    visit(
        rule{
            .name = "database_url",
            .meaning = "The connection to its database.",
            .accepts = is_database_url,
            .accepted =
                "a URI that starts with postgresql:// or postgres://, keywords (host=…), or a JDBC or .NET string"
        },
        i.database_url
    );
    visit(
        rule{
            .name = "url",
            .meaning = "The URL of its API gateway.",
            .accepts = is_http_url,
            .accepted = "a URL that starts with https:// or http:// and holds no password"
        },
        i.url
    );
    constexpr std::string_view a_key = "a key without white space";
    visit(
        rule{.name = "anon_key", .meaning = "Its public API key.", .accepts = is_api_key, .accepted = a_key}, i.anon_key
    );
    visit(
        rule{
            .name = "service_role_key",
            .meaning = "Its API key that bypasses row security.",
            .accepts = is_api_key,
            .accepted = a_key
        },
        i.service_role_key
    );
    visit(
        rule{
            .name = "tags",
            .meaning = "Labels of your own.",
            .accepts = is_tag,
            .accepted = "a text of 1 to 63 characters"
        },
        i.tags
    );
}

} // namespace basekeeper::config
