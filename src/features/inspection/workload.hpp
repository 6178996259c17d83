// The queries that index advice is for, and what the catalogue knows of their tables.
#pragma once

#include "features/inspection/index_advice.hpp"
#include "features/inspection/index_candidates.hpp"

namespace basekeeper::inspection {

/// A query under advice.
struct weighed_query
{
    std::string text;
    double weight = 1; ///< calls
    std::optional<std::int64_t> calls;
    sql::query_columns columns{};
    std::string left_out{}; ///< why; empty: it is not
};

/// The largest SELECTs by total time that pg_stat_statements has recorded in this database. Fails with not_found when
/// the extension is missing.
io::task<result<std::vector<weighed_query>>> recorded_workload(pg::connection& db, io::deadline until);

/// Finds the columns of each query; those that are no SELECT are left out.
void read_columns(std::vector<weighed_query>& queries);

/// What the catalogue knows of the tables that the queries name.
io::task<result<std::vector<table_facts>>>
tables_of(pg::connection& db, const std::vector<weighed_query>& queries, io::deadline until);

} // namespace basekeeper::inspection
