// The rules that hold for every tool, in one place: read-only mode, confirmation, deadlines, caps, wrapping, audit.
#pragma once

#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "mcp/audit.hpp"
#include "mcp/call.hpp"
#include "mcp/confirmation.hpp"
#include "mcp/registry.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>

namespace basekeeper::mcp {

struct policy_settings
{
    access mode = access::full;
    std::string pinned_instance;                          ///< empty: any configured instance
    std::chrono::milliseconds longest_call{120'000};      ///< deadline of a call that names none
    std::chrono::milliseconds longest_task{1'800'000};    ///< the same for one that goes on as a task
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

/// How a call was judged, for the audit trail.
struct judgement
{
    std::array<std::byte, 32> arguments{}; ///< SHA-256 of them, compact JSON sorted by name
    std::string confirm{};                 ///< token that came with the call
    std::string_view word = "allowed";     ///< as audit_entry::decision
    bool token_offered = false;            ///< the client cannot ask: it was told to come back with a token
};

/// A call that may run. Must be given to `policy::finish` or `policy::refuse`, once, or it is not audited.
struct admitted_call
{
    const tool& what;
    prepared_call prepared;
    judgement found;
    steady_time began;
};

/// The answer to a call that may not run; condition::input_required as in `policy::run`.
using refusal = result<tool_reply>;

/// How a request that is no call ended.
enum class answered
{
    well,
    invalid ///< its parameters lead nowhere
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

    /// The same for a resource.
    bool offers(const resource& r, const caller& from) const;

    /// True when the caller may read of that instance in a tool group; the empty group asks for no right. Instances
    /// beyond that are nothing that the caller should be able to tell from those that do not exist.
    bool reaches(std::string_view instance, std::string_view group, const caller& from) const;

    /// The configured instances that the caller reaches.
    std::vector<std::string> instances_for(std::string_view group, const caller& from) const;

    /// The instance that these arguments mean; empty when that cannot be told, or for tools that touch none.
    std::string instance_of(const tool& t, const boost::json::object& arguments, const caller& from) const;

    /// True when the caller could have made a call of this tool on this instance (`instance_of`): only then may they
    /// hear how it goes on as a task, and answer its questions.
    bool shows_work(const tool& t, std::string_view instance, const caller& from) const;

    /// The input schema as this server publishes it: with `instance` where there is a choice, with `confirm` where a
    /// call may have to be confirmed.
    boost::json::object published_schema(const tool& t, const view& sees = {}) const;

    /// Runs one call to its reply. Never fails with anything but condition::input_required, which means: ask the
    /// client and call again with the same arguments.
    io::task<result<tool_reply>> run(const tool& t, boost::json::object arguments, call& c);

    /// The first half of `run`: everything that is checked and asked before the tool does its work. A refusal is
    /// audited and counted here.
    io::task<std::expected<admitted_call, refusal>> admit(const tool& t, boost::json::object arguments, call& c);

    /// The second half: the work, caps, wrapping, audit. `c` may be another call than the one that was admitted, of the
    /// same caller and instance: work that goes on after the answer has a call of its own.
    io::task<tool_reply> finish(admitted_call go, call& c);

    /// Ends a call without its work: audits and counts it, and makes the answer.
    refusal refuse(const admitted_call& judged, error why, const call& c);

    /// Reads a resource: audited as `resources/read NAME`, foreign prose wrapped (JSON stays JSON). Fails with denied
    /// when it is of another instance than the pinned one, with not_found when the connection left its group out, else
    /// as the resource's `read` does.
    io::task<result<resource_body>> read(const resource& r, template_variables variables, call& c);

    /// Fills a prompt in: audited as `prompts/get NAME`; a value named `instance` says which. Fails as the prompt does.
    io::task<result<std::vector<prompt_message>>> get(const prompt& p, template_variables values, call& c);

    /// Records what was answered without a call: a completion, or a request with wrong parameters.
    void note(const caller& from, std::string what, const boost::json::object& params, answered how);

    const std::map<std::string, call_counters, std::less<>>& counters() const { return counters_; }

private:
    void
    record(const call& c, const std::string& what, const judgement& d, std::string_view outcome, steady_time began);
    bool may_need_confirmation(const tool& t) const;
    const std::string& limited_to(const view& sees) const;
    result<std::string> choose_instance(const tool& t, const boost::json::object& arguments, const caller& from) const;
    static void drop_instance(const tool& t, boost::json::object& arguments);
    result<> check_group(std::string_view group, call& c, judgement& d) const;
    io::task<result<>> name_instance(const template_variables& values, std::string_view group, call& c, judgement& d);
    result<> check_rights(std::string_view group, effect does, call& c, judgement& d) const;
    result<> check_intent(const tool& t, const plan& intent, call& c, judgement& d) const;
    result<> check_others(const tool& t, const plan& intent, call& c, judgement& d) const;
    result<> check_offered(const tool& t, call& c, judgement& d) const;
    io::task<result<>> confirm(const tool& t, judgement& d, const plan& intent, call& c);
    io::task<result<prepared_call>> check(const tool& t, boost::json::object arguments, judgement& d, call& c);
    io::task<result<>> ask_first(const tool& t, prepared_call& prepared, judgement& d, call& c);

    policy_settings settings_;
    instance_catalog& instances_;
    audit_sink& audit_;
    confirmation_tokens tokens_;
    const clock& time_;
    crypto::token_source marks_;
    log::trace_source spans_;
    std::map<std::string, call_counters, std::less<>> counters_;
};

/// The group without which no other makes sense; prompts belong to it.
inline constexpr std::string_view always_offered = "instances";

/// The scope that calls of this effect need in a tool group: `database:read`, `:write` or `:destroy`.
std::string scope_name(std::string_view group, effect what);

/// Puts foreign text between markers that it cannot forge, with a sentence that says what it is.
/// `mark`: unpredictable and new for each answer; left out, one is drawn.
std::string wrap_foreign(std::string_view text);
std::string wrap_foreign(std::string_view text, std::string_view mark);

/// A failure as a client reads it: our sentence, the server's words wrapped, the next step.
std::string failure_text(const error& e);

} // namespace basekeeper::mcp
