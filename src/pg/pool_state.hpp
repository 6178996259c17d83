// The inside of a pool: slots, idle connections, waiters and lanes; included by the sources of this module only.
//
// A slot is the right to hold one connection; it is free, or held by a lease, by an idle connection, by a connection
// being made, or by a lane.
#pragma once

#include "io/event.hpp"
#include "io/nursery.hpp"
#include "pg/pool.hpp"
#include "pg/shared_session.hpp"

#include <deque>
#include <list>
#include <optional>
#include <random>
#include <vector>

namespace basekeeper::pg {

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

/// What callers hear once close() was called.
error pool_closed();

/// Too many connections: of the server, or of the role or the database.
bool is_full(const error& e);

struct pool_state
{
    pool_state(io::executor home, io::offload_pool& t, target destination, pool_settings s)
        : where(std::move(home)), threads(&t), to(std::move(destination)), settings(s), nothing_out(where),
          lane_ready(where), background(where, [](std::exception_ptr bug) { std::rethrow_exception(bug); }),
          random(static_cast<std::minstd_rand::result_type>(std::chrono::steady_clock::now().time_since_epoch().count())
          )
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

    /// How many connections the pool may have now.
    std::size_t ceiling() const;

    /// True when somebody or something other than an attempt to connect has a slot.
    bool has_connections() const { return slots_used > connecting; }

    /// The server is full: keeps what is lent out, gives up what nobody uses.
    void shrink();

    io::task<result<>> leave_room(connection& fresh, io::deadline until);
    io::task<result<grant>> wait_for_grant(io::deadline until);
    io::task<result<bool>> usable(idle_connection& candidate, io::deadline until);
    io::task<result<std::unique_ptr<connection>>> connect(io::deadline until);
    io::task<result<std::unique_ptr<connection>>> connect_with_retries(io::deadline until);
    io::task<result<std::unique_ptr<connection>>> connection_for(grant granted, held_slot& slot, io::deadline until);
    static io::task<result<lease>> acquire(std::shared_ptr<pool_state> self, io::deadline until);

    std::shared_ptr<shared_session> free_lane();
    bool may_add_lane() const;
    io::task<result<std::shared_ptr<shared_session>>> add_lane(grant granted, io::deadline until);
    void drop_broken_lanes();
    io::task<> retire(std::shared_ptr<shared_session> lane);
    io::task<> retire_when_idle(std::shared_ptr<shared_session> lane);
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

    struct pressure
    {
        std::size_t left; // connections that the server let us have
        steady_time since;
    };

    std::optional<pressure> pressed;
    bool reaping = false;
    bool closed = false;
    io::event nothing_out;
    io::event lane_ready;
    io::nursery background;
    std::minstd_rand random;
};

} // namespace basekeeper::pg
