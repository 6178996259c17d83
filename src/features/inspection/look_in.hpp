// A connection to look at a server with, also when that server has none left.
#pragma once

#include "instances/connections.hpp"

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::inspection {

/// Where connections come from; all of it outlives the engine.
struct sources
{
    instances::connections& open;
    io::executor where;
    io::offload_pool& threads;
};

/// A connection on loan, or one of its own.
class view_in
{
public:
    explicit view_in(pg::lease l) : lease_(std::move(l)) {}

    explicit view_in(pg::connection c) : own_(std::move(c)) {}

    pg::connection& operator*() { return lease_ ? **lease_ : *own_; }

    pg::connection* operator->() { return &**this; }

private:
    std::optional<pg::lease> lease_;
    std::optional<pg::connection> own_;
};

/// Tries the owner's pool, then a connection beside it, then the read-only pool. Fails as the first of them did, with
/// the way out in the hint when the server is full.
io::task<result<view_in>> look_in(sources from, instances::pools& pools, io::deadline until);

/// Runs fixed queries of ours in one READ ONLY transaction that is rolled back, all in one round trip; one result each.
io::task<result<std::vector<pg::statement_result>>>
ask(pg::connection& db, std::vector<pg::statement> queries, pg::caps keep, io::deadline until);

} // namespace basekeeper::inspection
