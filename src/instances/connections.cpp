// Opens pools lazily and closes them in the end.
#include "instances/connections.hpp"

#include <fmt/format.h>

namespace basekeeper::instances {

pools::pools(io::executor where, io::offload_pool& threads, const credentials& with, const pg::pool_settings& settings)
    : owner(where, threads, with.owner, settings)
{
    if (with.read_only)
        read_only = std::make_unique<pg::pool>(where, threads, *with.read_only, settings);
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
    if (!with)
        co_return std::unexpected(std::move(with).error().within(fmt::format("opening instance \"{}\"", name)));
    // Another call may have opened it while the secrets were read.
    auto& place = open_[name];
    if (!place)
        place = std::make_shared<pools>(where_, threads_, *with, settings_);
    co_return place;
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

std::map<std::string, pg::pool_usage> connections::usage() const
{
    std::map<std::string, pg::pool_usage> out;
    for (const auto& [name, p] : open_)
        out.emplace(name, p->owner.usage());
    return out;
}

io::task<> connections::close(io::deadline until)
{
    while (!open_.empty() && !until.expired())
        co_await forget(std::string(open_.begin()->first));
}

} // namespace basekeeper::instances
