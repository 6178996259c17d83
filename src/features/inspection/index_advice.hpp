// What advise_indexes finds: for given queries or the recorded workload, measured by hypothetical indexes where
// possible.
#pragma once

#include "features/database/engine.hpp"
#include "features/inspection/look_in.hpp"
#include "json/fields.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::inspection {

struct advice_request
{
    std::vector<std::string> queries; ///< empty: the recorded workload
    std::int64_t size_budget_bytes = std::int64_t{1} << 30U;
    std::chrono::seconds time_budget{15};
};

struct advised_index
{
    std::string create;
    std::int64_t bytes = 0;
    bool measured = false;
    std::optional<int> gain_percent;  ///< of the estimated cost of the queries it serves, in the order of the list
    std::vector<std::size_t> queries; ///< positions in index_advice::queries

    static constexpr auto fields = std::tuple{
        json::required("create", &advised_index::create),
        json::required("bytes", &advised_index::bytes),
        json::required("measured", &advised_index::measured),
        json::optional("gain_percent", &advised_index::gain_percent),
        json::required("queries", &advised_index::queries),
    };
};

struct advised_query
{
    std::string query; ///< cut to 300 bytes
    std::optional<std::int64_t> calls;
    std::optional<double> cost_before;
    std::optional<double> cost_after;
    std::optional<std::string> left_out; ///< why nothing can be said of it

    static constexpr auto fields = std::tuple{
        json::required("query", &advised_query::query),
        json::optional("calls", &advised_query::calls),
        json::optional("cost_before", &advised_query::cost_before),
        json::optional("cost_after", &advised_query::cost_after),
        json::optional("left_out", &advised_query::left_out),
    };
};

struct index_advice
{
    std::vector<advised_index> indexes;
    std::vector<advised_query> queries;
    std::vector<std::string> notes;

    static constexpr auto fields = std::tuple{
        json::required("indexes", &index_advice::indexes),
        json::required("queries", &index_advice::queries),
        json::required("notes", &index_advice::notes),
    };
};

/// Greedy: of the candidates that PostgreSQL would use, always the one that saves most for its size, until none saves
/// 5 %, the size budget is full or the time is over. Every query passes the checks of a read before it is planned.
io::task<result<index_advice>>
advise_indexes(sources from, database::engine& reads, std::string instance, advice_request what, io::deadline until);

} // namespace basekeeper::inspection
