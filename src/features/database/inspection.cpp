// The engine's catalogue calls: a connection is borrowed, asked, and given back.
#include "features/database/engine.hpp"

namespace basekeeper::database {

io::task<result<>> engine::parse(std::string instance, query_text what, io::deadline until)
{
    auto statement = CO_TRY(bind(what));
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    co_return co_await lease->parse(std::move(statement), until);
}

io::task<result<table_page>> engine::tables(std::string instance, table_request what, io::deadline until)
{
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    co_return co_await list_tables(*lease, std::move(what), until);
}

io::task<result<schema_page>> engine::schema(std::string instance, schema_request what, io::deadline until)
{
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    co_return co_await describe_schema(*lease, std::move(what), until);
}

io::task<result<extension_list>> engine::extensions(std::string instance, io::deadline until)
{
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto lease = CO_TRY(co_await open->owner.acquire(until));
    co_return co_await list_extensions(*lease, until);
}

} // namespace basekeeper::database
