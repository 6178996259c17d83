// One client's conversation: tells messages apart, runs requests side by side, sees to it that each is answered once.
#pragma once

#include "io/nursery.hpp"
#include "mcp/client_requests.hpp"
#include "mcp/outbox.hpp"
#include "mcp/requests.hpp"
#include "mcp/server.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace basekeeper::mcp {

/// Speaks both eras at once: a request that carries the stateless envelope is served on its own, `initialize` opens the
/// session that the other ones belong to. Knows no transport. Lives on the I/O thread; the owner must let `close()`
/// finish before it destroys the session.
class session
{
public:
    session(server& of, principal who, outbox& out, io::executor where);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    /// Takes one message or batch. Answers what needs no waiting at once; starts a coroutine for what does.
    void receive(std::string_view text);

    /// Answers a message that the transport could not hand over.
    void refuse_unread(rpc_error why);

    /// Requests that are running.
    std::size_t running() const { return running_.size(); }

    /// The client sends nothing more: its open questions are given up, running requests may finish until the deadline.
    io::task<> drain(io::deadline until);

    /// Cancels what still runs and waits for its end. Fails with timeout when something does not stop.
    io::task<result<>> close(io::deadline until);

private:
    struct running_request;
    struct batch;
    struct job;
    using answers = std::shared_ptr<batch>; // owned by the requests of one batch; null outside of batches

    void receive_batch(boost::json::array messages);
    void take(incoming message, const answers& to);
    void start(request r, const answers& to);
    void start_modern(request r, const answers& to);
    void start_legacy(request r, const answers& to);
    void run(job j);
    void answer_at_once(method m, request& r, const codec& speak, const answers& to);
    outcome initialize(request& r, std::string& message);
    outcome set_log_level(const request& r);
    void notified(const notification& n);

    io::task<> serve_legacy(job j);
    io::task<> serve_modern(job j);
    io::task<outcome> attempt(method m, exchange& x, peer& up);
    void announce(const job& j, session_peer& up);
    outcome resume(modern_peer& up, const boost::json::object& params, std::string_view bound_to);
    std::string ask_client(const job& j, const modern_peer& up, std::string_view bound_to) const;
    static std::string complete_message(const job& j, exchange& x, const outcome& came_to);
    void conclude(const job& j, std::string message);
    void deliver(const answers& to, std::string message);

    const codec& legacy_voice() const;

    server& server_;
    principal who_;
    outbox& out_;
    client_requests asked_;
    std::optional<protocol_version> agreed_; // set by initialize
    client_profile client_;                  // what it declared there
    std::unordered_map<std::string, running_request> running_;
    io::nursery nursery_;
};

} // namespace basekeeper::mcp
