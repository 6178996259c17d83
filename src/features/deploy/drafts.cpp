// Drafts of the one kind of work that asks before it begins.
#include "features/deploy/drafts.hpp"

#include <utility>

namespace basekeeper::deploy {
namespace {

constexpr std::string_view kind = "new_stack";

} // namespace

drafts::drafts(io::offload_pool& pool, std::filesystem::path dir, state::master_key_source key, const clock& time)
    : table_(pool, std::move(dir), std::move(key), time)
{}

io::task<result<>> drafts::keep(std::string principal, crypto::secret<> content)
{
    co_return co_await table_.with([whose = std::move(principal), content = std::move(content)](auto& t) {
        return t.keep(kind, whose, content);
    });
}

io::task<result<std::optional<state::draft>>> drafts::find(std::string principal)
{
    co_return co_await table_.with([whose = std::move(principal)](auto& t) { return t.find(kind, whose); });
}

io::task<result<>> drafts::forget(std::string principal)
{
    co_return co_await table_.with([whose = std::move(principal)](auto& t) { return t.forget(kind, whose); });
}

} // namespace basekeeper::deploy
