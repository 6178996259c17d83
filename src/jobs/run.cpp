// Progress of one run, and when it is written.
#include "jobs/run.hpp"

#include "io/event.hpp"

#include <algorithm>
#include <utility>

namespace basekeeper::jobs {
namespace {

constexpr double written_every = 0.1; // of the whole
constexpr std::chrono::seconds longest_unwritten{1};

std::unexpected<error> asked_to_stop()
{
    return fail(condition::cancelled, "somebody asked to stop", "resume the job, or undo it");
}

std::string text_in(const boost::json::object& all, std::string_view name)
{
    const auto* found = all.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

} // namespace

run::run(ledger& keep, state::job_record record, sealed_part with, std::function<void(const state::job_record&)> told)
    : keep_(keep), record_(std::move(record)), with_(std::move(with)), told_(std::move(told)),
      saved_fraction_(record_.fraction)
{}

std::string run::argument(std::string_view name) const
{
    return text_in(with_.arguments, name);
}

std::string run::note(std::string_view name) const
{
    return text_in(with_.notes, name);
}

crypto::secret<> run::secret(std::string_view name) const
{
    const auto found = with_.secrets.find(name);
    return found == with_.secrets.end() ? crypto::secret<>() : found->second;
}

void run::keep_secret(std::string name, crypto::secret<> value)
{
    with_.secrets.insert_or_assign(std::move(name), std::move(value));
}

io::task<result<bool>> run::save()
{
    told_(record_);
    const bool asked = CO_TRY(co_await keep_.save(record_, &with_));
    saved_fraction_ = record_.fraction;
    saved_at_ = std::chrono::steady_clock::now();
    const bool stops = asked && stoppable_;
    co_return stops;
}

io::task<result<>> run::checkpoint()
{
    if (CO_TRY(co_await save()))
        co_return asked_to_stop();
    // Writing cannot be interrupted and swallows the moment of a cancellation.
    if (co_await io::was_cancelled())
        co_return fail(condition::cancelled, "the program is stopping", "start it again and resume the job");
    co_return result<>{};
}

io::task<result<>> run::advance(double of_step, std::string message)
{
    record_.fraction = step_begins_ + step_share_ * std::clamp(of_step, 0.0, 1.0);
    record_.message = std::move(message);
    const bool far = std::abs(record_.fraction - saved_fraction_) >= written_every;
    if (far || std::chrono::steady_clock::now() - saved_at_ >= longest_unwritten)
        co_return co_await checkpoint();
    told_(record_);
    co_return result<>{};
}

} // namespace basekeeper::jobs
