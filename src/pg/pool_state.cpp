// Slots and waiters: how a connection gets from one caller to the next.
#include "pg/pool_state.hpp"

#include <algorithm>

namespace basekeeper::pg {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A health check that takes longer than this finds a sick connection.
constexpr milliseconds check_patience{2'000};
constexpr milliseconds longest_pause{5'000};
/// Answers that tell how full the server is come from memory.
constexpr milliseconds count_patience{2'000};
/// A server that does not let a caller in within this time is slow, whatever the caller hoped for.
constexpr milliseconds fair_time{1'000};

// Slots that are free for everybody: what is reserved for superusers (and, from 16 on, for pg_use_reserved_connections)
// is none of ours. Sessions of others do not show what they are: one with a role and a database is taken for a client.
constexpr std::string_view free_slots_sql = R"(
select pg_catalog.current_setting('max_connections')::int
  - pg_catalog.current_setting('superuser_reserved_connections')::int
  - coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0)
  - (select pg_catalog.count(*) from pg_catalog.pg_stat_get_activity(null) a
     where coalesce(a.backend_type = 'client backend', a.usesysid is not null and a.datid is not null)))";

} // namespace

error pool_closed()
{
    return {condition::unavailable, "the connection pool is closed", "the program is shutting down: start it again"};
}

bool is_full(const error& e)
{
    return e.sqlstate == "53300";
}

std::size_t pool_state::ceiling() const
{
    if (!pressed)
        return settings.max_connections;
    const auto steps = (steady_clock::now() - pressed->since) / settings.recovery;
    return std::min(settings.max_connections, pressed->left + static_cast<std::size_t>(steps));
}

void pool_state::shrink()
{
    // A lane takes a slot for good; under pressure its callers stand in the line with everybody else.
    for (auto& each : std::exchange(lanes, {}))
        background.spawn(retire_when_idle(std::move(each.session)));
    while (idle.size() > 1 || (!idle.empty() && leased > 0)) {
        idle.pop_front();
        --slots_used;
    }
    pressed = {.left = std::max<std::size_t>(1, slots_used - connecting), .since = steady_clock::now()};
}

io::task<result<>> pool_state::leave_room(connection& fresh, io::deadline until)
{
    if (settings.spare_slots == 0 || !has_connections())
        co_return result<>{};
    const auto counted = co_await fresh.query(std::string(free_slots_sql), {}, until.capped(count_patience));
    if (!counted && counted.error().code == condition::cancelled)
        co_return std::unexpected(counted.error());
    // Behind a pooler, or where the count is not given, nothing is known: then the server's own refusal must do.
    const auto free_slots = counted && !counted->rows.empty() ? counted->rows.integer(0, 0) : std::nullopt;
    if (!free_slots || *free_slots >= static_cast<std::int64_t>(settings.spare_slots))
        co_return result<>{};
    shrink();
    if (!has_connections())
        co_return result<>{};
    error full(
        condition::unavailable,
        "the last free connections of the server are left to others",
        "try again when running calls have ended; monitor_connections shows who holds the connections"
    );
    full.sqlstate = "53300";
    co_return fail(std::move(full));
}

std::optional<grant> pool_state::take_at_once()
{
    if (!line.empty())
        return std::nullopt;
    if (!idle.empty()) {
        grant granted{std::move(idle.back())};
        idle.pop_back();
        return granted;
    }
    if (slots_used >= ceiling())
        return std::nullopt;
    ++slots_used;
    return grant{};
}

void pool_state::put_back(grant unused)
{
    if (unused.idle)
        hand_over(std::move(*unused.idle));
    else
        free_slot();
}

void pool_state::free_slot()
{
    if (line.empty() || closed || slots_used > ceiling()) {
        --slots_used;
    } else {
        auto* next = line.front();
        line.pop_front();
        next->granted.emplace();
        next->ready.set();
    }
    mark_if_nothing_out();
}

void pool_state::hand_over(idle_connection usable)
{
    if (closed || slots_used - connecting > ceiling()) {
        usable.session.reset();
        free_slot();
    } else if (line.empty()) {
        idle.push_back(std::move(usable));
        start_reaper();
    } else {
        auto* next = line.front();
        line.pop_front();
        next->granted.emplace(std::move(usable));
        next->ready.set();
    }
}

void pool_state::returned(std::unique_ptr<connection> back, lease::afterwards what)
{
    --leased;
    if (what == lease::afterwards::discard || back->broken() || back->transaction() != transaction_status::idle) {
        back.reset();
        free_slot();
        return;
    }
    hand_over({std::move(back), steady_clock::now(), what == lease::afterwards::reset});
    mark_if_nothing_out();
}

void pool_state::mark_if_nothing_out()
{
    if (leased == 0 && connecting == 0)
        nothing_out.set();
}

io::task<result<grant>> pool_state::wait_for_grant(io::deadline until)
{
    if (closed)
        co_return fail(pool_closed());
    if (auto at_once = take_at_once())
        co_return std::move(*at_once);
    waiter self(*this);
    auto waited = co_await self.ready.wait(until);
    if (self.granted) {
        self.used = true;
        co_return std::move(*self.granted);
    }
    if (closed)
        co_return fail(pool_closed());
    if (waited.error().code == condition::timeout)
        co_return fail(
            condition::timeout,
            "all " + std::to_string(ceiling()) + " connections to the database were in use until the deadline",
            "try again when running statements have ended, or raise the size of the connection pool"
        );
    co_return fail(std::move(waited).error());
}

io::task<result<bool>> pool_state::usable(idle_connection& candidate, io::deadline until)
{
    auto& session = *candidate.session;
    if (!session.still_alive())
        co_return false;
    const bool old = steady_clock::now() - candidate.since >= settings.check_after_idle;
    if (!candidate.needs_reset && !old)
        co_return true;
    // An empty statement is the cheapest question; DISCARD ALL is a question too.
    auto answered =
        co_await session.query(candidate.needs_reset ? "discard all" : "", {}, until.capped(check_patience));
    if (!answered && answered.error().code == condition::cancelled)
        co_return fail(std::move(answered).error());
    co_return answered.has_value();
}

io::task<result<std::unique_ptr<connection>>> pool_state::connect(io::deadline until)
{
    std::unique_ptr<connect_attempt> allowed;
    if (settings.watch)
        allowed = CO_TRY(settings.watch->may_connect());
    const auto had = until.remaining();
    auto opened = co_await connect_with_retries(until);
    // What a caller with no time left did not reach says nothing of the server.
    const bool hasty = !opened && opened.error().code == condition::timeout && had < fair_time;
    if (allowed && !hasty)
        allowed->ended(opened ? nullptr : &opened.error());
    if (opened)
        (*opened)->report_to(settings.watch.get());
    co_return opened;
}

io::task<result<std::unique_ptr<connection>>> pool_state::connect_with_retries(io::deadline until)
{
    auto pause = settings.first_pause;
    for (int attempt = 1;; ++attempt) {
        auto opened = co_await connection::open(where, *threads, to, until);
        if (opened) {
            CO_TRY(co_await leave_room(*opened, until));
            co_return std::make_unique<connection>(*std::move(opened));
        }
        const bool may_pass = opened.error().code == condition::unavailable;
        const auto jitter = std::uniform_int_distribution<int>(50, 150)(random);
        const auto next = std::min(pause * jitter / 100, longest_pause);
        if (is_full(opened.error())) {
            shrink();
            if (has_connections())
                co_return fail(std::move(opened).error());
        }
        if (!may_pass || attempt >= settings.connect_attempts || closed || until.remaining() <= next)
            co_return fail(std::move(opened).error());
        CO_TRY(co_await io::sleep(next));
        pause *= 2;
    }
}

io::task<result<std::unique_ptr<connection>>>
pool_state::connection_for(grant granted, held_slot& slot, io::deadline until)
{
    std::unique_ptr<connection> session;
    if (granted.idle && CO_TRY(co_await usable(*granted.idle, until)))
        session = std::move(granted.idle->session);
    granted.idle.reset();
    if (!session)
        session = CO_TRY(co_await connect(until));
    if (closed)
        co_return fail(pool_closed());
    // Looking the host up cannot be interrupted, so a cancellation may have passed unseen; a statement of a caller who
    // was cancelled before would not heed it.
    if (co_await io::was_cancelled())
        co_return fail(condition::cancelled, "waiting for a connection was cancelled");
    slot.passed_on = true;
    co_return session;
}

io::task<result<lease>> pool_state::acquire(std::shared_ptr<pool_state> self, io::deadline until)
{
    for (;;) {
        auto granted = CO_TRY(co_await self->wait_for_grant(until));
        if (self->closed) {
            self->put_back(std::move(granted));
            co_return fail(pool_closed());
        }
        self->nothing_out.reset();
        held_slot slot(*self);
        auto session = co_await self->connection_for(std::move(granted), slot, until);
        if (session) {
            ++self->leased;
            co_return lease(self, *std::move(session));
        }
        // On a full server the next connection is one that somebody here gives back.
        if (!is_full(session.error()) || !self->has_connections())
            co_return std::unexpected(std::move(session).error());
    }
}

} // namespace basekeeper::pg
