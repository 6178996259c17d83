// The follower and the one who waits for signals are two coroutines; whoever is first ends the other.
#include "cli/job_progress.hpp"

#include "cli/render.hpp"
#include "io/nursery.hpp"
#include "io/signals.hpp"
#include "json/text.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>

namespace basekeeper::cli {
namespace {

constexpr std::size_t bar_width = 24;
constexpr std::chrono::seconds shortest_look{2};    // before a pace means anything
constexpr std::chrono::seconds longest_silence{10}; // without a terminal
constexpr std::chrono::hours patience{24 * 7};

std::string time_left(std::chrono::seconds span)
{
    if (span < std::chrono::seconds{90})
        return fmt::format("{} s left", span.count());
    if (span < std::chrono::minutes{90})
        return fmt::format("{} min left", std::chrono::round<std::chrono::minutes>(span).count());
    return fmt::format("{} h left", std::chrono::round<std::chrono::hours>(span).count());
}

std::string share_and_doing(const jobs::view& job)
{
    const auto& r = job.record;
    const auto now = std::min<std::size_t>(r.done + std::size_t{1}, r.steps.size());
    return fmt::format(
        "{:3.0f} %  {} of {}: {}", std::floor(r.fraction * 100), now, r.steps.size(), printable(r.message)
    );
}

/// One following.
struct following
{
    following(jobs::engine& engine, std::string job, presentation how, io::executor where)
        : of(engine), id(std::move(job)), show(how), over(std::move(where))
    {}

    jobs::engine& of;
    std::string id;
    presentation show;
    job_pace pace;
    std::string said; // the step that was told last
    steady_time said_at{};
    result<jobs::view> end = fail(condition::cancelled, "the job is no longer followed");
    io::event over;
};

void tell(following& f, const jobs::view& job)
{
    const auto now = system_clock().steady();
    f.pace.observe(job, now);
    if (f.show.screen.shows_progress()) {
        f.show.screen.progress(bar_line(job, f.pace));
        return;
    }
    const auto step = fmt::format("{} {}", job.record.done, static_cast<int>(jobs::status_of(job)));
    if (f.show.format == output::json || job.rests() || (step == f.said && now - f.said_at < longest_silence))
        return;
    f.said = step;
    f.said_at = now;
    f.show.screen.say(plain_line(job));
}

io::task<> follow(following& f)
{
    const auto told = [&f](const jobs::view& job) { tell(f, job); };
    f.end = co_await f.of.follow(f.id, told, io::deadline::after(patience));
    f.over.set();
}

io::task<> obey(following& f, io::signal_stream& signals, interruption meaning)
{
    if (!co_await signals.next())
        co_return;
    if (meaning == interruption::cancels_job) {
        f.show.screen.say(
            fmt::format("stopping between two steps (job {}); once more leaves it interrupted", printable(f.id))
        );
        // It may be over meanwhile, which its follower sees.
        static_cast<void>(co_await f.of.cancel(f.id));
        if (!co_await signals.next())
            co_return;
    }
    f.over.set();
}

} // namespace

void job_pace::observe(const jobs::view& job, steady_time now)
{
    const auto& r = job.record;
    const bool back = r.status == state::job_status::undoing;
    if (!first_ || back != back_) {
        first_ = r.fraction;
        first_at_ = now;
        back_ = back;
    }
    last_ = r.fraction;
    last_at_ = now;
}

std::optional<double> job_pace::per_minute() const
{
    if (!first_ || last_at_ - first_at_ < shortest_look || std::abs(last_ - *first_) < 0.001)
        return std::nullopt;
    return 100 * std::abs(last_ - *first_) /
           std::chrono::duration<double, std::ratio<60>>(last_at_ - first_at_).count();
}

std::optional<std::chrono::seconds> job_pace::left() const
{
    const auto pace = per_minute();
    if (!pace)
        return std::nullopt;
    const double rest = 100 * (back_ ? last_ : 1 - last_);
    return std::chrono::seconds{static_cast<std::int64_t>(std::ceil(60 * rest / *pace))};
}

std::string bar_line(const jobs::view& job, const job_pace& pace)
{
    const auto full = static_cast<std::size_t>(std::clamp(job.record.fraction, 0.0, 1.0) * bar_width);
    auto line =
        fmt::format("[{}{}] {}", std::string(full, '#'), std::string(bar_width - full, '.'), share_and_doing(job));
    const auto rate = pace.per_minute();
    const auto left = pace.left();
    if (rate && left)
        line += fmt::format("  ({:.0f} %/min, {})", *rate, time_left(*left));
    return line;
}

std::string plain_line(const jobs::view& job)
{
    return fmt::format("{}: {}", job.record.id, share_and_doing(job));
}

io::task<result<jobs::view>>
follow_on_terminal(jobs::engine& of, std::string id, presentation show, interruption on_signal)
{
    const io::executor where = co_await boost::asio::this_coro::executor;
    following f(of, std::move(id), show, where);
    io::signal_stream signals(where, {SIGINT, SIGTERM});
    io::nursery both(where, [&f](const std::exception_ptr&) { f.over.set(); });
    both.spawn(obey(f, signals, on_signal));
    both.spawn(follow(f));
    static_cast<void>(co_await f.over.wait(io::deadline::after(patience)));
    both.cancel_all();
    static_cast<void>(co_await both.join(io::deadline::never()));
    show.screen.end_progress();
    if (!f.end && f.end.error().code == condition::cancelled)
        f.end.error().hint = fmt::format("look at it with `basekeeper jobs show {}`", f.id);
    co_return std::move(f.end);
}

int show_end(const jobs::view& job, presentation show)
{
    std::string text;
    json::encode(text, jobs::report_of(job));
    const auto tree = json::read(text);
    show.screen.print(show.format == output::json || !tree ? text : render(*tree));
    const auto why = jobs::why_stopped(job);
    return why ? report(show.screen, *why) : 0;
}

} // namespace basekeeper::cli
