// The table of features, and reading a version.
#include "clients/dokploy/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace basekeeper::dokploy {
namespace {

constexpr std::array table{
    feature_fact{
        feature::environments,
        {0, 25, 0},
        "environments of a project",
        "update Dokploy: services cannot be managed there"
    },
    feature_fact{
        feature::sound_template_keys,
        {0, 25, 6},
        "templates with sound JWT keys",
        "generate the keys outside Dokploy: those of its templates have no role"
    },
    feature_fact{
        feature::queue_list,
        {0, 28, 3},
        "the list of queued deployments",
        "follow the deployments of the service instead"
    },
    feature_fact{
        feature::save_environment, {0, 29, 0}, "saving an environment by itself", "update the whole service instead"
    },
    feature_fact{
        feature::container_logs,
        {0, 29, 0},
        "container logs over HTTP",
        "read them in Dokploy's interface, or update it"
    },
    feature_fact{
        feature::generated_sslip,
        {0, 29, 3},
        "generated domains at sslip.io",
        "generated domains end in traefik.me there"
    },
    feature_fact{
        feature::deployment_logs,
        {0, 29, 5},
        "deployment logs over HTTP",
        "read them in Dokploy's interface, or update it"
    },
    feature_fact{
        feature::template_preview, {0, 29, 6}, "the preview of a template", "process it for an existing service instead"
    },
    feature_fact{
        feature::unisolated_templates,
        {0, 29, 14},
        "templates that leave isolation alone",
        "set isolatedDeployment after an import"
    },
    feature_fact{
        feature::source_on_creation,
        {0, 30, 0},
        "a source type on creation",
        "set sourceType with an update after the creation"
    },
    feature_fact{
        feature::escaped_env,
        {0, 30, 0},
        "env values that reach containers unchanged",
        "values with $, # or quotes are changed on their way: avoid them, or update Dokploy"
    },
    feature_fact{
        feature::server_health, {0, 30, 0}, "the health of the server and overviews", "ask for each service instead"
    },
};

const feature_fact& fact_of(feature what)
{
    return *std::ranges::find(table, what, &feature_fact::what);
}

} // namespace

std::optional<version> parse_version(std::string_view text)
{
    if (text.starts_with('v') || text.starts_with('V'))
        text.remove_prefix(1);
    std::array<int, 3> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0) {
            if (!text.starts_with('.'))
                return std::nullopt;
            text.remove_prefix(1);
        }
        if (text.empty() || text.front() < '0' || text.front() > '9')
            return std::nullopt;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), numbers.at(i));
        if (failed != std::errc{})
            return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    if (!text.empty() && text.front() != '-' && text.front() != '+')
        return std::nullopt;
    return version{numbers[0], numbers[1], numbers[2]};
}

std::string to_string(version v)
{
    return fmt::format("v{}.{}.{}", v.major, v.minor, v.patch);
}

std::span<const feature_fact> features()
{
    return table;
}

bool supports(version v, feature what)
{
    return v >= fact_of(what).since;
}

result<> require(version v, feature what)
{
    const auto& fact = fact_of(what);
    if (v >= fact.since)
        return {};
    return fail(
        condition::conflict,
        fmt::format("Dokploy {} lacks {}, which came with {}", to_string(v), fact.named, to_string(fact.since)),
        std::string(fact.without)
    );
}

std::vector<feature_fact> missing_features(version v)
{
    std::vector<feature_fact> out;
    for (const auto& fact : table)
        if (v < fact.since)
            out.push_back(fact);
    return out;
}

} // namespace basekeeper::dokploy
