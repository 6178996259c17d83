// Which indexes are worth a try for a query: from its columns and the statistics of its tables alone; pure.
#pragma once

#include "sql/column_uses.hpp"
#include "sql/index_definition.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace basekeeper::inspection {

struct column_facts
{
    std::string name;
    double distinct = 0; ///< estimated different values
    int width = 0;       ///< average bytes
    bool indexable = false;
};

struct table_facts
{
    sql::qualified_name name;    ///< as the catalogue spells it
    sql::qualified_name asked{}; ///< as the query spells it
    double rows = -1;            ///< -1: never analysed
    std::vector<column_facts> columns{};
    std::vector<std::vector<std::string>> indexes{}; ///< key columns of each plain B-tree that exists
};

/// Tables with fewer rows are read faster than an index.
inline constexpr double smallest_table = 1'000;

struct index_candidate
{
    sql::index_definition index;
    std::int64_t bytes = 0; ///< estimated

    bool operator==(const index_candidate&) const = default;
};

/// The most promising first: columns compared for equality before ranges before the order, selective ones first, three
/// at most. Nothing that an existing index begins with, nothing on wide values, nothing on small tables.
std::vector<index_candidate> candidates(const sql::query_columns& query, const std::vector<table_facts>& tables);

} // namespace basekeeper::inspection
