// test_connection: tries every way in afresh and says what is wrong and what to do.
#include "features/instances/tools/tools.hpp"

namespace basekeeper::instances::tools {
namespace {

struct attempts
{
    std::vector<way_in> ways;

    static constexpr auto fields = std::tuple{json::required("ways", &attempts::ways)};
};

io::task<result<attempts>> run(services s, mcp::call& c)
{
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
