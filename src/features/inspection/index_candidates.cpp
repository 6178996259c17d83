// Columns sorted by how they are used, put together in the orders that a B-tree can serve.
#include "features/inspection/index_candidates.hpp"

#include <algorithm>
#include <utility>

namespace basekeeper::inspection {
namespace {

constexpr int widest_value = 200;
constexpr std::size_t most_keys = 3;
constexpr std::size_t most_candidates = 12; // of one query

/// The columns of one table that a query uses, by use.
struct uses
{
    std::vector<const column_facts*> equal{};
    std::vector<const column_facts*> ranged{};
    std::vector<const column_facts*> ordered{};
    std::vector<const column_facts*> grouped{};
};

bool means(const std::string& qualifier, const table_facts& table, const sql::query_columns& query)
{
    if (qualifier.empty())
        return true;
    return std::ranges::any_of(query.relations, [&](const sql::used_relation& r) {
        return r.alias == qualifier && r.name == table.asked;
    });
}

void note(std::vector<const column_facts*>& list, const column_facts& column)
{
    if (std::ranges::find(list, &column) == list.end())
        list.push_back(&column);
}

uses uses_of(const table_facts& table, const sql::query_columns& query)
{
    uses out;
    for (const auto& used : query.columns) {
        const auto column = std::ranges::find(table.columns, used.column, &column_facts::name);
        if (column == table.columns.end() || !column->indexable || column->width > widest_value ||
            !means(used.qualifier, table, query))
            continue;
        switch (used.use) {
        case sql::column_use::equality:
            note(out.equal, *column);
            break;
        case sql::column_use::range:
            note(out.ranged, *column);
            break;
        case sql::column_use::order:
            note(out.ordered, *column);
            break;
        case sql::column_use::group:
            note(out.grouped, *column);
            break;
        }
    }
    // The addresses are places in the table: of equal ones the first column comes first.
    const auto selective = [](const column_facts* c) { return std::pair(-c->distinct, c); };
    std::ranges::sort(out.equal, {}, selective);
    std::ranges::sort(out.ranged, {}, selective);
    return out;
}

using keys = std::vector<const column_facts*>;

/// The first `most` of `head`, then those of `tail` that are not in it, three at most.
keys joined(const keys& head, std::size_t most, const keys& tail)
{
    keys out(head.begin(), head.begin() + static_cast<std::ptrdiff_t>(std::min(most, head.size())));
    for (const auto* column : tail)
        if (out.size() < most_keys && std::ranges::find(out, column) == out.end())
            out.push_back(column);
    return out;
}

std::vector<keys> combinations(const uses& by)
{
    std::vector<keys> out;
    if (!by.ranged.empty())
        out.push_back(joined(by.equal, 2, {by.ranged.front()}));
    if (!by.ordered.empty())
        out.push_back(joined(by.equal, 2, by.ordered));
    out.push_back(joined(by.equal, 3, {}));
    out.push_back(joined(by.equal, 2, {}));
    for (const auto* column : by.equal)
        out.push_back({column});
    for (const auto* column : by.ranged)
        out.push_back({column});
    if (!by.ordered.empty())
        out.push_back(joined({}, 0, by.ordered));
    if (by.equal.empty() && by.ranged.empty() && !by.grouped.empty())
        out.push_back(joined({}, 0, by.grouped));
    return out;
}

bool exists(const table_facts& table, const std::vector<sql::index_key>& wanted)
{
    return std::ranges::any_of(table.indexes, [&](const std::vector<std::string>& has) {
        return has.size() >= wanted.size() &&
               std::equal(wanted.begin(), wanted.end(), has.begin(), [](const auto& key, const auto& name) {
                   return key.column == name;
               });
    });
}

/// An entry has a header of 8 bytes and a pointer of 4; leaves are filled to nine tenths.
std::int64_t estimated_bytes(const table_facts& table, const keys& columns)
{
    double entry = 12;
    for (const auto* column : columns)
        entry += std::max(column->width, 1);
    return static_cast<std::int64_t>(std::max(table.rows, 0.0) * entry / 0.9);
}

} // namespace

std::vector<index_candidate> candidates(const sql::query_columns& query, const std::vector<table_facts>& tables)
{
    std::vector<index_candidate> out;
    for (const auto& table : tables) {
        if (table.rows >= 0 && table.rows < smallest_table)
            continue;
        for (const auto& columns : combinations(uses_of(table, query))) {
            index_candidate one{.index = {.table = table.name, .keys = {}}, .bytes = estimated_bytes(table, columns)};
            for (const auto* column : columns)
                one.index.keys.push_back({.column = column->name});
            const bool wanted = !columns.empty() && !exists(table, one.index.keys);
            if (wanted && std::ranges::find(out, one) == out.end() && out.size() < most_candidates)
                out.push_back(std::move(one));
        }
    }
    return out;
}

} // namespace basekeeper::inspection
