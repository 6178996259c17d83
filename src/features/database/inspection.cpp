// The engine's catalogue calls: a connection is borrowed, asked, and given back; answers are kept for a moment.
#include "features/database/engine.hpp"
#include "features/database/text_array.hpp"

#include <fmt/format.h>

namespace basekeeper::database {
namespace {

/// The same text for the same question, for the cache.
std::string question_of(const table_request& what)
{
    return text_array(
        {"tables",
         text_array(what.schemas),
         what.pattern,
         what.verbose ? "verbose" : "short",
         fmt::format("{} {}", what.limit, what.budget_bytes),
         what.cursor}
    );
}

std::string question_of(const schema_request& what)
{
    return text_array(
        {"schema",
         text_array(what.schemas),
         what.pattern,
         fmt::format("{} {}", static_cast<int>(what.level), what.budget_bytes),
         what.cursor}
    );
}

} // namespace

io::task<result<>> engine::parse(std::string instance, query_text what, io::deadline until)
{
    if (is_carried(instance))
        co_return co_await parse_carried(std::move(instance), std::move(what), until);
    auto statement = CO_TRY(bind(what));
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    co_return co_await lease->parse(std::move(statement), until);
}

io::task<result<pg::statement_result>>
engine::ask_owner(std::string instance, std::string sql, std::vector<pg::parameter> params, io::deadline until)
{
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    co_return co_await lease->query(std::move(sql), std::move(params), until);
}

asker engine::asks(const std::string& instance)
{
    return [this, instance](std::string sql, std::vector<pg::parameter> params, io::deadline until) {
        return is_carried(instance) ? ask_carried(instance, std::move(sql), std::move(params), until)
                                    : ask_owner(instance, std::move(sql), std::move(params), until);
    };
}

io::task<result<table_page>> engine::tables(std::string instance, table_request what, io::deadline until)
{
    const auto question = question_of(what);
    if (const auto* kept = catalogue_.find(instance, question))
        co_return table_page{json_items{kept->items}, kept->next_cursor};
    const auto changes = catalogue_.changes(instance);
    auto page = CO_TRY(co_await list_tables(asks(instance), std::move(what), until));
    catalogue_.keep(instance, question, changes, {page.tables.items, page.next_cursor});
    co_return page;
}

io::task<result<schema_page>> engine::schema(std::string instance, schema_request what, io::deadline until)
{
    const auto question = question_of(what);
    if (const auto* kept = catalogue_.find(instance, question))
        co_return schema_page{json_items{kept->items}, kept->next_cursor};
    const auto changes = catalogue_.changes(instance);
    auto page = CO_TRY(co_await describe_schema(asks(instance), std::move(what), until));
    catalogue_.keep(instance, question, changes, {page.objects.items, page.next_cursor});
    co_return page;
}

io::task<result<extension_list>> engine::extensions(std::string instance, io::deadline until)
{
    co_return co_await list_extensions(asks(instance), until);
}

} // namespace basekeeper::database
