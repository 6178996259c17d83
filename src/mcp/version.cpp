// The table of protocol versions.
#include "mcp/version.hpp"

#include <array>

namespace basekeeper::mcp {
namespace {

constexpr std::array<version_traits, 5> known_versions{{
    {.version = protocol_version::v2024_11_05,
     .name = "2024-11-05",
     .batches = false,
     .annotations = false,
     .audio = false,
     .completions = false,
     .progress_message = false,
     .structured_content = false,
     .elicitation = false,
     .elicitation_mode = false,
     .server_description = false,
     .core_tasks = false},
    {.version = protocol_version::v2025_03_26,
     .name = "2025-03-26",
     .batches = true,
     .annotations = true,
     .audio = true,
     .completions = true,
     .progress_message = true,
     .structured_content = false,
     .elicitation = false,
     .elicitation_mode = false,
     .server_description = false,
     .core_tasks = false},
    {.version = protocol_version::v2025_06_18,
     .name = "2025-06-18",
     .batches = false,
     .annotations = true,
     .audio = true,
     .completions = true,
     .progress_message = true,
     .structured_content = true,
     .elicitation = true,
     .elicitation_mode = false,
     .server_description = false,
     .core_tasks = false},
    {.version = protocol_version::v2025_11_25,
     .name = "2025-11-25",
     .batches = false,
     .annotations = true,
     .audio = true,
     .completions = true,
     .progress_message = true,
     .structured_content = true,
     .elicitation = true,
     .elicitation_mode = true,
     .server_description = true,
     .core_tasks = true},
    {.version = protocol_version::v2026_07_28,
     .name = "2026-07-28",
     .batches = false,
     .annotations = true,
     .audio = true,
     .completions = true,
     .progress_message = true,
     .structured_content = true,
     .elicitation = true,
     .elicitation_mode = true,
     .server_description = true,
     .core_tasks = false},
}};

} // namespace

const version_traits& traits_of(protocol_version v)
{
    return known_versions[static_cast<std::size_t>(v)];
}

std::optional<protocol_version> find_version(std::string_view name)
{
    for (const auto& known : known_versions)
        if (known.name == name)
            return known.version;
    return std::nullopt;
}

protocol_version negotiate(std::string_view requested)
{
    const auto found = find_version(requested);
    return found && traits_of(*found).belongs_to() == era::legacy ? *found : newest_legacy;
}

} // namespace basekeeper::mcp
