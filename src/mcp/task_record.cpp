// What a task's state is called, and who is woken when it changes.
#include "mcp/task_record.hpp"

namespace basekeeper::mcp {

task_record::task_record(
    std::string id,
    std::string owner,
    task_call of,
    wall_time created,
    std::chrono::milliseconds ttl,
    io::executor where
)
    : id_(std::move(id)), owner_(std::move(owner)), of_(std::move(of)), created_(created), updated_(created), ttl_(ttl),
      changed_(std::move(where))
{}

task_status task_record::status(era in) const
{
    if (cancelled_)
        return task_status::cancelled;
    if (!end_)
        return open_.empty() ? task_status::working : task_status::input_required;
    const bool failed = !*end_ || ((*end_)->failed && in == era::legacy);
    return failed ? task_status::failed : task_status::completed;
}

void task_record::touch(wall_time now)
{
    updated_ = now;
    ++version_;
    changed_.set();
    changed_.reset();
}

io::task<result<>> task_record::change_after(std::uint64_t seen, io::deadline until)
{
    if (version_ != seen)
        co_return result<>{};
    co_return co_await changed_.wait(until);
}

} // namespace basekeeper::mcp
