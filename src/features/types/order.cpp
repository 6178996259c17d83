// One comparison per kind of thing; each begins with the names and ends with the oid, so that nothing is left to
// chance.
#include "features/types/order.hpp"

#include "json/fields.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_set>

namespace basekeeper::types {
namespace {

/// Calls `use` with every text that sort() compares.
template <class Use>
void for_each_name(const catalogue& of, Use use)
{
    for (const auto& name : of.schemas)
        use(name);
    for (const auto& r : of.relations) {
        use(r.schema);
        use(r.name);
        for (const auto& c : r.columns)
            use(c.name);
        for (const auto& k : r.relationships) {
            use(k.foreign_key);
            use(k.schema);
            use(k.relation);
            use(list_text(k.columns));
            use(k.referenced_schema);
            use(k.referenced_relation);
            use(list_text(k.referenced_columns));
        }
    }
    for (const auto& f : of.functions) {
        for (const auto* text : {&f.schema, &f.name, &f.argument_types, &f.identity, &f.returns})
            use(*text);
        for (const auto& a : f.arguments)
            use(a.name);
    }
    for (const auto& t : of.types) {
        use(t.schema);
        use(t.name);
    }
}

/// Sorts by what `compare` says; equal items stay in their order.
template <class Item, class Compare>
void sort_by(std::vector<Item>& items, Compare compare)
{
    std::vector<std::size_t> places(items.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::ranges::sort(places, [&](std::size_t a, std::size_t b) {
        const int difference = compare(items[a], items[b]);
        return difference != 0 ? difference < 0 : a < b;
    });
    std::vector<Item> sorted;
    sorted.reserve(items.size());
    for (const auto place : places)
        sorted.push_back(std::move(items[place]));
    items = std::move(sorted);
}

int first_difference(std::initializer_list<int> differences)
{
    const auto* found = std::ranges::find_if(differences, [](int d) { return d != 0; });
    return found == differences.end() ? 0 : *found;
}

int compare_ids(pg::oid a, pg::oid b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

void sort_relationships(std::vector<relationship>& items, const name_order& by)
{
    sort_by(items, [&](const relationship& a, const relationship& b) {
        return first_difference({
            by.compare(a.foreign_key, b.foreign_key),
            by.compare(a.referenced_relation, b.referenced_relation),
            by.compare(list_text(a.referenced_columns), list_text(b.referenced_columns)),
            by.compare(a.referenced_schema, b.referenced_schema),
            by.compare(a.schema, b.schema),
            by.compare(a.relation, b.relation),
            by.compare(list_text(a.columns), list_text(b.columns)),
        });
    });
}

} // namespace

std::string list_text(const std::optional<std::vector<std::string>>& names)
{
    std::string out;
    json::encode(out, names);
    return out;
}

name_order::name_order(const std::vector<std::string>& sorted)
{
    ranks_.reserve(sorted.size());
    for (const auto& name : sorted)
        ranks_.emplace(name, ranks_.size());
}

int name_order::compare(std::string_view a, std::string_view b) const
{
    const auto rank_a = ranks_.find(a);
    const auto rank_b = ranks_.find(b);
    if (rank_a == ranks_.end() && rank_b == ranks_.end())
        return a.compare(b);
    if (rank_a == ranks_.end() || rank_b == ranks_.end())
        return rank_a == ranks_.end() ? 1 : -1;
    return rank_a->second < rank_b->second ? -1 : rank_a->second > rank_b->second ? 1 : 0;
}

std::vector<std::string> names_to_rank(const catalogue& of)
{
    std::unordered_set<std::string> names;
    for_each_name(of, [&](const std::string& name) { names.insert(name); });
    return {names.begin(), names.end()};
}

void sort(catalogue& what, const name_order& by)
{
    const auto by_schema_and_name = [&](const auto& a, const auto& b) {
        return first_difference({by.compare(a.schema, b.schema), by.compare(a.name, b.name), compare_ids(a.id, b.id)});
    };
    const auto by_name = [&](const auto& a, const auto& b) { return by.compare(a.name, b.name); };
    sort_by(what.schemas, [&](const auto& a, const auto& b) { return by.compare(a, b); });
    sort_by(what.relations, by_schema_and_name);
    for (auto& r : what.relations) {
        sort_by(r.columns, by_name);
        sort_relationships(r.relationships, by);
    }
    sort_by(what.types, by_schema_and_name);
    // Overloads: the reference sorts all by identity first and those of one name by what is shown of them then.
    sort_by(what.functions, [&](const function& a, const function& b) {
        return first_difference({
            by.compare(a.schema, b.schema),
            by.compare(a.name, b.name),
            by.compare(a.argument_types, b.argument_types),
            by.compare(a.returns, b.returns),
            by.compare(a.identity, b.identity),
            compare_ids(a.id, b.id),
        });
    });
    for (auto& f : what.functions)
        sort_by(f.arguments, by_name);
}

} // namespace basekeeper::types
