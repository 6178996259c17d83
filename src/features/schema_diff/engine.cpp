// Both sides are read, two instances at the same time; the rest is computed.
#include "features/schema_diff/engine.hpp"

#include "features/schema_diff/scratch.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace basekeeper::schema_diff {
namespace {

/// The statements are for the owner: who reads the catalogue says nothing. Poolers are told `role.tenant`.
void name_owner(const pg::target& owner, snapshot& in)
{
    const auto& user = owner.user;
    const auto role = user.substr(0, user.rfind('.'));
    if (in.roles.contains(user))
        in.login = user;
    else if (in.roles.contains(role))
        in.login = role;
}

/// Cancellation reaches a side as the failed result of its current wait, as it reaches the caller.
io::task<result<snapshot>> answered(io::task<result<snapshot>> side)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_return co_await std::move(side);
}

} // namespace

engine::engine(instances::connections& open, io::executor where, io::offload_pool& threads)
    : open_(open), where_(std::move(where)), threads_(threads)
{}

io::task<result<snapshot>>
engine::read_one(instances::pools& of, pg::pool& by, schema_choice schemas, io::deadline until)
{
    auto lease = CO_TRY(co_await by.acquire(until));
    auto found = CO_TRY(co_await extract(*lease, std::move(schemas), until));
    if (&by != &of.owner)
        name_owner(of.owner.where(), found);
    co_return found;
}

io::task<result<snapshot>> engine::read(std::string instance, schema_choice schemas, io::deadline until)
{
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    if (open->read_only) {
        auto found = co_await read_one(*open, *open->read_only, schemas, until);
        if (found)
            co_return found;
        // Some databases close even the catalogue to other logins.
        if (found.error().code != condition::denied && found.error().code != condition::unavailable)
            co_return found;
    }
    co_return co_await read_one(*open, open->owner, std::move(schemas), until);
}

io::task<result<snapshot>> engine::read_folder(const diff_request& what, const snapshot& base, io::deadline until)
{
    const auto open = CO_TRY(co_await open_.of(what.from));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    scratch_database scratch(*lease, open->owner.where(), where_, threads_);
    CO_TRY(co_await scratch.create(until));
    auto outcome = co_await scratch.fill_and_read(base, what.folder, what.schemas, until);
    // However it went, the scratch database goes; the deadline of the call may have passed by then.
    const auto dropped = co_await scratch.drop(io::deadline::after(std::chrono::seconds{10}));
    if (outcome && !dropped)
        co_return std::unexpected(dropped.error());
    co_return outcome;
}

io::task<result<plan>> engine::diff(diff_request what, io::deadline until)
{
    if (!what.to.empty()) {
        using namespace boost::asio::experimental::awaitable_operators;
        auto [before, after] =
            co_await (answered(read(what.from, what.schemas, until)) && answered(read(what.to, what.schemas, until)));
        if (!before)
            co_return std::unexpected(std::move(before).error());
        if (!after)
            co_return std::unexpected(std::move(after).error());
        co_return make_plan(*before, *after, {}, what.destructive);
    }
    const auto before = CO_TRY(co_await read(what.from, what.schemas, until));
    const auto after = CO_TRY(co_await read_folder(what, before, until));
    // Who runs the files of a folder owns everything: that says nothing about who should.
    co_return make_plan(before, after, {.owners = false}, what.destructive);
}

} // namespace basekeeper::schema_diff
