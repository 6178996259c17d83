// The public face of the pool, and leases.
#include "pg/pool_state.hpp"

namespace basekeeper::pg {

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
            co_return fail(pool_closed());
        auto lane = s.free_lane();
        if (!lane && s.lanes.empty() && s.lane_coming) {
            CO_TRY(co_await s.lane_ready.wait(until));
            continue;
        }
        if (!lane && s.may_add_lane())
            if (auto granted = s.take_at_once()) {
                auto added = co_await s.add_lane(std::move(*granted), until);
                if (!added && !is_full(added.error()))
                    co_return std::unexpected(std::move(added).error());
                if (added)
                    lane = *std::move(added);
            }
        if (!lane)
            break;
        const auto began = std::chrono::steady_clock::now();
        auto got = co_await lane->run(std::move(what), keep, until);
        if (s.settings.watch)
            s.settings.watch->statement_ended(std::chrono::steady_clock::now() - began, got ? nullptr : &got.error());
        co_return got;
    }
    auto alone = CO_TRY(co_await pool_state::acquire(state_, until));
    co_return co_await alone->query(std::move(what), keep, overflow::drain, until);
}

pool_usage pool::usage() const noexcept
{
    return {
        .leased = state_->leased,
        .idle = state_->idle.size(),
        .connecting = state_->connecting,
        .lanes = state_->lanes.size(),
        .waiting = state_->line.size(),
        .limit = state_->ceiling(),
    };
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
