// The steps in order; every outcome is written.
#include "jobs/worker.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <numeric>
#include <utility>

namespace basekeeper::jobs {
namespace {

/// Of what a server said to a failure; the record is read with every look at the job.
constexpr std::size_t most_reason_bytes = 2'000;

/// A bug in one step ends its job, not the program.
io::task<result<>> guarded(const std::function<io::task<result<>>(run&)>& what, run& on)
{
    try {
        co_return co_await what(on);
    } catch (const std::exception& bug) {
        co_return fail(
            condition::internal, fmt::format("a bug: {}", bug.what()), "report it with the log of this program"
        );
    }
}

} // namespace

worker::worker(run& on, std::vector<step> steps, after_failure then) : on_(on), steps_(std::move(steps)), then_(then)
{
    for (const auto& each : steps_)
        weight_ += each.weight;
}

void worker::enter(std::size_t index)
{
    const auto before = std::accumulate(
        steps_.begin(),
        steps_.begin() + static_cast<std::ptrdiff_t>(index),
        0.0,
        [](double sum, const step& s) { return sum + s.weight; }
    );
    on_.step_begins_ = before / weight_;
    on_.step_share_ = steps_[index].weight / weight_;
}

io::task<result<>> worker::finish(state::job_status how, std::string message)
{
    on_.record_.status = how;
    on_.record_.message = std::move(message);
    on_.stoppable_ = false;
    CO_TRY(co_await on_.save());
    co_return result<>{};
}

io::task<result<>> worker::stop(error why, std::string_view doing)
{
    if (why.code == condition::cancelled) {
        const bool asked = CO_TRY(co_await on_.save());
        if (!asked)
            co_return result<>{};
        co_return co_await finish(
            state::job_status::cancelled,
            fmt::format("stopped before or in \"{}\"; {} of {} steps are done", doing, on_.record_.done, steps_.size())
        );
    }
    auto failure = fmt::format("{}: {}", doing, why.message);
    if (!why.server_text.empty())
        failure += fmt::format("\n{}", utf8_prefix(why.server_text, most_reason_bytes));
    // Why it was taken back at all is told as well.
    if (on_.record_.status == state::job_status::undoing && !on_.record_.failure.empty())
        failure += fmt::format("\nit was taken back because of: {}", on_.record_.failure);
    on_.record_.failure = std::move(failure);
    on_.record_.hint = why.hint;
    co_return co_await finish(state::job_status::failed, fmt::format("failed: {}", doing));
}

io::task<result<>> worker::forward()
{
    auto& record = on_.record_;
    record.status = state::job_status::running;
    record.failure.clear();
    record.hint.clear();
    for (std::size_t i = record.done; i < steps_.size(); ++i) {
        enter(i);
        record.fraction = on_.step_begins_;
        record.message = steps_[i].name;
        auto done = co_await on_.checkpoint();
        if (done)
            done = co_await guarded(steps_[i].work, on_);
        if (!done)
            co_return co_await stop(std::move(done).error(), steps_[i].name);
        record.done = static_cast<std::uint32_t>(i + 1);
        record.fraction = on_.step_begins_ + on_.step_share_;
        CO_TRY(co_await on_.save());
    }
    record.fraction = 1;
    co_return co_await finish(state::job_status::succeeded, "done");
}

io::task<result<>> worker::back()
{
    auto& record = on_.record_;
    record.status = state::job_status::undoing;
    on_.stoppable_ = false;
    // The step after the last one that is done may have been done by half.
    for (auto i = std::min<std::size_t>(record.done + std::size_t{1}, steps_.size()); i-- > 0;) {
        enter(i);
        const auto doing = fmt::format("undo: {}", steps_[i].name);
        record.message = doing;
        CO_TRY(co_await on_.save());
        if (steps_[i].undo)
            if (auto undone = co_await guarded(steps_[i].undo, on_); !undone)
                co_return co_await stop(std::move(undone).error(), doing);
        record.done = std::min(record.done, static_cast<std::uint32_t>(i));
        record.fraction = on_.step_begins_;
        CO_TRY(co_await on_.save());
    }
    co_return co_await finish(state::job_status::undone, "everything is taken back");
}

io::task<result<>> worker::work(direction way)
{
    if (way == direction::back)
        co_return co_await back();
    CO_TRY(co_await forward());
    if (on_.record_.status == state::job_status::failed && then_ == after_failure::taken_back)
        co_return co_await back();
    co_return result<>{};
}

} // namespace basekeeper::jobs
