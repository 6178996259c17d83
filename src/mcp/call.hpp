// What a running call knows and may ask: who called, until when, on which instance, and a way up to the client.
#pragma once

#include "io/deadline.hpp"
#include "io/task.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::mcp {

/// Who is calling. Everything kept for a later call (confirmation, session, job) is bound to `id`.
struct principal
{
    std::string id; ///< `stdio:<user>`, `cli:<user>`, later `key:<id>` or `user:<issuer>/<subject>`
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

    /// Asks the person and waits. In the era of stateless requests the first attempt fails with
    /// condition::input_required, which the handler passes on unchanged; the client then repeats the call with the
    /// answer and the handler runs again from its start, so it must not have changed anything before asking.
    virtual io::task<result<answer>> ask(question q, io::deadline until) = 0;
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
    call(principal who, peer& up, io::deadline until) : who_(std::move(who)), up_(up), until_(until) {}

    const principal& who() const { return who_; }

    peer& client() { return up_; }

    io::deadline deadline() const { return until_; }

    /// The instance the call is about, as the client named it or as the only or pinned one; empty for tools that do
    /// not touch one.
    const std::string& instance() const { return instance_; }

    call_tally& tally() { return tally_; }

    const call_tally& tally() const { return tally_; }

    void select_instance(std::string name) { instance_ = std::move(name); }

    void shorten_deadline(io::deadline until)
    {
        if (until.time() < until_.time())
            until_ = until;
    }

private:
    principal who_;
    peer& up_;
    io::deadline until_;
    std::string instance_;
    call_tally tally_;
};

} // namespace basekeeper::mcp
