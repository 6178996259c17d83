// The way up from the work of a task: its questions wait in the task until a client looks at it.
#pragma once

#include "mcp/session_peer.hpp"
#include "mcp/task_store.hpp"

#include <memory>

namespace basekeeper::mcp {

/// Questions become input_required; progress becomes the message of the task; log messages have nobody to read them.
class task_peer final : public peer
{
public:
    /// @param from  what the client that made the task declared
    task_peer(task_store& in, std::shared_ptr<task_record> of, const client_profile& from, const version_traits& knows)
        : store_(in), task_(std::move(of)), from_(from), knows_(knows)
    {}

    /// While the client still waits for the answer to its call, progress and log messages go to it.
    void attach(peer* waiting) { waiting_ = waiting; }

    void progress(double done, std::optional<double> total, std::string_view message) override;
    void log(log_level level, std::string_view logger, std::string_view message) override;

    bool can_ask() const override { return from_.answers_forms; }

    bool can_give(input_kind kind) const override { return from_.gives(kind); }

    io::task<result<answer>> ask(question q, io::deadline until) override;
    io::task<result<std::vector<boost::json::object>>>
    request(std::vector<input_request> what, io::deadline until) override;

    /// What was asked for although the client did not declare that it can give it.
    std::optional<input_kind> lacking() const { return lacking_; }

private:
    std::unexpected<error> cannot_give(input_kind kind);
    io::task<result<std::optional<boost::json::value>>> response_to(std::string key, io::deadline until);

    task_store& store_;
    std::shared_ptr<task_record> task_; // shared with the store
    client_profile from_;
    const version_traits& knows_;
    peer* waiting_ = nullptr;
    std::optional<input_kind> lacking_;
};

} // namespace basekeeper::mcp
