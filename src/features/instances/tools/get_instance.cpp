// get_instance: one instance: endpoints, server, and what its login may do.
#include "features/instances/tools/tools.hpp"

namespace basekeeper::instances::tools {
namespace {

struct summary
{
    std::string name;
    std::string kind;
    std::optional<std::string> api_url;
    std::string database;
    bool read_only_login = false;
    server_facts server;
    std::optional<std::string> next;

    static constexpr auto fields = std::tuple{
        json::required("name", &summary::name),
        json::required("kind", &summary::kind),
        json::optional("api_url", &summary::api_url),
        json::required("database", &summary::database),
        json::required("read_only_login", &summary::read_only_login),
        json::required("server", &summary::server),
        json::optional("next", &summary::next),
    };
};

io::task<result<summary>> run(services s, mcp::no_arguments, mcp::call& c)
{
    const auto pools = CO_TRY(co_await s.open.of(c.instance()));
    auto facts = CO_TRY(co_await look(s.open, c.instance(), c.deadline()));
    const auto* i = s.names.find(c.instance());
    summary out{
        .name = c.instance(),
        .kind = i == nullptr ? "" : std::string(kind_name(i->kind)),
        .database = pg::describe(pools->owner.where()),
        .read_only_login = pools->read_only != nullptr,
        .server = std::move(facts),
    };
    if (i != nullptr && !i->api_url.empty())
        out.api_url = i->api_url;
    if (!out.read_only_login)
        out.next = "run `basekeeper instance harden " + c.instance() + "` to create the login for query_database";
    co_return out;
}

} // namespace

mcp::tool get_instance(services s)
{
    return mcp::make_tool<mcp::no_arguments, summary>(
        {.name = "get_instance",
         .group = "instances",
         .description = "Shows one instance: endpoints, versions, load, and what its login may do.",
         .app = std::string(instance_card_uri)},
        [s](mcp::no_arguments in, mcp::call& c) { return run(s, in, c); }
    );
}

} // namespace basekeeper::instances::tools
