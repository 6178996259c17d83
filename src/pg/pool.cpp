// Slots, idle connections, waiters and lanes. A slot is the right to hold one connection; it is free, or held by a
// lease, by an idle connection, by a connection being made, or by a lane.
#include "pg/pool.hpp"

#include "io/nursery.hpp"
#include "pg/shared_session.hpp"

#include <algorithm>
#include <deque>
#include <list>
#include <optional>
#include <random>
#include <vector>

namespace basekeeper::pg {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A health check that takes longer than this finds a sick connection.
constexpr milliseconds check_patience{2'000};
constexpr milliseconds longest_pause{5'000};

struct idle_connection
{
    std::unique_ptr<connection> session;
    steady_time since;
    bool needs_reset;
};

/// A slot, and the connection that lay in it when there was one.
struct grant
{
    std::optional<idle_connection> idle{};
};

error closed_error()
{
    return {condition::unavailable, "the connection pool is closed", "the program is shutting down: start it again"};
}

} // namespace

struct pool_state
{
    pool_state(io::executor home, io::offload_pool& t, target to_, pool_settings s)
        : where(std::move(home)), threads(&t), to(std::move(to_)), settings(s), nothing_out(where), lane_ready(where),
          background(where, [](std::exception_ptr bug) { std::rethrow_exception(bug); }),
          random(static_cast<std::minstd_rand::result_type>(steady_clock::now().time_since_epoch().count()))
    {
        nothing_out.set();
    }

    /// One caller in the line; takes itself out, and gives back what it was granted but could not use.
    struct waiter
    {
        explicit waiter(pool_state& p) : owner(&p), ready(p.where) { place = p.line.insert(p.line.end(), this); }

        ~waiter()
        {
            if (!granted)
                owner->line.erase(place);
            else if (!used)
                owner->put_back(std::move(*granted));
        }

        waiter(const waiter&) = delete;
        waiter& operator=(const waiter&) = delete;

        pool_state* owner;
        io::event ready;
        std::list<waiter*>::iterator place;
        std::optional<grant> granted{};
        bool used = false;
    };

    /// Holds a slot between being granted and becoming a lease or a lane.
    struct held_slot
    {
        explicit held_slot(pool_state& p) : owner(&p) { ++p.connecting; }

        ~held_slot()
        {
            --owner->connecting;
            if (!passed_on)
                owner->free_slot();
            owner->mark_if_nothing_out();
        }

        held_slot(const held_slot&) = delete;
        held_slot& operator=(const held_slot&) = delete;

        pool_state* owner;
        bool passed_on = false;
    };

    std::optional<grant> take_at_once();
    void put_back(grant unused);
    void free_slot();
    void hand_over(idle_connection usable);
    void returned(std::unique_ptr<connection> back, lease::afterwards what);
    void mark_if_nothing_out();

    io::task<result<grant>> wait_for_grant(io::deadline until);
    io::task<result<bool>> usable(idle_connection& candidate, io::deadline until);
    io::task<result<std::unique_ptr<connection>>> connect(io::deadline until);
    io::task<result<std::unique_ptr<connection>>> connection_for(grant granted, held_slot& slot, io::deadline until);
    static io::task<result<lease>> acquire(std::shared_ptr<pool_state> self, io::deadline until);

    std::shared_ptr<shared_session> free_lane();
    bool may_add_lane() const;
    io::task<result<std::shared_ptr<shared_session>>> add_lane(grant granted, io::deadline until);
    void drop_broken_lanes();
    io::task<> retire(std::shared_ptr<shared_session> lane);
    io::task<> reap();
    void start_reaper();

    io::executor where;
    io::offload_pool* threads;
    target to;
    pool_settings settings;

    std::size_t slots_used = 0;
    std::size_t leased = 0;
    std::size_t connecting = 0;
    std::deque<idle_connection> idle; // the last returned is lent first, so that the others grow old and end
    std::list<waiter*> line;

    struct owned_lane
    {
        std::shared_ptr<shared_session> session; // shared with the calls on it
        steady_time last_used;
    };

    std::vector<owned_lane> lanes;
    bool lane_coming = false;
    bool reaping = false;
    bool closed = false;
    io::event nothing_out;
    io::event lane_ready;
    io::nursery background;
    std::minstd_rand random;
};

std::optional<grant> pool_state::take_at_once()
{
    if (!line.empty())
        return std::nullopt;
    if (!idle.empty()) {
        grant granted{std::move(idle.back())};
        idle.pop_back();
        return granted;
    }
    if (slots_used >= settings.max_connections)
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
    if (line.empty() || closed) {
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
    if (closed) {
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
        co_return fail(closed_error());
    if (auto at_once = take_at_once())
        co_return std::move(*at_once);
    waiter self(*this);
    auto waited = co_await self.ready.wait(until);
    if (self.granted) {
        self.used = true;
        co_return std::move(*self.granted);
    }
    if (closed)
        co_return fail(closed_error());
    if (waited.error().code == condition::timeout)
        co_return fail(
            condition::timeout,
            "all " + std::to_string(settings.max_connections) +
                " connections to the database were in use until the deadline",
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
    auto pause = settings.first_pause;
    for (int attempt = 1;; ++attempt) {
        auto opened = co_await connection::open(where, *threads, to, until);
        if (opened)
            co_return std::make_unique<connection>(*std::move(opened));
        const bool may_pass = opened.error().code == condition::unavailable;
        const auto jitter = std::uniform_int_distribution<int>(50, 150)(random);
        const auto next = std::min(pause * jitter / 100, longest_pause);
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
        co_return fail(closed_error());
    slot.passed_on = true;
    co_return session;
}

io::task<result<lease>> pool_state::acquire(std::shared_ptr<pool_state> self, io::deadline until)
{
    auto granted = CO_TRY(co_await self->wait_for_grant(until));
    if (self->closed) {
        self->put_back(std::move(granted));
        co_return fail(closed_error());
    }
    self->nothing_out.reset();
    std::unique_ptr<connection> session;
    {
        held_slot slot(*self);
        session = CO_TRY(co_await self->connection_for(std::move(granted), slot, until));
        ++self->leased;
    }
    co_return lease(self, std::move(session));
}

std::shared_ptr<shared_session> pool_state::free_lane()
{
    drop_broken_lanes();
    owned_lane* best = nullptr;
    for (auto& each : lanes)
        if (each.session->oldest_age() < settings.lane_patience &&
            (best == nullptr || each.session->in_flight() < best->session->in_flight()))
            best = &each;
    if (best == nullptr)
        return nullptr;
    best->last_used = steady_clock::now();
    return best->session;
}

bool pool_state::may_add_lane() const
{
    // One slot is always left to exclusive callers.
    return !lane_coming && lanes.size() < settings.max_lanes && lanes.size() + 1 < settings.max_connections;
}

io::task<result<std::shared_ptr<shared_session>>> pool_state::add_lane(grant granted, io::deadline until)
{
    struct coming
    {
        explicit coming(pool_state& p) : owner(p)
        {
            owner.lane_coming = true;
            owner.lane_ready.reset();
        }

        ~coming()
        {
            owner.lane_coming = false;
            owner.lane_ready.set();
        }

        pool_state& owner;
    };

    const coming announced(*this);
    nothing_out.reset();
    held_slot slot(*this);
    auto session = CO_TRY(co_await connection_for(std::move(granted), slot, until));
    auto lane = std::make_shared<shared_session>(std::move(*session));
    lanes.push_back({lane, steady_clock::now()});
    start_reaper();
    co_return lane;
}

void pool_state::drop_broken_lanes()
{
    for (std::size_t i = 0; i < lanes.size();) {
        if (!lanes[i].session->broken()) {
            ++i;
            continue;
        }
        background.spawn(retire(std::move(lanes[i].session)));
        lanes.erase(lanes.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

io::task<> pool_state::retire(std::shared_ptr<shared_session> lane)
{
    // A cancellation only interrupts the wait; the lane must not be destroyed before its coroutines have ended.
    while (!co_await lane->close(io::deadline::never()))
        continue;
    lane.reset();
    free_slot();
}

void pool_state::start_reaper()
{
    if (reaping || closed)
        return;
    reaping = true;
    background.spawn(reap());
}

io::task<> pool_state::reap()
{
    while (!closed && (!idle.empty() || !lanes.empty())) {
        if (!co_await io::sleep(std::max(settings.idle_timeout / 4, milliseconds{1})))
            break;
        const auto limit = steady_clock::now() - settings.idle_timeout;
        while (!idle.empty() && idle.front().since <= limit) {
            idle.pop_front();
            free_slot();
        }
        for (std::size_t i = 0; i < lanes.size();) {
            auto& each = lanes[i];
            if (each.session->in_flight() == 0 && each.last_used <= limit) {
                background.spawn(retire(std::move(each.session)));
                lanes.erase(lanes.begin() + static_cast<std::ptrdiff_t>(i));
            } else {
                ++i;
            }
        }
    }
    reaping = false;
}

lease::lease(std::shared_ptr<pool_state> owner, std::unique_ptr<connection> c) noexcept
    : owner_(std::move(owner)), connection_(std::move(c))
{}

lease::lease(lease&&) noexcept = default;

lease& lease::operator=(lease&& other) noexcept
{
    lease old(std::move(*this));
    owner_ = std::move(other.owner_);
    connection_ = std::move(other.connection_);
    afterwards_ = other.afterwards_;
    return *this;
}

lease::~lease()
{
    if (connection_)
        owner_->returned(std::move(connection_), afterwards_);
}

void lease::discard() noexcept
{
    afterwards_ = afterwards::discard;
}

void lease::reset_before_reuse() noexcept
{
    if (afterwards_ == afterwards::reuse)
        afterwards_ = afterwards::reset;
}

pool::pool(io::executor where, io::offload_pool& threads, target to, pool_settings settings)
    : state_(std::make_shared<pool_state>(std::move(where), threads, std::move(to), settings))
{}

pool::~pool() = default;

io::task<result<lease>> pool::acquire(io::deadline until)
{
    co_return co_await pool_state::acquire(state_, until);
}

io::task<result<statement_result>> pool::run_shared(statement what, caps keep, io::deadline until)
{
    auto& s = *state_;
    for (;;) {
        if (s.closed)
            co_return fail(closed_error());
        auto lane = s.free_lane();
        if (!lane && s.lanes.empty() && s.lane_coming) {
            CO_TRY(co_await s.lane_ready.wait(until));
            continue;
        }
        if (!lane && s.may_add_lane())
            if (auto granted = s.take_at_once())
                lane = CO_TRY(co_await s.add_lane(std::move(*granted), until));
        if (!lane)
            break;
        co_return co_await lane->run(std::move(what), keep, until);
    }
    auto alone = CO_TRY(co_await pool_state::acquire(state_, until));
    co_return co_await alone->query(std::move(what), keep, overflow::drain, until);
}

pool_usage pool::usage() const noexcept
{
    return {state_->leased, state_->idle.size(), state_->connecting, state_->lanes.size(), state_->line.size()};
}

const target& pool::where() const noexcept
{
    return state_->to;
}

io::task<result<>> pool::close(io::deadline until)
{
    const auto s = state_;
    s->closed = true;
    for (auto* each : s->line)
        each->ready.set();
    s->idle.clear();
    for (auto& each : std::exchange(s->lanes, {}))
        s->background.spawn(s->retire(std::move(each.session)));
    s->lane_ready.set();
    auto out = co_await s->nothing_out.wait(until);
    // The reaper sleeps; lanes end by themselves.
    s->background.cancel_all();
    auto ended = co_await s->background.join(until);
    if (!out)
        co_return fail(
            out.error().code,
            std::to_string(s->leased + s->connecting) + " connections were still in use when the pool closed",
            "they are closed when their callers end"
        );
    co_return ended;
}

} // namespace basekeeper::pg
