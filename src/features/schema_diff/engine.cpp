// Both sides are read one after the other; the rest is computed.
#include "features/schema_diff/engine.hpp"

#include "features/schema_diff/scratch.hpp"

#include <utility>

namespace basekeeper::schema_diff {

engine::engine(instances::connections& open, io::executor where, io::offload_pool& threads)
    : open_(open), where_(std::move(where)), threads_(threads)
{}

io::task<result<snapshot>> engine::read(std::string instance, schema_choice schemas, io::deadline until)
{
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    co_return co_await extract(*lease, std::move(schemas), until);
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
    auto before = CO_TRY(co_await read(what.from, what.schemas, until));
    comparison_rules rules;
    // Who runs the files of a folder owns everything: that says nothing about who should.
    rules.owners = !what.to.empty();
    auto after =
        what.to.empty() ? co_await read_folder(what, before, until) : co_await read(what.to, what.schemas, until);
    if (!after)
        co_return std::unexpected(std::move(after).error());
    co_return make_plan(before, *after, rules, what.destructive);
}

} // namespace basekeeper::schema_diff
