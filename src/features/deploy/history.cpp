// The table behind a lock.
#include "features/deploy/history.hpp"

#include "io/offload.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace basekeeper::deploy {

struct history::shared
{
    std::filesystem::path dir;
    state::master_key_source key;
    const clock& time;
    std::mutex alone{}; // the pool has several threads, the table serves one at a time
    std::optional<state::configuration_table> table{};

    result<state::configuration_table*> open()
    {
        if (!table)
            table = TRY(state::configuration_table::open(dir, key, time));
        return &*table;
    }
};

history::history(io::offload_pool& pool, std::filesystem::path dir, state::master_key_source key, const clock& time)
    : pool_(pool), shared_(std::make_shared<shared>(std::move(dir), std::move(key), time))
{}

history::~history() = default;

template <class Work>
auto history::with_table(Work work)
{
    using answer = std::invoke_result_t<Work&, state::configuration_table&>;
    return io::offload(pool_, [in = shared_, work = std::move(work)]() mutable -> answer {
        const std::lock_guard lock(in->alone);
        auto* table = TRY(in->open());
        return work(*table);
    });
}

io::task<result<state::configuration_record>> history::keep(state::configuration_record about, const setup& what)
{
    co_return co_await with_table([about = std::move(about), text = to_text(what)](auto& t) {
        return t.keep(about, text);
    });
}

io::task<result<std::vector<state::configuration_record>>> history::list(std::string server, std::string service)
{
    co_return co_await with_table([server = std::move(server), service = std::move(service)](auto& t) {
        return t.list(server, service);
    });
}

io::task<result<state::configuration_record>> history::get(std::string id)
{
    co_return co_await with_table([id = std::move(id)](auto& t) { return t.get(id); });
}

io::task<result<setup>> history::read(std::string id)
{
    co_return setup_from(CO_TRY(co_await with_table([id = std::move(id)](auto& t) { return t.content(id); })));
}

} // namespace basekeeper::deploy
