// Which Dokploy it is, and what it can do: features by the release that brought them.
#pragma once

#include "base/result.hpp"

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::dokploy {

struct version
{
    int major = 0;
    int minor = 0;
    int patch = 0;

    friend auto operator<=>(const version&, const version&) = default;
};

/// `v0.30.2`, with or without the `v`; what follows the three numbers (`-canary.1`) is ignored. Nothing for any other
/// text.
std::optional<version> parse_version(std::string_view text);

/// `v0.30.2`.
std::string to_string(version v);

/// What not every Dokploy can do.
enum class feature
{
    environments,         ///< services live in environments of a project; nothing works without
    sound_template_keys,  ///< templates make JWTs with the roles they ask for
    queue_list,           ///< deployment.queueList, compose.search
    save_environment,     ///< compose.saveEnvironment
    container_logs,       ///< compose.readLogs
    generated_sslip,      ///< generated domains end in sslip.io
    deployment_logs,      ///< deployment.readLogs
    template_preview,     ///< compose.previewTemplate
    unisolated_templates, ///< templates leave isolatedDeployment as it is
    source_on_creation,   ///< compose.create honours sourceType
    escaped_env,          ///< values of an env text reach containers as they are
    server_health,        ///< docker.getServerHealth, domain.toggleEnable, overview.*
};

struct feature_fact
{
    feature what;
    version since;
    std::string_view named;   ///< as a subject: `logs of deployments over HTTP`
    std::string_view without; ///< what an older version does, or what to do there
};

/// All of them, the oldest first.
std::span<const feature_fact> features();

bool supports(version v, feature what);

/// Fails with conflict, naming the feature, both versions and what to do instead, when `v` is too old.
result<> require(version v, feature what);

/// What an instance of this version lacks, the oldest first.
std::vector<feature_fact> missing_features(version v);

} // namespace basekeeper::dokploy
