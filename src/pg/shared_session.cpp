// The lane: calls are appended to the pipeline as they come, one reader resolves them in order, one watchdog minds the
// deadlines. A call costs no timer, no coroutine of its own and no lock.
#include "pg/shared_session.hpp"

#include "io/nursery.hpp"
#include "pg/held_send.hpp"
#include "pg/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <exception>
#include <optional>

namespace basekeeper::pg {

namespace asio = boost::asio;

namespace {

using waker = asio::async_result<asio::use_awaitable_t<>, void()>::handler_type;

/// An abandoned statement gets this long to end by itself before it is cancelled: most are nearly done.
constexpr std::chrono::milliseconds abandoned_grace{20};

/// One caller of run(), on its coroutine frame.
struct caller
{
    result_builder rows;
    std::size_t max_row_bytes;
    steady_time until;
    std::optional<error> failed{};
    std::optional<waker> wake{};
    bool collateral = false; ///< hit by the cancellation of another statement: run again
};

/// One statement in the pipeline. It stays until its sync is answered, even when nobody waits any more.
struct flying
{
    caller* who;
    steady_time sent;
    unsigned cancels_before;
    bool cancel_meant = false;
};

error lane_lost()
{
    return {
        condition::unavailable,
        "the shared connection to the database was lost while the statement ran",
        "try again; a statement that writes may have been executed, check first"
    };
}

} // namespace

struct shared_session::lane
{
    explicit lane(connection taken)
        : session(std::move(taken.session_)), where(session->where), timer(where),
          background(where, [](std::exception_ptr bug) { std::rethrow_exception(bug); })
    {}

    void start()
    {
        if (PQenterPipelineMode(session->conn.get()) != 1) {
            session->broken = true;
            return;
        }
        background.spawn(read());
        background.spawn(watch());
    }

    result<> submit(const statement& what, caller& who);
    io::task<> answered(caller& who);
    void abandon(caller& who, error why);
    void fail_head(error why);
    void fail_all(const error& why);

    io::task<> read();
    io::task<> write();
    io::task<> watch();
    io::task<> cancel_head();
    void process();
    void take(const PGresult* part);
    void finish_head();
    void resume_resolved();
    void remind_at(steady_time t);
    void mind_deadlines();

    bool broken() const noexcept { return session->broken || session->lost(); }

    std::unique_ptr<connection::session> session;
    io::executor where;
    std::deque<flying> line;       // as sent
    std::vector<caller*> resolved; // to be resumed when no libpq call is on the stack
    asio::steady_timer timer;
    steady_time reminder = steady_time::max();
    bool head_started = false;
    bool head_failed = false;
    bool cancelling = false;
    bool writing = false;
    bool closing = false;
    unsigned cancels = 0;
    io::nursery background;
};

result<> shared_session::lane::submit(const statement& what, caller& who)
{
    if (closing || broken())
        return fail(condition::unavailable, "the shared connection to the database was lost", "try again");
    auto* conn = session->conn.get();
    // One sync per statement: an error or a rollback never reaches the neighbours. The bytes leave together with those
    // of all who call in this turn of the event loop. TLS keeps records of its own and is not held back.
    std::optional<held_send> together;
    if (PQsslInUse(conn) == 0)
        together.emplace(PQsocket(conn));
    const bool queued = libpq::send(conn, what) && PQpipelineSync(conn) == 1;
    together.reset();
    if (!queued) {
        session->broken = true;
        session->socket->cancel(); // the reader ends, and with it the others in the line
        return fail(condition::unavailable, "the shared connection to the database was lost", "try again");
    }
    line.push_back({&who, std::chrono::steady_clock::now(), cancels});
    remind_at(who.until);
    if (!writing) {
        writing = true;
        background.spawn(write());
    }
    return {};
}

io::task<> shared_session::lane::answered(caller& who)
{
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this, &who](waker handler) {
            who.wake.emplace(std::move(handler));
            auto slot = asio::get_associated_cancellation_slot(*who.wake);
            if (slot.is_connected())
                slot.assign([this, &who](asio::cancellation_type) {
                    abandon(who, {condition::cancelled, "the statement was cancelled on request", ""});
                });
        },
        asio::use_awaitable
    );
}

void shared_session::lane::abandon(caller& who, error why)
{
    const auto place = std::ranges::find(line, &who, &flying::who);
    if (place == line.end())
        return; // resolved already
    place->who = nullptr;
    who.failed = std::move(why);
    remind_at(std::chrono::steady_clock::now() + abandoned_grace);
    // Not resumed here: this may be inside the caller's own cancellation slot.
    asio::post(where, [&who] {
        auto wake = *std::move(who.wake);
        std::move(wake)();
    });
}

void shared_session::lane::fail_head(error why)
{
    if (line.empty() || line.front().who == nullptr)
        return;
    auto* who = std::exchange(line.front().who, nullptr);
    who->failed = std::move(why);
    resolved.push_back(who);
}

void shared_session::lane::fail_all(const error& why)
{
    session->broken = true;
    for (auto& each : std::exchange(line, {}))
        if (each.who != nullptr) {
            if (!each.who->failed)
                each.who->failed = why;
            resolved.push_back(each.who);
        }
    resume_resolved();
}

void shared_session::lane::resume_resolved()
{
    // A resumed caller may send its next statement or close the lane, so the list is taken out first.
    std::vector<caller*> batch;
    batch.swap(resolved);
    for (auto* each : batch) {
        auto wake = *std::move(each->wake);
        std::move(wake)();
    }
    batch.clear();
    if (resolved.empty())
        resolved.swap(batch); // keeps its memory
}

io::task<> shared_session::lane::read()
{
    auto again = false;
    while (!closing && !broken()) {
        if (again)
            co_await io::yield();
        else if (!co_await session->socket->wait(io::readiness::read, io::deadline::never()))
            break;
        const auto limit =
            line.empty() || line.front().who == nullptr ? caps{}.max_row_bytes : line.front().who->max_row_bytes;
        if (!session->consume(limit)) {
            fail_head(row_too_large(limit));
            fail_all(lane_lost());
            static_cast<void>(co_await session->request_cancel(io::deadline::after(drain_patience)));
            break;
        }
        again = session->more_waiting;
        process();
        resume_resolved();
    }
    fail_all(lane_lost());
    timer.cancel();
}

void shared_session::lane::process()
{
    auto* conn = session->conn.get();
    while (!line.empty() && !broken()) {
        if (!head_started) {
            PQsetSingleRowMode(conn);
            head_started = true;
        }
        if (PQisBusy(conn) == 1)
            return;
        const libpq::owner<PGresult> part(PQgetResult(conn));
        session->bytes_since_row = 0;
        if (part)
            take(part.get());
    }
    // Nothing is expected, but notices and parameter reports are taken in.
    if (line.empty() && !broken())
        PQisBusy(conn);
}

void shared_session::lane::take(const PGresult* part)
{
    auto& head = line.front();
    switch (PQresultStatus(part)) {
    case PGRES_PIPELINE_SYNC:
        finish_head();
        return;
    case PGRES_FATAL_ERROR:
    case PGRES_BAD_RESPONSE: {
        if (head_failed)
            return;
        head_failed = true;
        auto failed = libpq::error_of(part);
        if (head.who == nullptr)
            return;
        const bool ours = head.cancel_meant || !(cancelling || cancels != head.cancels_before);
        head.who->collateral = failed.sqlstate == "57014" && !ours;
        head.who->failed = std::move(failed);
        return;
    }
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        fail_head(copy_refused());
        session->broken = true;
        return;
    default:
        if (head.who != nullptr)
            head.who->rows.add(part);
        return;
    }
}

void shared_session::lane::finish_head()
{
    auto* who = line.front().who;
    line.pop_front();
    head_started = false;
    head_failed = false;
    if (who != nullptr) {
        resolved.push_back(who);
        who->rows.attach(session->take_notices());
    }
    session->notices.clear();
    // What was abandoned while it stood in the line and is now running must not hold up the others for long.
    if (!line.empty() && line.front().who == nullptr)
        remind_at(std::chrono::steady_clock::now() + abandoned_grace);
}

io::task<> shared_session::lane::write()
{
    co_await io::yield(); // whoever is ready to run now adds to the same packet
    while (!closing && !broken() && PQflush(session->conn.get()) == 1)
        if (!co_await session->socket->wait(io::readiness::write, io::deadline::never()))
            break;
    writing = false;
}

void shared_session::lane::remind_at(steady_time t)
{
    if (t >= reminder)
        return;
    reminder = t;
    timer.expires_at(t); // wakes watch(), which waits anew
}

io::task<> shared_session::lane::watch()
{
    timer.expires_at(reminder);
    while (!closing && !broken()) {
        static_cast<void>(co_await timer.async_wait(asio::as_tuple(asio::use_awaitable)));
        if (!closing && !broken() && std::chrono::steady_clock::now() >= reminder)
            mind_deadlines();
    }
}

void shared_session::lane::mind_deadlines()
{
    const auto now = std::chrono::steady_clock::now();
    reminder = steady_time::max();
    const bool head_was_abandoned = !line.empty() && line.front().who == nullptr;
    auto next = steady_time::max();
    for (auto& each : line) {
        if (each.who == nullptr)
            continue;
        if (each.who->until > now) {
            next = std::min(next, each.who->until);
            continue;
        }
        abandon(
            *each.who,
            {condition::timeout,
             "the statement did not finish before its deadline and was cancelled",
             "raise the timeout, or make the statement cheaper: explain shows where the time goes"}
        );
    }
    if (!line.empty() && line.front().who == nullptr && !cancelling) {
        // Timed out at the head: cancel at once. Abandoned earlier: its grace is over.
        if (head_was_abandoned || now - line.front().sent >= abandoned_grace) {
            cancelling = true;
            line.front().cancel_meant = true;
            background.spawn(cancel_head());
        }
    }
    reminder = std::min(reminder, next);
    timer.expires_at(reminder);
}

io::task<> shared_session::lane::cancel_head()
{
    const auto asked = co_await session->request_cancel(io::deadline::after(drain_patience));
    ++cancels;
    cancelling = false;
    if (closing || broken())
        co_return;
    if (!asked) {
        fail_all(lane_lost());
        session->socket->cancel();
        co_return;
    }
    // The statement that was meant should be gone within moments; when it is not, the lane is given up.
    const auto patience = io::deadline::after(drain_patience);
    while (!closing && !broken() && !line.empty() && line.front().cancel_meant && !patience.expired())
        if (!co_await io::sleep(std::chrono::milliseconds{20}))
            co_return;
    if (!closing && !broken() && !line.empty() && line.front().cancel_meant) {
        fail_all(lane_lost());
        session->socket->cancel();
    } else if (!line.empty() && line.front().who == nullptr) {
        remind_at(std::chrono::steady_clock::now() + abandoned_grace);
    }
}

shared_session::shared_session(connection session) : lane_(std::make_unique<lane>(std::move(session)))
{
    lane_->start();
}

shared_session::~shared_session() = default;

io::task<result<statement_result>> shared_session::run(statement what, caps keep, io::deadline until)
{
    CO_TRY(libpq::check(what));
    for (;;) {
        caller self{.rows = result_builder(keep), .max_row_bytes = keep.max_row_bytes, .until = until.time()};
        CO_TRY(lane_->submit(what, self));
        co_await lane_->answered(self);
        if (self.collateral && !until.expired())
            continue;
        if (self.failed)
            co_return fail(*std::move(self.failed));
        co_return std::move(self.rows).finish();
    }
}

bool shared_session::broken() const noexcept
{
    return lane_->closing || lane_->broken();
}

std::size_t shared_session::in_flight() const noexcept
{
    return lane_->line.size();
}

std::chrono::steady_clock::duration shared_session::oldest_age() const noexcept
{
    if (lane_->line.empty())
        return {};
    return std::chrono::steady_clock::now() - lane_->line.front().sent;
}

int shared_session::backend_pid() const noexcept
{
    return PQbackendPID(lane_->session->conn.get());
}

io::task<result<>> shared_session::close(io::deadline until)
{
    lane_->closing = true;
    lane_->fail_all(lane_lost());
    lane_->background.cancel_all();
    co_return co_await lane_->background.join(until);
}

} // namespace basekeeper::pg
