// The way up from a running request to an MCP client: progress, log messages, questions.
#pragma once

#include "base/clock.hpp"
#include "mcp/call.hpp"
#include "mcp/client_requests.hpp"
#include "mcp/outbox.hpp"
#include "mcp/request_state.hpp"
#include "mcp/version.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::mcp {

/// What a client declared: once for a session, or in each stateless request.
struct client_profile
{
    bool answers_forms = false; ///< elicitation in form mode
    bool opens_urls = false;    ///< elicitation in URL mode
    bool samples = false;
    bool samples_with_tools = false;
    bool lists_roots = false;
    bool takes_tasks = false;           ///< the extension io.modelcontextprotocol/tasks
    bool shows_apps = false;            ///< the extension io.modelcontextprotocol/ui, with pages of our kind
    std::optional<log_level> logs_from; ///< nothing: no log messages

    bool gives(input_kind kind) const;
};

/// JSON text of the `ClientCapabilities` that a request of this kind needs.
std::string_view needed_capability(input_kind kind);

/// Why a question cannot be put.
error client_lacks(input_kind kind);

/// The same as a response to the request that led to the question.
rpc_error capability_missing(input_kind kind);

/// What a request that needs the tasks extension is told by a client that did not declare it.
rpc_error tasks_not_declared();

/// Progress and log messages of one request; questions are left to the eras.
class session_peer : public peer
{
public:
    void progress(double done, std::optional<double> total, std::string_view message) override;
    void log(log_level level, std::string_view logger, std::string_view message) override;

    bool can_ask() const override { return from_.answers_forms; }

    bool can_give(input_kind kind) const override { return from_.gives(kind); }

    void release_stream(std::chrono::milliseconds retry) override
    {
        if (!silent_)
            to_.out.pause(retry);
    }

    /// Nothing more is sent: the request was answered or withdrawn.
    void fall_silent() { silent_ = true; }

protected:
    struct wiring
    {
        outbox& out;
        const clock& time;
        const version_traits& knows;
    };

    session_peer(wiring to, const client_profile& from, const boost::json::object& params);

    const version_traits& knows() const { return to_.knows; }

    bool is_silent() const { return silent_; }

    outbox& out() const { return to_.out; }

private:
    wiring to_;
    client_profile from_;
    std::string progress_token_; // JSON text; empty: not asked for
    std::optional<double> last_done_;
    steady_time last_sent_{};
    bool silent_ = false;
};

/// Asks with requests of our own and waits for the answers.
class legacy_peer final : public session_peer
{
public:
    legacy_peer(wiring to, const client_profile& from, const boost::json::object& params, client_requests& ask_through)
        : session_peer(to, from, params), ask_through_(ask_through)
    {}

    using session_peer::wiring;

    io::task<result<answer>> ask(question q, io::deadline until) override;
    io::task<result<std::vector<boost::json::object>>>
    request(std::vector<input_request> what, io::deadline until) override;

private:
    client_requests& ask_through_;
};

/// Answers from what came with the request, and notes what is still open.
class modern_peer final : public session_peer
{
public:
    modern_peer(wiring to, const client_profile& from, const boost::json::object& params)
        : session_peer(to, from, params)
    {}

    using session_peer::wiring;

    io::task<result<answer>> ask(question q, io::deadline until) override;
    io::task<result<std::vector<boost::json::object>>>
    request(std::vector<input_request> what, io::deadline until) override;

    /// Takes the state of the rounds before and the client's responses to what was asked last.
    void resume(conversation before, const boost::json::value* responses);

    const std::vector<input_request>& open_requests() const { return open_; }

    /// What has to be remembered until the client comes back.
    conversation so_far() const;

    /// What was asked for although the client did not declare that it can give it.
    std::optional<input_kind> lacking() const { return lacking_; }

private:
    std::unexpected<error> cannot_give(input_kind kind);

    conversation before_;
    std::vector<input_request> open_;
    std::optional<input_kind> lacking_;
};

/// The request that puts a question to the person.
input_request form_request(question q, const version_traits& knows);

/// Reads `{action, content}` and checks the content against the question's schema: required members, primitive types,
/// enumerated values. Members that were not asked for are dropped. Fails with invalid_argument.
result<answer> read_answer(const boost::json::value& given, const question& q);

/// The level of that name, or nothing.
std::optional<log_level> find_log_level(std::string_view name);

} // namespace basekeeper::mcp
