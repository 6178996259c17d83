// A view takes part in a foreign key when it shows all of the key's columns, on either side, in every combination.
#include "features/types/relationships.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace basekeeper::types {
namespace {

constexpr std::size_t most_relationships = 50'000;

std::unexpected<error> too_many()
{
    return fail(
        condition::invalid_argument,
        fmt::format("views repeat the columns of foreign keys in more than {} combinations", most_relationships),
        "leave out the schema with these views"
    );
}

enum class side
{
    referencing,
    referenced
};

/// Keys are told apart by name, table and length; of several foreign keys with one name that lead to one table the
/// columns are united, as the reference generator does.
using key_identity = std::tuple<side, pg::oid, std::string, std::size_t>;
using key_columns = std::set<std::pair<std::size_t, int>>; // place in the key, column number

/// One way in which a view shows all columns of a key.
struct view_side
{
    std::string schema;
    std::string relation;
    std::vector<std::string> columns;
};

std::map<key_identity, key_columns> columns_of_keys(const std::vector<foreign_key>& keys)
{
    std::map<key_identity, key_columns> out;
    for (const auto& k : keys) {
        auto& from = out[{side::referencing, k.table, k.name, k.numbers.size()}];
        for (std::size_t i = 0; i < k.numbers.size(); ++i)
            from.emplace(i, k.numbers[i]);
        if (!k.plain_schema)
            continue; // the reference generator loses these: it compares the quoted name
        auto& to = out[{side::referenced, k.referenced_table, k.name, k.referenced_numbers.size()}];
        for (std::size_t i = 0; i < k.referenced_numbers.size(); ++i)
            to.emplace(i, k.referenced_numbers[i]);
    }
    return out;
}

/// Every choice of one column number per place.
result<>
add_combinations(std::vector<view_side>& out, const view_names& view, const std::vector<const std::set<int>*>& choices)
{
    std::size_t product = 1;
    for (const auto* numbers : choices)
        if (product *= numbers->size(); product > most_relationships)
            return too_many();
    std::vector<view_side> made{{.schema = view.schema, .relation = view.name, .columns = {}}};
    for (const auto* numbers : choices) {
        std::vector<view_side> longer;
        for (const auto& begun : made)
            for (const int number : *numbers)
                if (const auto name = view.columns.find(number); name != view.columns.end()) {
                    longer.push_back(begun);
                    longer.back().columns.push_back(name->second);
                }
        made = std::move(longer);
    }
    std::ranges::move(made, std::back_inserter(out));
    return {};
}

class view_finder
{
public:
    view_finder(
        const std::vector<foreign_key>& keys, const shown_in& origins, const std::map<pg::oid, view_names>& views
    )
        : keys_(columns_of_keys(keys)), origins_(origins), views_(views)
    {}

    result<std::vector<view_side>> of(side which, pg::oid table, const std::string& name) const
    {
        std::vector<view_side> out;
        const key_identity first{which, table, name, 0};
        for (auto k = keys_.lower_bound(first); k != keys_.end(); ++k) {
            const auto& [found_side, found_table, found_name, length] = k->first;
            if (found_side != which || found_table != table || found_name != name)
                break;
            TRY(add_views(out, table, k->second, length));
        }
        return out;
    }

private:
    /// Views that show as many of the columns as the key has.
    result<> add_views(std::vector<view_side>& out, pg::oid table, const key_columns& columns, std::size_t length) const
    {
        std::map<pg::oid, std::vector<const std::set<int>*>> shown;
        for (const auto& [place, number] : columns)
            if (const auto all = origins_.find({table, number}); all != origins_.end())
                for (const auto& [view, numbers] : all->second)
                    shown[view].push_back(&numbers);
        for (const auto& [id, choices] : shown)
            if (const auto view = views_.find(id); view != views_.end() && choices.size() == length)
                TRY(add_combinations(out, view->second, choices));
        return {};
    }

    std::map<key_identity, key_columns> keys_;
    const shown_in& origins_;
    const std::map<pg::oid, view_names>& views_;
};

relationship between_tables(const foreign_key& k)
{
    relationship out{
        .foreign_key = k.name,
        .schema = k.schema,
        .relation = k.relation,
        .columns = std::nullopt,
        .one_to_one = k.plain_schema && k.one_to_one,
        .referenced_schema = k.referenced_schema,
        .referenced_relation = k.referenced_relation,
        .referenced_columns = std::nullopt,
    };
    if (k.plain_schema) {
        out.columns = k.columns;
        out.referenced_columns = k.referenced_columns;
    }
    return out;
}

void set_from(relationship& r, const view_side& v)
{
    r.schema = v.schema;
    r.relation = v.relation;
    r.columns = v.columns;
}

void set_to(relationship& r, const view_side& v)
{
    r.referenced_schema = v.schema;
    r.referenced_relation = v.relation;
    r.referenced_columns = v.columns;
}

result<> add_of_views(std::vector<relationship>& out, const foreign_key& k, const view_finder& find)
{
    const auto from = TRY(find.of(side::referencing, k.table, k.name));
    const auto to = TRY(find.of(side::referenced, k.referenced_table, k.name));
    const auto table = between_tables(k);
    for (const auto& v : from)
        set_from(out.emplace_back(table), v);
    for (const auto& v : to)
        set_to(out.emplace_back(table), v);
    for (const auto& a : from)
        for (const auto& b : to) {
            if (out.size() > most_relationships)
                return too_many();
            set_from(out.emplace_back(table), a);
            set_to(out.back(), b);
        }
    return {};
}

} // namespace

result<std::vector<relationship>>
relate(const std::vector<foreign_key>& keys, const shown_in& origins, const std::map<pg::oid, view_names>& views)
{
    std::vector<relationship> out;
    const view_finder find(keys, origins, views);
    for (const auto& k : keys)
        if (!k.inherited)
            out.push_back(between_tables(k));
    for (const auto& k : keys)
        if (!k.inherited)
            TRY(add_of_views(out, k, find));
    return out;
}

void attach(std::vector<relation>& to, std::vector<relationship> all)
{
    // Joined with a dot, as the reference generator looks them up: "a.b"."c" and "a"."b.c" are one to it.
    std::unordered_map<std::string, std::vector<relationship>> by_relation;
    for (auto& r : all)
        by_relation[r.schema + "." + r.relation].push_back(std::move(r));
    for (auto& relation : to) {
        const auto found = by_relation.find(relation.schema + "." + relation.name);
        if (found == by_relation.end())
            continue;
        for (const auto& r : found->second)
            if (r.referenced_schema == relation.schema)
                relation.relationships.push_back(r);
    }
}

} // namespace basekeeper::types
