// The tables behind a lock, used on the offload pool.
#include "access/records.hpp"

#include "io/offload.hpp"
#include "state/api_keys.hpp"
#include "state/blocked_addresses.hpp"

#include <mutex>
#include <utility>

namespace basekeeper::access {
namespace {

constexpr std::chrono::seconds between_notes{60};

} // namespace

struct records::tables
{
    state::api_key_table keys;
    state::blocked_address_table blocks;
    io::offload_pool& pool;
    log::logger& log;
    std::mutex alone{}; // the pool has several threads, each table serves one at a time

    result<std::optional<state::api_key>> find(const std::string& id, wall_time now)
    {
        const std::lock_guard lock(alone);
        auto found = TRY(keys.find(id));
        if (found && !found->revoked_at && (!found->last_used_at || now - *found->last_used_at >= between_notes))
            if (const auto noted = keys.note_use(id, now); !noted)
                log.warning("the use of an API key could not be noted", {{"error", noted.error().message}});
        return found;
    }

    result<std::vector<state::blocked_address>> list(wall_time now)
    {
        const std::lock_guard lock(alone);
        return blocks.list(now);
    }

    result<> put(const state::blocked_address& one)
    {
        const std::lock_guard lock(alone);
        return blocks.put(one);
    }

    io::task<result<std::optional<state::api_key>>> find_later(std::string id, wall_time now)
    {
        const auto work = [&] { return find(id, now); };
        co_return co_await io::offload(pool, work);
    }

    io::task<result<std::vector<state::blocked_address>>> list_later(wall_time now)
    {
        const auto work = [&] { return list(now); };
        co_return co_await io::offload(pool, work);
    }

    io::task<result<>> put_later(state::blocked_address one)
    {
        const auto work = [&] { return put(one); };
        co_return co_await io::offload(pool, work);
    }
};

records::records(std::unique_ptr<tables> t) : tables_(std::move(t)) {}

records::~records() = default;

result<std::unique_ptr<records>>
records::open(const std::filesystem::path& dir, io::offload_pool& pool, log::logger& log)
{
    auto keys = TRY(state::api_key_table::open(dir));
    auto blocks = TRY(state::blocked_address_table::open(dir));
    return std::unique_ptr<records>(
        new records(std::unique_ptr<tables>(new tables{std::move(keys), std::move(blocks), pool, log}))
    );
}

find_api_key records::keys()
{
    return [t = tables_.get()](std::string id, wall_time now) { return t->find_later(std::move(id), now); };
}

block_store records::blocks()
{
    return {
        .list = [t = tables_.get()](wall_time now) { return t->list_later(now); },
        .put = [t = tables_.get()](state::blocked_address one) { return t->put_later(std::move(one)); },
    };
}

} // namespace basekeeper::access
