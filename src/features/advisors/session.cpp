// Settings and question travel together: without BEGIN they are one transaction, and its end takes the settings back.
#include "features/advisors/session.hpp"

#include "features/database/catalogue.hpp"
#include "features/database/text_array.hpp"
#include "json/text.hpp"

#include <boost/json/array.hpp>

namespace basekeeper::advisors {
namespace {

constexpr pg::oid text_array_type = 1009;

// pg_temp stands last, or a temporary table of the session could stand in for a table of the catalogue. Plans of a
// catalogue are large and cheap: compiling them takes longer than running them.
constexpr std::string_view settings_sql = R"(
select pg_catalog.set_config('transaction_read_only', 'on', true),
  pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
  pg_catalog.set_config('statement_timeout', '15s', true),
  pg_catalog.set_config('lock_timeout', '2s', true),
  pg_catalog.set_config('jit', 'off', true))";

} // namespace

io::task<result<pg::statement_result>> ask(pg::connection& db, pg::statement what, io::deadline until)
{
    std::vector<pg::statement> together;
    together.push_back({.sql = std::string(settings_sql)});
    together.push_back(std::move(what));
    auto got = CO_TRY(co_await db.run(std::move(together), pg::caps::unlimited(), until));
    if (!got.ok())
        co_return std::unexpected(*std::move(got.failure));
    co_return std::move(got.results.back());
}

std::vector<pg::parameter> schema_parameters(const std::vector<std::string>& exposed)
{
    return {
        {database::text_array(exposed), text_array_type},
        {std::string(database::platform_schemas()), text_array_type},
    };
}

std::vector<std::string> texts_from(std::optional<std::string_view> json)
{
    std::vector<std::string> out;
    if (!json)
        return out;
    const auto tree = json::read(*json, {.max_bytes = std::size_t{64} << 20U});
    if (!tree || !tree->is_array())
        return out;
    for (const auto& item : tree->get_array())
        if (item.is_string())
            out.emplace_back(item.get_string());
    return out;
}

} // namespace basekeeper::advisors
