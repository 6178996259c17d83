// Checks of the per-request envelope, in the order in which the protocol wants them to win.
#include "mcp/envelope.hpp"

#include "json/text.hpp"
#include "mcp/app.hpp"
#include "mcp/codec.hpp"
#include "mcp/version.hpp"

#include <algorithm>

namespace basekeeper::mcp {
namespace {

constexpr std::string_view version_key = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view capabilities_key = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view log_level_key = "io.modelcontextprotocol/logLevel";

const boost::json::object* find_meta(const boost::json::object& params)
{
    const auto* meta = params.if_contains("_meta");
    return meta != nullptr ? meta->if_object() : nullptr;
}

/// Clients name the kinds of pages that they show; one that names none is taken to show the one kind there is.
bool takes_pages(const boost::json::object& ui)
{
    const auto* types = ui.if_contains("mimeTypes");
    if (types == nullptr || !types->is_array())
        return types == nullptr;
    return std::ranges::any_of(types->get_array(), [](const boost::json::value& one) {
        return one.is_string() && std::string_view(one.get_string()) == app_mime_type;
    });
}

rpc_error missing_keys(bool no_version, bool no_capabilities)
{
    std::string names;
    std::string quoted;
    const auto add = [&](std::string_view key) {
        if (!names.empty()) {
            names += ", ";
            quoted += ',';
        }
        names += key;
        json::write_string(quoted, key);
    };
    if (no_version)
        add(version_key);
    if (no_capabilities)
        add(capabilities_key);
    return {
        rpc_code::invalid_params,
        "Invalid params: _meta lacks or misspells " + names,
        R"({"envelope":{"missing":[)" + quoted + "]}}"
    };
}

rpc_error unsupported(std::string_view requested)
{
    std::string data = R"({"supported":[)";
    json::write_string(data, traits_of(newest).name);
    data += "],";
    data += R"("requested":)";
    json::write_string(data, requested);
    data += '}';
    return {rpc_code::unsupported_protocol_version, "Unsupported protocol version", std::move(data)};
}

} // namespace

bool claims_modern_era(const boost::json::object& params)
{
    const auto* meta = find_meta(params);
    return meta != nullptr && (meta->contains(version_key) || meta->contains(capabilities_key));
}

client_profile read_capabilities(const boost::json::object& capabilities)
{
    const auto declared = [](const boost::json::object& in, std::string_view name) {
        const auto* found = in.if_contains(name);
        return found != nullptr ? found->if_object() : nullptr;
    };
    client_profile from;
    if (const auto* elicitation = declared(capabilities, "elicitation")) {
        from.opens_urls = elicitation->contains("url");
        from.answers_forms = elicitation->contains("form") || !from.opens_urls; // an empty object means forms
    }
    if (const auto* sampling = declared(capabilities, "sampling")) {
        from.samples = true;
        from.samples_with_tools = sampling->contains("tools");
    }
    from.lists_roots = declared(capabilities, "roots") != nullptr;
    if (const auto* extensions = declared(capabilities, "extensions")) {
        from.takes_tasks = declared(*extensions, tasks_extension) != nullptr;
        if (const auto* ui = declared(*extensions, ui_extension))
            from.shows_apps = takes_pages(*ui);
    }
    return from;
}

std::optional<rpc_error> find_missing_keys(const boost::json::object& params)
{
    const auto* meta = find_meta(params);
    const auto* version = meta->if_contains(version_key);
    const auto* capabilities = meta->if_contains(capabilities_key);
    const bool no_version = version == nullptr || !version->is_string();
    const bool no_capabilities = capabilities == nullptr || !capabilities->is_object();
    if (no_version || no_capabilities)
        return missing_keys(no_version, no_capabilities);
    return std::nullopt;
}

std::expected<client_profile, rpc_error> read_envelope(const boost::json::object& params)
{
    if (auto missing = find_missing_keys(params))
        return std::unexpected(*std::move(missing));
    const auto* meta = find_meta(params);
    const auto* version = meta->if_contains(version_key);
    const auto* capabilities = meta->if_contains(capabilities_key);
    if (version->get_string() != traits_of(newest).name)
        return std::unexpected(unsupported(version->get_string()));

    auto from = read_capabilities(capabilities->get_object());
    if (const auto* level = meta->if_contains(log_level_key)) {
        from.logs_from = level->is_string() ? find_log_level(level->get_string()) : std::nullopt;
        if (!from.logs_from)
            return refuse(
                rpc_code::invalid_params,
                "Invalid params: " + std::string(log_level_key) +
                    " must be one of debug, info, notice, warning, error, "
                    "critical, alert, emergency"
            );
    }
    return from;
}

} // namespace basekeeper::mcp
