// test_connection: tries every way in afresh and says what is wrong and what to do.
#include "features/instances/tools/tools.hpp"

#include <chrono>

namespace basekeeper::instances::tools {
namespace {

struct attempts
{
    std::vector<way_in> ways;

    static constexpr auto fields = std::tuple{json::required("ways", &attempts::ways)};
};

/// The only way into an instance without a database connection.
io::task<way_in> try_gateway(services s, const instance& of, io::deadline until)
{
    const auto began = std::chrono::steady_clock::now();
    way_in out{.login = "owner", .way = "gateway", .target = of.api_url + "/pg/query"};
    const auto asked = co_await s.ask_gateway(of.name, until);
    const auto took = std::chrono::steady_clock::now() - began;
    out.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    out.works = asked.has_value();
    if (asked)
        co_return out;
    out.problem = asked.error().message;
    out.next = asked.error().hint;
    if (!asked.error().server_text.empty())
        out.server_says = asked.error().server_text;
    co_return out;
}

io::task<result<attempts>> run(services s, mcp::call& c)
{
    if (const auto* of = s.names.find(c.instance()); of != nullptr && of->sql_by_gateway && s.ask_gateway) {
        const auto named = *of; // a refresh may replace the list meanwhile
        attempts out;
        out.ways.push_back(co_await try_gateway(s, named, c.deadline()));
        co_return out;
    }
    co_return attempts{CO_TRY(co_await try_ways_in(s.names, s.where, s.threads, c.instance(), c.deadline()))};
}

} // namespace

mcp::tool test_connection(services s)
{
    return mcp::make_tool<mcp::no_arguments, attempts>(
        {.name = "test_connection",
         .group = "instances",
         .description =
             "Tries every way into the database at once. Use it when calls fail: it names cause and fix of each."},
        [s](mcp::no_arguments, mcp::call& c) { return run(s, c); }
    );
}

} // namespace basekeeper::instances::tools
