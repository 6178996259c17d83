// monitor_connections: who holds the server's connections, who waits, and which setting would help.
#include "features/inspection/tools/tools.hpp"

namespace basekeeper::inspection::tools {
namespace {

/// Published in short: the members speak for themselves.
struct output
{
    connections_report report;

    static boost::json::object json_schema()
    {
        return {
            {"type", "object"},
            {"properties",
             {{"slots", {{"type", "object"}}},
              {"alert", {{"type", "string"}}},
              {"use", {{"type", "array"}}},
              {"advice", {{"type", "array"}}}}},
            {"required", {"slots", "use", "advice"}},
        };
    }

    void write_json(std::string& out) const { json::encode(out, report); }
};

io::task<result<output>> run(engine& db, mcp::call& c)
{
    auto report = CO_TRY(co_await db.connections(c.instance(), c.deadline()));
    c.tally().rows = report.use.size();
    co_return output{std::move(report)};
}

} // namespace

mcp::tool monitor_connections(engine& db)
{
    return mcp::make_tool<mcp::no_arguments, output>(
        {.name = "monitor_connections",
         .group = "database",
         .description =
             "Shows connections by service, role and state, limits, idle transactions, who blocks whom, and which "
             "setting to change. Answers on a full server too."},
        [&db](mcp::no_arguments, mcp::call& c) { return run(db, c); }
    );
}

} // namespace basekeeper::inspection::tools
