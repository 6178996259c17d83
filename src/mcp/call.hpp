// What a running call knows and may ask: who called, until when, on which instance, and a way up to the client.
#pragma once

#include "io/deadline.hpp"
#include "io/task.hpp"
#include "log/trace.hpp"

#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::mcp {

/// The worst that a tool, or one call of it, can do.
enum class effect
{
    reads,   ///< changes nothing
    writes,  ///< adds or changes, recoverably
    destroys ///< can lose data or access; needs a person's confirmation
};
BOOST_DESCRIBE_ENUM(effect, reads, writes, destroys)

/// No instance can have this name.
inline constexpr std::string_view every_instance = "*";

/// What a principal was granted. Implemented above mcp; immutable.
class authority
{
public:
    virtual ~authority() = default;

    /// Whether calls of this effect are granted in a tool group; `instance` empty: on at least one instance,
    /// `every_instance`: on all, those to come as well.
    virtual bool allows(std::string_view group, effect what, std::string_view instance) const = 0;

    /// The same text for the same rights: lists that depend on them are kept under it.
    virtual std::string_view key() const = 0;
};

/// Who is calling. Everything kept for a later call (confirmation, session, task, job) is bound to `id`.
struct principal
{
    std::string id; ///< `stdio:<user>`, `cli:<user>`, `anonymous`, `key:<id>` or `user:<issuer>/<subject>`
    std::shared_ptr<const authority> rights{}; ///< null: everything; shared by the requests of one credential

    /// The claims of a verified token as a JSON object; empty for every other credential. Only ever what a signature
    /// vouched for: row-level security may trust `sub` and `role`. Not for logs or answers.
    std::string claims{};
};

enum class access
{
    full,
    read_only ///< tools that can write are neither listed nor run, whatever their arguments
};

/// What a client limited itself to when it connected: never more than the server offers.
struct view
{
    std::vector<std::string> features{}; ///< tool groups; empty: all
    std::string instance{};              ///< empty: any that the server offers
    access mode = access::full;

    bool is_whole() const { return features.empty() && instance.empty() && mode == access::full; }
};

/// The same text for views of the same.
std::string key_of(const view& sees);

/// Who calls and what of the server they see.
struct caller
{
    principal who;
    view sees{};
};

/// Levels of log messages to a client (RFC 5424 names, lowest first).
enum class log_level
{
    debug,
    info,
    notice,
    warning,
    error,
    critical,
    alert,
    emergency
};

/// A question to the person behind the client. `schema` is an object schema with flat primitive properties, as
/// `elicitation/create` asks for; it must never ask for a secret.
struct question
{
    std::string key;     ///< unique within the call; names the answer when the call is repeated
    std::string message; ///< what is asked, in full sentences
    boost::json::object schema;
};

enum class answer_action
{
    accept,
    decline,
    cancel
};

struct answer
{
    answer_action action = answer_action::cancel;
    boost::json::object content; ///< as the schema asked; empty unless accepted
};

/// What only the client can give, and only when it declared that it can.
enum class input_kind
{
    form,           ///< elicitation in form mode
    url,            ///< elicitation in URL mode
    sampling,       ///< a completion by the client's model
    tools_sampling, ///< one that may call tools
    roots           ///< the folders that the client works in
};

/// One request to the client: `elicitation/create`, `sampling/createMessage` or `roots/list`.
struct input_request
{
    std::string key; ///< unique within the call; names the response when the call is repeated
    input_kind kind = input_kind::form;
    boost::json::object params;
};

/// The method of that kind of request.
std::string_view method_of(input_kind kind);

/// The way from a running call up to its client. One implementation per kind of client: an MCP session of either era,
/// the command line. Must outlive the call.
class peer
{
public:
    virtual ~peer() = default;

    /// Tells how far the work is. Dropped when the client did not ask for progress or `done` does not increase.
    virtual void progress(double done, std::optional<double> total, std::string_view message) = 0;

    /// Sends a log message at the client's level or above. No secrets, no foreign text.
    virtual void log(log_level level, std::string_view logger, std::string_view message) = 0;

    /// True when `ask` can reach a person.
    virtual bool can_ask() const = 0;

    /// True when the client declared that it can give this.
    virtual bool can_give(input_kind kind) const { return kind == input_kind::form && can_ask(); }

    /// Asks the person and waits. In the era of stateless requests the first attempt fails with
    /// condition::input_required, which the handler passes on unchanged; the client then repeats the call with the
    /// answer and the handler runs again from its start, so it must not have changed anything before asking.
    virtual io::task<result<answer>> ask(question q, io::deadline until) = 0;

    /// Lets go of the connection that waits for the answer; the client comes back for it after `retry` (SSE polling of
    /// 2025-11-25). Nothing happens where that is not possible.
    virtual void release_stream(std::chrono::milliseconds retry) { static_cast<void>(retry); }

    /// Asks the client for all of these at once and gives its results in the same order, unchecked but objects. Fails
    /// as `ask`; with unavailable when the client cannot give one of them or answers with an error.
    virtual io::task<result<std::vector<boost::json::object>>>
    request(std::vector<input_request> what, io::deadline until);
};

/// What a call did, for audit and metrics.
struct call_tally
{
    std::uint64_t rows = 0; ///< rows read or written
    bool truncated = false; ///< a cap cut the result
};

/// One call of a tool, resource or prompt. Lives on the I/O thread until its answer is sent.
class call
{
public:
    call(caller from, peer& up, io::deadline until) : from_(std::move(from)), up_(up), until_(until) {}

    const principal& who() const { return from_.who; }

    const view& sees() const { return from_.sees; }

    peer& client() { return up_; }

    io::deadline deadline() const { return until_; }

    /// The instance the call is about, as the client named it or as the only or pinned one; empty for tools that do
    /// not touch one.
    const std::string& instance() const { return instance_; }

    /// For tools about the server itself: the instances that this caller may hear of.
    const std::vector<std::string>& shown_instances() const { return shown_instances_; }

    void show_instances(std::vector<std::string> names) { shown_instances_ = std::move(names); }

    /// The span of this call: for log lines and, as `traceparent`, for the requests that it makes.
    const log::trace_context& trace() const { return trace_; }

    /// Before the call runs: what the client sent, or empty; policy makes the call's own span beneath it.
    void set_trace(const log::trace_context& t) { trace_ = t; }

    call_tally& tally() { return tally_; }

    const call_tally& tally() const { return tally_; }

    /// The scope that the caller would have needed; empty: nothing was refused for want of one.
    const std::string& needed_scope() const { return needed_scope_; }

    void lacks_scope(std::string name) { needed_scope_ = std::move(name); }

    void select_instance(std::string name) { instance_ = std::move(name); }

    void shorten_deadline(io::deadline until)
    {
        if (until.time() < until_.time())
            until_ = until;
    }

private:
    caller from_;
    peer& up_;
    io::deadline until_;
    std::string instance_;
    std::vector<std::string> shown_instances_;
    std::string needed_scope_;
    log::trace_context trace_;
    call_tally tally_;
};

} // namespace basekeeper::mcp
