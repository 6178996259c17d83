// explain_query: the plan of a statement, estimated or measured.
#include "features/database/tools/tools.hpp"

namespace basekeeper::database::tools {
namespace {

struct args
{
    std::string query;
    std::vector<boost::json::value> params;
    bool analyze = false;
    std::vector<std::string> hypothetical_indexes;

    static constexpr auto fields = std::tuple{
        json::required("query", &args::query, "The statement, without EXPLAIN.", {1, 262'144}),
        json::optional("params", &args::params, "Values of $1, $2, …", {0, 1'000}),
        json::optional("analyze", &args::analyze, "Execute it and measure; SELECT only."),
        json::optional(
            "hypothetical_indexes",
            &args::hypothetical_indexes,
            "CREATE INDEX on plain columns: plan as if they existed (hypopg).",
            {0, 20}
        ),
    };
};

/// The plan as PostgreSQL's JSON.
struct plan_output
{
    std::string plan;

    static boost::json::object json_schema()
    {
        return {{"type", "object"}, {"properties", {{"plan", {{"type", "array"}}}}}, {"required", {"plan"}}};
    }

    void write_json(std::string& out) const { out.append("{\"plan\":").append(plan).append("}"); }
};

io::task<result<std::string>> plan_with(engine& db, query_text what, std::vector<std::string> texts, mcp::call& c)
{
    std::vector<sql::index_definition> indexes;
    indexes.reserve(texts.size());
    for (const auto& text : texts)
        indexes.push_back(CO_TRY(sql::read_index(text)));
    auto got = CO_TRY(
        co_await db.imagine(c.instance(), std::move(what), std::move(indexes), parameter_values::given, c.deadline())
    );
    co_return std::move(got.plan);
}

io::task<result<plan_output>> run(engine& db, args in, mcp::call& c)
{
    const auto how = in.analyze ? engine::measure::analyze : engine::measure::estimate;
    query_text what{.sql = std::move(in.query), .params = std::move(in.params), .param_types = {}};
    if (in.analyze && !in.hypothetical_indexes.empty())
        co_return fail(
            condition::invalid_argument,
            "analyze: what does not exist cannot be measured",
            "leave analyze or hypothetical_indexes out"
        );
    std::string text;
    if (in.hypothetical_indexes.empty())
        text = CO_TRY(co_await db.explain(c.instance(), std::move(what), how, c.deadline()));
    else
        text = CO_TRY(co_await plan_with(db, std::move(what), std::move(in.hypothetical_indexes), c));
    // Read as JSON again to compact it: PostgreSQL indents its plans.
    const auto tree = CO_TRY(json::read(text, {.max_bytes = db.caps().result_bytes * 4, .max_depth = 256}));
    co_return plan_output{json::to_text(tree)};
}

} // namespace

mcp::tool explain_query(engine& db)
{
    return mcp::make_tool<args, plan_output>(
        {.name = "explain_query",
         .group = "database",
         .description = "Shows the plan of one statement as JSON. Changes nothing."},
        [&db](args in, mcp::call& c) { return run(db, std::move(in), c); }
    );
}

} // namespace basekeeper::database::tools
