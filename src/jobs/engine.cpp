// Claims, coroutines and followers of jobs.
#include "jobs/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace basekeeper::jobs {
namespace {

std::string show(const std::string& id)
{
    return fmt::format("look at it with `basekeeper jobs show {}`", id);
}

} // namespace

struct engine::live
{
    live(ledger& keep, state::job_record record, sealed_part with, state::job_claim claim, io::executor runs_on)
        : where(std::move(runs_on)), held(std::move(claim)), latest(record),
          changed(std::make_shared<io::event>(where)),
          on(keep, std::move(record), std::move(with), [this](const state::job_record& r) { tell(r); })
    {}

    /// Wakes everybody who waits for a change; each waits for one event of his own time.
    void tell(const state::job_record& r)
    {
        latest = r;
        std::exchange(changed, std::make_shared<io::event>(where))->set();
    }

    io::executor where;
    std::optional<state::job_claim> held;
    state::job_record latest;
    std::shared_ptr<io::event> changed; // shared with those who wait for it
    run on;
};

engine::engine(ledger& keep, io::executor where, const clock& time, log::logger& log, limits within)
    : keep_(keep), where_(where), time_(time), log_(log), within_(within),
      work_(std::move(where), [&log](const std::exception_ptr&) { log.error("the work of a job ended by a bug"); })
{}

void engine::define(std::string kind, recipe steps, after_failure then)
{
    kinds_.insert_or_assign(std::move(kind), known_kind{std::move(steps), then});
}

result<std::vector<step>> engine::steps_of(const state::job_record& record, const boost::json::object& arguments) const
{
    const auto kind = kinds_.find(record.kind);
    if (kind == kinds_.end())
        return fail(
            condition::not_found,
            fmt::format("this program knows no jobs of the kind {}", record.kind),
            "use the version of basekeeper that started it"
        );
    auto steps = TRY(kind->second.steps(arguments));
    if (!record.steps.empty() && !std::ranges::equal(steps, record.steps, {}, &step::name))
        return fail(
            condition::conflict,
            fmt::format("the job {} was started by a version whose steps were others", record.id),
            "use the version of basekeeper that started it"
        );
    return steps;
}

io::task<> engine::drive(std::shared_ptr<live> job, std::vector<step> steps, direction way, after_failure then)
{
    worker does(job->on, std::move(steps), then);
    if (const auto written = co_await does.work(way); !written)
        log_.error(
            "the state of a job could not be written", {{"job", job->latest.id}, {"why", written.error().message}}
        );
    job->held.reset();
    job->tell(job->on.record());
    live_.erase(job->latest.id);
}

io::task<result<view>> engine::begin(state::job_record record, sealed_part with, state::job_claim held, direction way)
{
    auto steps = CO_TRY(steps_of(record, with.arguments));
    const auto id = record.id;
    const auto then = kinds_.at(record.kind).then;
    auto job = std::make_shared<live>(keep_, std::move(record), std::move(with), std::move(held), where_);
    live_.emplace(id, job);
    work_.spawn(drive(job, std::move(steps), way, then));
    co_return view{.record = job->latest, .worked_on = job->held.has_value()};
}

io::task<result<view>> engine::start(request what)
{
    if (live_.size() >= within_.most_at_once)
        co_return fail(
            condition::unavailable,
            fmt::format("{} jobs are running already", live_.size()),
            "wait for one of them: `basekeeper jobs list`"
        );
    if (!std::exchange(swept_, true))
        if (const auto swept = co_await keep_.remove_before(time_.wall() - within_.kept); !swept)
            log_.warning("old jobs could not be removed", {{"why", swept.error().message}});
    state::job_record record{
        .kind = std::move(what.kind),
        .instance = std::move(what.instance),
        .principal = std::move(what.principal),
        .title = std::move(what.title),
    };
    for (const auto& each : CO_TRY(steps_of(record, what.with.arguments)))
        record.steps.push_back(each.name);
    record = CO_TRY(co_await keep_.add(std::move(record), what.with));
    auto held = CO_TRY(co_await keep_.claim(record.id));
    co_return co_await begin(std::move(record), std::move(what.with), std::move(held), direction::forward);
}

io::task<view> engine::seen(state::job_record record)
{
    if (const auto here = live_.find(record.id); here != live_.end())
        co_return view{.record = here->second->latest, .worked_on = true};
    const auto claimed = co_await keep_.is_claimed(record.id);
    view out{.record = std::move(record), .worked_on = claimed && *claimed};
    // It may have ended between the two looks; its end is written before its claim is let go.
    if (out.interrupted())
        if (auto again = co_await keep_.get(out.record.id))
            out.record = *std::move(again);
    co_return out;
}

io::task<result<view>> engine::get(std::string id)
{
    co_return co_await seen(CO_TRY(co_await keep_.get(std::move(id))));
}

io::task<result<std::vector<view>>> engine::list(state::job_filter filter)
{
    std::vector<view> out;
    for (auto& each : CO_TRY(co_await keep_.list(std::move(filter)))) {
        const bool may_run = each.status == state::job_status::running || each.status == state::job_status::undoing;
        out.push_back(may_run ? co_await seen(std::move(each)) : view{std::move(each)});
    }
    co_return out;
}

io::task<result<view>> engine::follow(std::string id, std::function<void(const view&)> told, io::deadline until)
{
    for (std::optional<state::job_record> before;;) {
        const auto here = live_.find(id);
        const auto change = here == live_.end() ? nullptr : here->second->changed;
        auto now = CO_TRY(co_await get(id));
        const bool is_news = !before || before->fraction != now.record.fraction ||
                             before->message != now.record.message || before->status != now.record.status;
        if (is_news)
            told(now);
        if (now.rests())
            co_return now;
        before = now.record;
        if (until.expired())
            co_return fail(condition::timeout, fmt::format("the job {} is still running", id), show(id));
        // Looking cannot be interrupted and swallows the moment of a cancellation.
        if (co_await io::was_cancelled())
            co_return fail(condition::cancelled, fmt::format("the job {} is no longer followed", id), show(id));
        const auto pause = until.capped(within_.look_every);
        auto waited = change ? co_await change->wait(pause) : co_await io::sleep(pause.remaining());
        if (!waited && waited.error().code != condition::timeout)
            co_return std::unexpected(std::move(waited).error());
    }
}

io::task<result<view>> engine::cancel(std::string id)
{
    auto now = CO_TRY(co_await get(id));
    if (is_over(now.record.status) || (!now.worked_on && !now.interrupted()))
        co_return fail(condition::conflict, fmt::format("the job {} is not running", id), show(id));
    CO_TRY(co_await keep_.ask_to_cancel(id));
    if (now.worked_on)
        co_return now;
    const auto held = CO_TRY(co_await keep_.claim(id));
    now.record.status = state::job_status::cancelled;
    now.record.message = fmt::format("cancelled; {} of {} steps are done", now.record.done, now.record.steps.size());
    CO_TRY(co_await keep_.save(now.record, nullptr));
    co_return now;
}

io::task<result<view>> engine::take_up(std::string id, direction way)
{
    auto held = CO_TRY(co_await keep_.claim(id));
    auto record = CO_TRY(co_await keep_.get(id));
    const bool nothing_to_do =
        way == direction::forward ? is_over(record.status) : record.status == state::job_status::undone;
    if (nothing_to_do)
        co_return fail(condition::conflict, fmt::format("the job {} is over", id), show(id));
    CO_TRY(co_await keep_.withdraw_cancel(id));
    auto with = CO_TRY(co_await keep_.open_notes(id));
    // What was being taken back cannot be gone on with: half of it is gone.
    if (record.status == state::job_status::undoing)
        way = direction::back;
    ++record.attempts;
    co_return co_await begin(std::move(record), std::move(with), std::move(held), way);
}

io::task<result<view>> engine::resume(std::string id)
{
    co_return co_await take_up(std::move(id), direction::forward);
}

io::task<result<view>> engine::undo(std::string id)
{
    co_return co_await take_up(std::move(id), direction::back);
}

io::task<result<>> engine::stop(io::deadline until)
{
    work_.cancel_all();
    co_return co_await work_.join(until);
}

} // namespace basekeeper::jobs
