// Opens pools lazily and closes them in the end.
#include "instances/connections.hpp"

#include <fmt/format.h>

namespace basekeeper::instances {
namespace {

/// For all ways of one instance, which are tried at the same time.
constexpr std::chrono::seconds longest_search{12};

pg::pool_settings watched(pg::pool_settings settings, const std::shared_ptr<database_watch>& by)
{
    settings.watch = by;
    return settings;
}

/// The owner's pool holds one connection open, so that who is asked about a full server can still look.
pg::pool_settings watched_and_kept(pg::pool_settings settings, const std::shared_ptr<database_watch>& by)
{
    settings.keep_idle = 1;
    return watched(std::move(settings), by);
}

} // namespace

pools::pools(
    io::executor where,
    io::offload_pool& threads,
    const credentials& with,
    pg::pool_settings settings,
    std::shared_ptr<database_watch> watching
)
    : watch(std::move(watching)), way(with.way), owner(where, threads, with.owner, watched_and_kept(settings, watch))
{
    if (with.read_only)
        read_only = std::make_unique<pg::pool>(where, threads, *with.read_only, watched(settings, watch));
}

connections::connections(
    io::executor where, io::offload_pool& threads, directory& instances, log::logger& log, pg::pool_settings settings
)
    : where_(std::move(where)), threads_(threads), instances_(instances), log_(log), settings_(settings)
{}

io::task<result<std::shared_ptr<pools>>> connections::of(std::string name)
{
    if (const auto open = open_.find(name); open != open_.end())
        co_return open->second;
    auto with = co_await instances_.unlock(name);
    if (co_await io::was_cancelled()) // unlocking cannot be interrupted
        co_return fail(condition::cancelled, "opening the connections was cancelled");
    if (!with)
        co_return std::unexpected(std::move(with).error().within(fmt::format("opening instance \"{}\"", name)));
    if (with->ways.size() > 1) {
        const auto tried = co_await ways::try_ways(
            where_, threads_, with->ways, ways::patience::take_first, io::deadline::after(longest_search)
        );
        if (co_await io::was_cancelled())
            co_return fail(condition::cancelled, "opening the connections was cancelled");
        const auto* best = ways::best_of(tried);
        if (best == nullptr)
            co_return fail(ways::none_works(tried));
        if (best != &tried.front())
            log_.warning(
                "the database does not answer as configured, another way is used",
                {{"instance", name}, {"way", pg::describe(best->way.to)}}
            );
        with = by_way(*std::move(with), best->way);
    }
    // Another call may have opened it while the secrets were read.
    auto& place = open_[name];
    if (!place)
        place = std::make_shared<pools>(
            where_, threads_, *with, settings_, std::make_shared<database_watch>(name, system_clock(), tell_)
        );
    co_return place;
}

std::unique_ptr<pg::pool> connections::pool_as(const pools& beside, std::string_view role) const
{
    auto one = settings_;
    one.max_connections = 1;
    one.connect_attempts = 1;
    return std::make_unique<pg::pool>(
        where_, threads_, ways::as_role(beside.way, role, beside.way.to.password), std::move(one)
    );
}

io::task<ways::pooling> connections::pooling_of(const pools& with, pg::connection& db, io::deadline until) const
{
    co_return co_await ways::pooling_of(db, where_, threads_, with.way.to, until);
}

config::instance_kind connections::kind_of(std::string_view name) const
{
    const auto* known = instances_.find(name);
    return known == nullptr ? config::instance_kind::self_hosted : known->kind;
}

io::task<> connections::forget(const std::string& name)
{
    const auto open = open_.find(name);
    if (open == open_.end())
        co_return;
    const auto old = std::move(open->second);
    open_.erase(open);
    const auto until = io::deadline::after(std::chrono::seconds{5});
    for (auto* pool : {&old->owner, old->read_only.get()}) {
        if (pool == nullptr)
            continue;
        if (auto closed = co_await pool->close(until); !closed)
            log_.warning("connections were still in use when their pool closed", {{"instance", name}});
    }
}

std::map<std::string, database_state> connections::states() const
{
    std::map<std::string, database_state> out;
    for (const auto& [name, p] : open_) {
        const auto& circuit = p->watch->circuit();
        database_state now{
            .owner = p->owner.usage(),
            .circuit = circuit.state(),
            .next_try_in = circuit.next_probe_in(),
            .times_opened = circuit.times_opened(),
        };
        if (p->read_only)
            now.read_only = p->read_only->usage();
        out.emplace(name, now);
    }
    return out;
}

io::task<> connections::close(io::deadline until)
{
    while (!open_.empty() && !until.expired())
        co_await forget(std::string(open_.begin()->first));
}

} // namespace basekeeper::instances
