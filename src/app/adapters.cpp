// The adapters' few lines.
#include "app/adapters.hpp"

#include "io/offload.hpp"

namespace basekeeper::app {
namespace {

std::string seed_name(const std::string& instance)
{
    return "local/" + instance + "/seed";
}

} // namespace

void audit_adapter::record(mcp::audit_entry entry)
{
    log_.record({
        .time = entry.time,
        .principal = std::move(entry.principal),
        .instance = std::move(entry.instance),
        .tool = std::move(entry.tool),
        .argument_digest = entry.argument_digest,
        .decision = std::move(entry.decision),
        .outcome = std::move(entry.outcome),
        .rows = entry.rows,
        .duration = entry.duration,
    });
}

io::task<> catalog_adapter::refresh()
{
    const auto before = names_.names();
    if (const auto read = co_await names_.refresh(); !read)
        log_.warning("the list of instances could not be read again", {{"error", read.error().message}});
    if (on_change_ && names_.names() != before)
        on_change_();
}

io::task<result<std::optional<local::secret_text>>> seed_adapter::load(std::string instance)
{
    const auto read = [&]() -> result<std::optional<local::secret_text>> {
        auto seed = store_.get_secret(seed_name(instance));
        if (seed)
            return std::optional(*std::move(seed));
        if (seed.error().code == condition::not_found)
            return std::optional<local::secret_text>{};
        return std::unexpected(std::move(seed).error());
    };
    co_return co_await io::offload(threads_, read);
}

io::task<result<>> seed_adapter::save(std::string instance, local::secret_text seed)
{
    const auto write = [&] { return store_.put_secret(seed_name(instance), seed); };
    co_return co_await io::offload(threads_, write);
}

io::task<result<>> seed_adapter::forget(std::string instance)
{
    const auto remove = [&]() -> result<> {
        auto gone = store_.delete_secret(seed_name(instance));
        if (!gone && gone.error().code != condition::not_found)
            return gone;
        return {};
    };
    co_return co_await io::offload(threads_, remove);
}

} // namespace basekeeper::app
