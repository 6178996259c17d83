// The tasks of all clients: who may see them, how many there are, how long they are kept, and the work behind them.
#pragma once

#include "base/clock.hpp"
#include "io/nursery.hpp"
#include "mcp/changes.hpp"
#include "mcp/task_record.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::mcp {

/// Bounds of what clients can make the server keep.
struct task_limits
{
    std::size_t most_per_principal = 32;
    std::size_t most = 256;
    std::chrono::milliseconds ttl{std::chrono::hours{1}}; ///< of a task whose client named none
    std::chrono::milliseconds shortest_ttl{std::chrono::seconds{10}};
    std::chrono::milliseconds longest_ttl{std::chrono::hours{24}};
    std::chrono::milliseconds poll_interval{1'000}; ///< what clients are told
    std::chrono::milliseconds patience{5'000
    }; ///< how long a call that need not be a task is awaited before it becomes one
};

/// One per server. Tasks live as long as the process and no longer than their ttl; they belong to a principal, not to a
/// session. Lives on the I/O thread; `close` must end before it is destroyed.
class task_store
{
public:
    task_store(task_limits limits, const clock& time, changes& news, std::function<void(std::string_view)> report_bug);

    const task_limits& limits() const { return limits_; }

    /// False when this principal, or everybody together, has as many tasks as can be kept.
    bool has_room(std::string_view owner);

    /// A new task, working. `ttl`: as the client asked, brought within the limits. Nobody sees it before `publish`.
    std::shared_ptr<task_record>
    create(std::string_view owner, task_call of, std::optional<std::chrono::milliseconds> ttl, io::executor where);

    /// Runs the work of a task, which must give `end` to it. It goes on whatever becomes of the client.
    void start(const std::shared_ptr<task_record>& t, io::task<> work);

    /// From now on clients can find it.
    void publish(const std::shared_ptr<task_record>& t);

    /// Takes back a task that was not published: its work is cancelled.
    void discard(const std::shared_ptr<task_record>& t);

    /// The task of that id, if it is this principal's; null: there is none that they may know of.
    std::shared_ptr<task_record> find(std::string_view id, std::string_view owner);

    /// All of this principal, oldest first.
    std::vector<std::shared_ptr<task_record>> of(std::string_view owner);

    // What the work tells. All of these do nothing once the task has ended.

    void end(task_record& t, task_end how);
    void note(task_record& t, std::string_view message);

    /// Puts a question. Returns the key by which it is answered: unlike any before in this task.
    std::string ask(task_record& t, input_request what);

    /// Takes the response to a question: nothing yet, or, inside, nothing because the client refused.
    std::optional<std::optional<boost::json::value>> take(task_record& t, std::string_view key);

    /// A question that nobody waits for any more.
    void drop(task_record& t, std::string_view key);

    // What clients tell.

    /// `response`: null when the client refused to answer. Unknown and answered keys are ignored.
    void answer(task_record& t, std::string_view key, std::optional<boost::json::value> response);

    /// True for the one who may put this question to the client now, until `answer` or `release`.
    bool claim(task_record& t, std::string_view key);

    /// Nobody puts the question any more; others may.
    void release(task_record& t, std::string_view key);

    /// Asks the work to stop and calls the task cancelled. Nothing happens when it has ended.
    void cancel(task_record& t, std::string_view why);

    /// Tasks whose work has not ended.
    std::size_t working() const { return work_ ? work_->size() : 0; }

    /// Cancels everything and waits for its end. Nothing can be started afterwards.
    io::task<result<>> close(io::deadline until);

private:
    struct entry
    {
        std::shared_ptr<task_record> what; // shared with the work and with requests that wait for it
        std::weak_ptr<io::nursery::child> work;
        std::uint64_t number = 0; // of creation
        steady_time until{};      // then it is forgotten
        bool published = false;
    };

    void forget_old();
    io::task<> guard(std::shared_ptr<task_record> t, io::task<> work);
    void tell(task_record& t);

    task_limits limits_;
    const clock& time_;
    changes& news_;
    std::function<void(std::string_view)> report_bug_;
    std::uint64_t last_number_ = 0;
    bool closed_ = false;
    std::map<std::string, entry, std::less<>> all_; // by id
    std::optional<io::nursery> work_;               // since the first task
};

} // namespace basekeeper::mcp
