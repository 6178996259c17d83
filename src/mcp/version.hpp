// The protocol versions that we speak, what each of them knows, and which one a session settles on.
#pragma once

#include <optional>
#include <string_view>

namespace basekeeper::mcp {

/// Published versions, oldest first.
enum class protocol_version
{
    v2024_11_05,
    v2025_03_26,
    v2025_06_18,
    v2025_11_25,
    v2026_07_28
};

inline constexpr auto newest_legacy = protocol_version::v2025_11_25;
inline constexpr auto newest = protocol_version::v2026_07_28;

/// Id of the extension that gives the stateless version tasks (SEP-2663).
inline constexpr std::string_view tasks_extension = "io.modelcontextprotocol/tasks";

/// Id of the extension for user interfaces in `ui://` resources (MCP Apps, 2026-01-26).
inline constexpr std::string_view ui_extension = "io.modelcontextprotocol/ui";

/// Legacy versions shake hands once and keep a session; modern ones carry everything in each request.
enum class era
{
    legacy,
    modern
};

/// What may stand on the wire in one version.
struct version_traits
{
    protocol_version version;
    std::string_view name; ///< `2025-06-18`
    bool batches;          ///< JSON-RPC arrays
    bool annotations;      ///< hints on tools
    bool audio;            ///< audio content
    bool completions;      ///< the capability of that name
    bool progress_message;
    bool structured_content; ///< with `outputSchema` and `title` members
    bool elicitation;
    bool elicitation_mode;   ///< `mode: form` in the question
    bool server_description; ///< `description` in serverInfo
    bool core_tasks;         ///< `task` in a call and `tasks/*`, as 2025-11-25 has them

    era belongs_to() const { return version == newest ? era::modern : era::legacy; }
};

const version_traits& traits_of(protocol_version v);

/// Nothing for a version that we do not speak.
std::optional<protocol_version> find_version(std::string_view name);

/// The version that answers `initialize`: the one asked for when it is a legacy one that we speak, else our newest of
/// that era.
protocol_version negotiate(std::string_view requested);

} // namespace basekeeper::mcp
