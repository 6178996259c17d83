// Progress and log notifications, within their rates and levels.
#include "mcp/session_peer.hpp"

#include "json/text.hpp"
#include "mcp/codec.hpp"

#include <array>

namespace basekeeper::mcp {
namespace {

/// More often than this nobody can read it; the last step always gets through.
constexpr std::chrono::milliseconds progress_interval{20};

constexpr std::array<std::string_view, 8> level_names{
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"
};

std::string progress_token(const boost::json::object& params)
{
    const auto* meta = params.if_contains("_meta");
    if (meta == nullptr || !meta->is_object())
        return {};
    const auto* token = meta->get_object().if_contains("progressToken");
    return token == nullptr ? std::string{} : id_text(*token);
}

} // namespace

bool client_profile::gives(input_kind kind) const
{
    switch (kind) {
    case input_kind::form:
        return answers_forms;
    case input_kind::url:
        return opens_urls;
    case input_kind::sampling:
        return samples;
    case input_kind::tools_sampling:
        return samples_with_tools;
    case input_kind::roots:
        break;
    }
    return lists_roots;
}

std::string_view needed_capability(input_kind kind)
{
    switch (kind) {
    case input_kind::form:
        return R"({"elicitation":{"form":{}}})";
    case input_kind::url:
        return R"({"elicitation":{"url":{}}})";
    case input_kind::sampling:
        return R"({"sampling":{}})";
    case input_kind::tools_sampling:
        return R"({"sampling":{"tools":{}}})";
    case input_kind::roots:
        break;
    }
    return R"({"roots":{}})";
}

rpc_error capability_missing(input_kind kind)
{
    return {
        rpc_code::missing_client_capability,
        "Missing required client capability: " + std::string(method_of(kind)),
        R"({"requiredCapabilities":)" + std::string(needed_capability(kind)) + "}"
    };
}

rpc_error tasks_not_declared()
{
    return {
        rpc_code::missing_client_capability,
        "Missing required client capability: extension " + std::string(tasks_extension),
        R"({"requiredCapabilities":{"extensions":{")" + std::string(tasks_extension) + R"(":{}}}})"
    };
}

std::optional<log_level> find_log_level(std::string_view name)
{
    for (std::size_t i = 0; i < level_names.size(); ++i)
        if (level_names[i] == name)
            return static_cast<log_level>(i);
    return std::nullopt;
}

session_peer::session_peer(wiring to, const client_profile& from, const boost::json::object& params)
    : to_(to), from_(from), progress_token_(progress_token(params))
{}

void session_peer::progress(double done, std::optional<double> total, std::string_view message)
{
    if (silent_ || to_.out.is_full() || progress_token_.empty() || (last_done_ && !(done > *last_done_)))
        return;
    const auto now = to_.time.steady();
    const bool complete = total && done >= *total;
    if (last_done_ && !complete && now - last_sent_ < progress_interval)
        return;
    last_done_ = done;
    last_sent_ = now;
    auto text = begin_notification("notifications/progress");
    begin_member(text, "progressToken");
    text += progress_token_;
    begin_member(text, "progress");
    json::write_number(text, done);
    if (total) {
        begin_member(text, "total");
        json::write_number(text, *total);
    }
    if (to_.knows.progress_message)
        write_text_member(text, "message", message);
    text += "}}";
    to_.out.send(std::move(text), {.kind = message_kind::notice});
}

void session_peer::log(log_level level, std::string_view logger, std::string_view message)
{
    if (silent_ || to_.out.is_full() || !from_.logs_from || level < *from_.logs_from)
        return;
    auto text = begin_notification("notifications/message");
    write_text_member(text, "level", level_names[static_cast<std::size_t>(level)]);
    write_text_member(text, "logger", logger);
    begin_member(text, "data");
    json::write_string(text, message);
    text += "}}";
    to_.out.send(std::move(text), {.kind = message_kind::notice});
}

} // namespace basekeeper::mcp
