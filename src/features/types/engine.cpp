// Borrows a connection for two round trips; sorting and writing happen on another thread.
#include "features/types/engine.hpp"

#include "features/types/order.hpp"
#include "features/types/read_catalogue.hpp"
#include "io/offload.hpp"

#include <fmt/format.h>

#include <utility>

namespace basekeeper::types {
namespace {

struct sorted_names
{
    catalogue what;
    std::vector<std::string> names;
};

io::task<result<sorted_names>> read(pg::connection& db, std::vector<std::string> schemas, io::deadline until)
{
    sorted_names out{.what = CO_TRY(co_await read_catalogue(db, std::move(schemas), until)), .names = {}};
    out.names = CO_TRY(co_await rank_names(db, names_to_rank(out.what), until));
    co_return out;
}

} // namespace

io::task<result<std::string>> engine::generate(std::string instance, request what, io::deadline until)
{
    if (what.schemas.empty())
        co_return fail(
            condition::invalid_argument, "schemas: names none", "leave it out for public, or name those to generate"
        );
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    auto got = co_await read(*lease, what.schemas, until);
    if (!got && lease->transaction() != pg::transaction_status::idle)
        lease.discard();
    if (!got)
        co_return std::unexpected(std::move(got).error());
    auto text = co_await io::offload(threads_, [&] {
        sort(got->what, name_order(got->names));
        return types::generate(got->what, what.into);
    });
    if (text.size() > most_bytes_)
        co_return fail(
            condition::invalid_argument,
            fmt::format("the types have {} bytes, the limit is {}", text.size(), most_bytes_),
            "ask for fewer schemas, or write them to a file: `basekeeper types > database.types.ts`"
        );
    co_return text;
}

} // namespace basekeeper::types
