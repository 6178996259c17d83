// One call that goes on after its answer: its state, its open questions, and how it ended.
#pragma once

#include "base/clock.hpp"
#include "io/event.hpp"
#include "mcp/call.hpp"
#include "mcp/codec.hpp"
#include "mcp/jsonrpc.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::mcp {

enum class task_status
{
    working,
    input_required,
    completed,
    failed,
    cancelled
};

/// What a call that became a task has to say at its end: the members of a tool's result, as text.
struct task_result
{
    std::string members;
    result_traits traits{};
    bool failed = false;   ///< the tool failed: `isError`
    std::string message{}; ///< one sentence of ours about the failure
};

/// How the work ended: with a result, or with an error of the protocol.
using task_end = std::expected<task_result, rpc_error>;

/// The call that a task is.
struct task_call
{
    std::string tool;
    std::string instance; ///< empty: of the server itself, or not known yet
};

/// A task as clients see it. Lives on the I/O thread; changed by the task_store only.
class task_record
{
public:
    /// @param where  the I/O thread
    task_record(
        std::string id,
        std::string owner,
        task_call of,
        wall_time created,
        std::chrono::milliseconds ttl,
        io::executor where
    );

    const std::string& id() const { return id_; }

    /// The id of the principal; nobody else is told that the task exists.
    const std::string& owner() const { return owner_; }

    /// Who may not make that call, with the credential and the connection of the moment, is told the same.
    const task_call& of() const { return of_; }

    wall_time created() const { return created_; }

    wall_time updated() const { return updated_; }

    /// How long the record is kept, from its creation.
    std::chrono::milliseconds ttl() const { return ttl_; }

    bool ended() const { return cancelled_ || end_.has_value(); }

    /// As the design of that era has it: a tool that failed has failed (2025-11-25) or completed (the extension).
    task_status status(era in) const;

    /// One sentence of ours about the state; may be empty.
    const std::string& message() const { return message_; }

    /// Nothing unless the task completed or failed.
    const std::optional<task_end>& end() const { return end_; }

    /// Questions that wait for the client's responses.
    const std::vector<input_request>& open() const { return open_; }

    /// Grows with every end, question and response.
    std::uint64_t version() const { return version_; }

    /// Waits until the version is not `seen` any more. Fails as io::event does.
    io::task<result<>> change_after(std::uint64_t seen, io::deadline until);

private:
    friend class task_store;

    void touch(wall_time now);

    std::string id_;
    std::string owner_;
    task_call of_;
    wall_time created_;
    wall_time updated_;
    std::chrono::milliseconds ttl_;
    std::string message_;
    bool cancelled_ = false;
    std::optional<task_end> end_;
    std::vector<input_request> open_;
    std::set<std::string, std::less<>> asked_;                                    // every key there ever was
    std::map<std::string, std::optional<boost::json::value>, std::less<>> given_; // not taken yet; nothing: refused
    std::set<std::string, std::less<>> claimed_; // questions that somebody is putting to the client
    std::uint64_t version_ = 0;
    io::event changed_;
};

} // namespace basekeeper::mcp
