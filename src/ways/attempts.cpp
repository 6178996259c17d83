// One child of a nursery per way; the first good enough ends the others.
#include "ways/attempts.hpp"

#include "io/nursery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <functional>

namespace basekeeper::ways {
namespace {

/// A better way that is still trying gets this much longer than one that works.
constexpr std::chrono::milliseconds grace{500};
/// The child that was asked to stop may have to wait for its name look-up; nobody waits longer for it.
constexpr std::chrono::seconds to_stop{5};

io::task<result<std::string>> backend_of(pg::connection& db, io::deadline until)
{
    const auto got = CO_TRY(co_await db.query("select pg_catalog.pg_backend_pid()", {}, until));
    co_return std::string(got.rows.empty() ? "" : got.rows.value(0, 0).value_or(""));
}

/// What the children share with the one who waits.
struct race
{
    race(io::executor home, std::vector<candidate> all) : somebody_ended(std::move(home))
    {
        for (auto& each : all)
            tried.push_back(
                {.way = std::move(each),
                 .failure = error(condition::cancelled, "another way worked first", "nothing has to be done")}
            );
        ended.resize(tried.size());
    }

    std::vector<attempt> tried;
    std::vector<bool> ended;
    io::event somebody_ended;

    /// True when the first way that works has no better one still trying.
    bool decided() const
    {
        for (std::size_t i = 0; i < tried.size(); ++i) {
            if (!ended[i])
                return false;
            if (!tried[i].failure)
                return true;
        }
        return true;
    }

    bool all_ended() const { return std::ranges::all_of(ended, std::identity{}); }

    bool one_works() const
    {
        return std::ranges::any_of(tried, [](const attempt& a) { return !a.failure; });
    }
};

io::task<>
try_one(race& in, std::size_t index, io::executor where, io::offload_pool& threads, patience how, io::deadline until)
{
    auto& mine = in.tried[index];
    const auto began = std::chrono::steady_clock::now();
    until = until.capped(mine.way.to.connect_timeout);
    auto opened = co_await pg::connection::open(where, threads, mine.way.to, until);
    mine.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    if (opened) {
        mine.encrypted = opened->encrypted();
        if (how == patience::try_all)
            mine.pooling = co_await pooling_of(*opened, where, threads, mine.way.to, until);
        mine.failure.reset();
    } else if (opened.error().code != condition::cancelled) {
        mine.failure = std::move(opened).error();
    }
    in.ended[index] = true;
    in.somebody_ended.set();
}

} // namespace

// A pool hands out the session used last first, so that three tries show whether it is lent to a second client.
io::task<pooling>
pooling_of(pg::connection& db, io::executor where, io::offload_pool& threads, pg::target to, io::deadline until)
{
    auto ours = co_await backend_of(db, until);
    if (!ours || *ours == std::to_string(db.backend_pid()))
        co_return pooling::none;
    auto second = co_await pg::connection::open(std::move(where), threads, std::move(to), until);
    for (int round = 0; second && ours && round < 3; ++round) {
        const auto theirs = co_await backend_of(*second, until);
        if (theirs && *theirs == *ours)
            co_return pooling::transaction;
        ours = co_await backend_of(db, until);
    }
    co_return pooling::session;
}

io::task<std::vector<attempt>>
try_ways(io::executor where, io::offload_pool& threads, std::vector<candidate> all, patience how, io::deadline until)
{
    race in(where, std::move(all));
    io::nursery children(where, [](std::exception_ptr bug) { std::rethrow_exception(bug); });
    for (std::size_t i = 0; i < in.tried.size(); ++i)
        children.spawn(try_one(in, i, where, threads, how, until));
    // They end by themselves at their deadline, each with its own reason.
    const auto last = io::deadline::after(until.remaining() + to_stop);
    while (!in.all_ended()) {
        if (how == patience::take_first && in.decided())
            break;
        // A worse way that works ends the wait for better ones, after a moment.
        const bool enough = how == patience::take_first && in.one_works();
        in.somebody_ended.reset();
        const auto waited = co_await in.somebody_ended.wait(enough ? io::deadline::after(grace) : last);
        if (!waited)
            break; // the grace is over or the caller was cancelled: the children are stopped
    }
    children.cancel_all();
    // They refer to what is here: this wait cannot be given up.
    while (children.size() > 0)
        (void)co_await children.join(io::deadline::after(to_stop));
    co_return std::move(in.tried);
}

const attempt* best_of(const std::vector<attempt>& tried)
{
    const auto found = std::ranges::find_if(tried, [](const attempt& a) { return !a.failure; });
    return found == tried.end() ? nullptr : &*found;
}

error none_works(const std::vector<attempt>& tried)
{
    auto e = *tried.front().failure;
    if (tried.size() == 1)
        return e;
    std::string others;
    for (std::size_t i = 1; i < tried.size(); ++i) {
        const auto& message = tried[i].failure->message;
        const auto why = message.rfind("): ");
        others += fmt::format(
            "{}{} {}:{} ({})",
            i == 1 ? "" : ", ",
            words(tried[i].way.route),
            tried[i].way.to.host,
            tried[i].way.to.port,
            why == std::string::npos ? message : message.substr(why + 3)
        );
    }
    e.message += fmt::format("; nor does any other way: {}", others);
    return e;
}

} // namespace basekeeper::ways
