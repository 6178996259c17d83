// One client's conversation: tells messages apart, runs requests side by side, sees to it that each is answered once.
#pragma once

#include "io/nursery.hpp"
#include "mcp/changes.hpp"
#include "mcp/client_requests.hpp"
#include "mcp/outbox.hpp"
#include "mcp/requests.hpp"
#include "mcp/server.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace basekeeper::mcp {

/// Speaks both eras at once: a request that carries the stateless envelope is served on its own, `initialize` opens the
/// session that the other ones belong to. Knows no transport. Lives on the I/O thread; the owner must let `close()`
/// finish before it destroys the session.
class session : private change_listener
{
public:
    /// `out`: for what belongs to no request, and for answers unless `receive` names another way.
    session(server& of, caller who, outbox& out, io::executor where);
    ~session() override;
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    /// Takes one message or batch. Answers what needs no waiting at once; starts a coroutine for what does.
    void receive(std::string_view text);

    /// The same for a document that is read already. Answers, and what else belongs to these requests, go to `reply`
    /// (null: the session's own outbox), which is kept as long as one of them runs.
    void receive(boost::json::value document, std::shared_ptr<outbox> reply);

    /// Answers a message that the transport could not hand over.
    void refuse_unread(rpc_error why);

    /// Requests that are running.
    std::size_t running() const { return running_.size(); }

    /// Withdraws everything that runs, as if the client had cancelled each request.
    void cancel_all();

    /// The version that `initialize` settled on; nothing before it was answered.
    std::optional<protocol_version> agreed() const { return agreed_; }

    const principal& who() const { return from_->who; }

    const view& sees() const { return from_->sees; }

    /// Requests from now on have the rights of `who`, whose id must be the same: a client came back with another
    /// credential. What runs keeps the rights that it started with.
    void renew(principal who);

    /// Lets subscriptions end with a result and gives up open questions: the transport is about to close.
    void wind_up();

    /// The client sends nothing more: its open questions are given up, running requests may finish until the deadline.
    io::task<> drain(io::deadline until);

    /// Cancels what still runs and waits for its end. Fails with timeout when something does not stop.
    io::task<result<>> close(io::deadline until);

private:
    struct running_request;
    struct batch;
    struct reply_path;
    struct job;
    class listener;

    void receive_batch(boost::json::array messages, const reply_path& to);
    void take(incoming message, const reply_path& to);
    void start(request r, const reply_path& to);
    void start_modern(request r, const reply_path& to);
    void start_legacy(request r, const reply_path& to);
    void run(job j);
    void answer_at_once(job j);
    outcome initialize(request& r, std::string& message);
    outcome set_log_level(const request& r);
    outcome subscribe(method m, const request& r);
    void notified(const notification& n);
    void withdraw(running_request& one);

    // change_listener, for handshake versions
    void list_changed(list_kind which) override;
    void resource_updated(std::string_view uri) override;
    void task_changed(const task_record& task) override;

    io::task<> serve_legacy(job j);
    io::task<> serve_modern(job j);
    io::task<> serve_listen(job j);
    io::task<> serve_task_result(job j);
    io::task<outcome> attempt(method m, exchange& x, peer& up);
    void announce(const job& j, session_peer& up);
    outcome resume(modern_peer& up, const boost::json::object& params, std::string_view bound_to);
    void ask_client(const job& j, const modern_peer& up, std::string_view bound_to);
    void conclude(const job& j, exchange& x, const outcome& came_to);
    void conclude(const job& j, const rpc_error& why);
    void conclude(const job& j, std::string message, message_traits what);
    void refuse(const reply_path& to, std::string_view id, rpc_error why, fault found_by);
    void deliver(const reply_path& to, std::string message, message_traits what);

    const codec& legacy_voice() const;

    server& server_;
    std::shared_ptr<const caller> from_; // shared with the requests that run
    outbox& out_;
    std::shared_ptr<outbox> own_; // out_, not owned
    client_requests asked_;
    std::optional<protocol_version> agreed_; // set by initialize
    client_profile client_;                  // what it declared there
    std::set<std::string, std::less<>> subscribed_;
    std::unordered_map<std::string, running_request> running_;
    io::event ending_; // listens end with a result
    io::nursery nursery_;
};

} // namespace basekeeper::mcp
