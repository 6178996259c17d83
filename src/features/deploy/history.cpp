// Setups as texts of the table.
#include "features/deploy/history.hpp"

#include <utility>

namespace basekeeper::deploy {

history::history(io::offload_pool& pool, std::filesystem::path dir, state::master_key_source key, const clock& time)
    : table_(pool, std::move(dir), std::move(key), time)
{}

io::task<result<state::configuration_record>> history::keep(state::configuration_record about, const setup& what)
{
    co_return co_await table_.with([about = std::move(about), text = to_text(what)](auto& t) {
        return t.keep(about, text);
    });
}

io::task<result<std::vector<state::configuration_record>>> history::list(std::string server, std::string service)
{
    co_return co_await table_.with([server = std::move(server), service = std::move(service)](auto& t) {
        return t.list(server, service);
    });
}

io::task<result<state::configuration_record>> history::get(std::string id)
{
    co_return co_await table_.with([id = std::move(id)](auto& t) { return t.get(id); });
}

io::task<result<setup>> history::read(std::string id)
{
    co_return setup_from(CO_TRY(co_await table_.with([id = std::move(id)](auto& t) { return t.content(id); })));
}

} // namespace basekeeper::deploy
