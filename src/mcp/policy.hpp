// The rules that hold for every tool, in one place: read-only mode, confirmation, deadlines, caps, wrapping, audit.
#pragma once

#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "mcp/audit.hpp"
#include "mcp/call.hpp"
#include "mcp/confirmation.hpp"
#include "mcp/registry.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace basekeeper::mcp {

struct policy_settings
{
    access mode = access::full;
    std::string pinned_instance;                          ///< empty: any configured instance
    std::chrono::milliseconds longest_call{120'000};      ///< deadline of a call that names none
    std::size_t max_result_bytes = std::size_t{1} << 20U; ///< of structured content; larger results are refused
    effect confirm_from = effect::destroys;               ///< calls of this effect and worse need a confirmation
    std::chrono::seconds confirmation_lifetime{120};
};

/// What a client gets from a call. `text` is for a model and wraps what is foreign; `structured` is the JSON object for
/// programs, empty on failure.
struct tool_reply
{
    std::string text;
    std::string structured;
    std::vector<content> blocks{}; ///< instead of `text`; may be empty
    std::optional<error> failed;   ///< set: the call failed, `text` says how and what to do next
    origin words = origin::ours;
};

/// Calls and failures by tool, for metrics and `doctor`.
struct call_counters
{
    std::uint64_t calls = 0;
    std::uint64_t failures = 0;
    std::uint64_t refusals = 0;
};

/// Runs tools under the rules. One per server; lives on the I/O thread.
class policy
{
public:
    policy(
        policy_settings settings,
        instance_catalog& instances,
        audit_sink& audit,
        confirmation_tokens tokens,
        const clock& time
    );

    const policy_settings& settings() const { return settings_; }

    /// True when the tool is listed for this caller and may be called: mode, view and rights allow it.
    bool offers(const tool& t, const caller& from = {}) const;

    /// The input schema as this server publishes it: with `instance` where there is a choice, with `confirm` where a
    /// call may have to be confirmed.
    boost::json::object published_schema(const tool& t, const view& sees = {}) const;

    /// Runs one call to its reply. Never fails with anything but condition::input_required, which means: ask the
    /// client and call again with the same arguments.
    io::task<result<tool_reply>> run(const tool& t, boost::json::object arguments, call& c);

    /// Reads a resource: audited as `resources/read NAME`, foreign prose wrapped (JSON stays JSON). Fails with denied
    /// when it is of another instance than the pinned one, else as the resource's `read` does.
    io::task<result<resource_body>> read(const resource& r, template_variables variables, call& c);

    const std::map<std::string, call_counters, std::less<>>& counters() const { return counters_; }

private:
    struct decision;
    void record(const call& c, const std::string& what, const decision& d, std::string_view outcome, steady_time began);
    bool may_need_confirmation(const tool& t) const;
    result<std::string> choose_instance(const tool& t, const boost::json::object& arguments, const view& sees) const;
    result<> check_rights(std::string_view group, effect does, call& c, decision& d) const;
    result<> check_offered(const tool& t, call& c, decision& d) const;
    io::task<result<>> confirm(const tool& t, decision& d, const plan& intent, call& c);
    io::task<result<tool_output>> admit_and_run(const tool& t, boost::json::object arguments, decision& d, call& c);

    policy_settings settings_;
    instance_catalog& instances_;
    audit_sink& audit_;
    confirmation_tokens tokens_;
    const clock& time_;
    crypto::token_source marks_;
    log::trace_source spans_;
    std::map<std::string, call_counters, std::less<>> counters_;
};

/// The scope that calls of this effect need in a tool group: `database:read`, `:write` or `:destroy`.
std::string scope_name(std::string_view group, effect what);

/// Puts foreign text between markers that it cannot forge, with a sentence that says what it is.
/// `mark`: unpredictable and new for each answer; left out, one is drawn.
std::string wrap_foreign(std::string_view text);
std::string wrap_foreign(std::string_view text, std::string_view mark);

/// A failure as a client reads it: our sentence, the server's words wrapped, the next step.
std::string failure_text(const error& e);

} // namespace basekeeper::mcp
