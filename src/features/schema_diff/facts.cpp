// Facts by identity and by address, and what lies inside what.
#include "features/schema_diff/facts.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::schema_diff {
namespace {

constexpr std::array<std::string_view, 30> kind_names{
    "schema",
    "extension",
    "enum",
    "composite type",
    "range type",
    "domain",
    "constraint of domain",
    "sequence",
    "function",
    "aggregate",
    "table",
    "column",
    "default of",
    "owner column of sequence",
    "constraint",
    "index",
    "partition",
    "partition of index",
    "statistics",
    "view",
    "materialized view",
    "column",
    "rule",
    "trigger",
    "policy",
    "event trigger",
    "publication",
    "table in publication",
    "schema in publication",
    "default privileges",
};

} // namespace

std::string_view kind_name(kind k)
{
    return kind_names.at(static_cast<std::size_t>(k));
}

std::string identity::qualified() const
{
    return schema.empty() ? name : schema + '.' + name;
}

std::string describe(const identity& id)
{
    std::string out = std::string(kind_name(id.what)) + ' ' + id.qualified();
    if (id.what == kind::function || id.what == kind::aggregate)
        return out + '(' + id.part + ')';
    return id.part.empty() ? out : out + '.' + id.part;
}

std::size_t address_hash::operator()(const address& a) const noexcept
{
    const auto high = (std::uint64_t{a.catalogue} << 48U) ^ (std::uint64_t{a.object} << 12U);
    return std::hash<std::uint64_t>{}(high ^ static_cast<std::uint64_t>(a.column));
}

std::string_view fact::at(std::string_view name) const
{
    const auto found = std::ranges::find(attributes, name, &attribute::name);
    return found == attributes.end() ? std::string_view() : std::string_view(found->value);
}

fact_number snapshot::add(fact f, address where)
{
    const auto number = static_cast<fact_number>(facts_.size());
    const auto [place, added] = by_identity_.emplace(f.id, number);
    if (!added)
        return place->second;
    if (where.object != 0)
        by_address_.emplace(where, number);
    facts_.push_back(std::move(f));
    return number;
}

void snapshot::alias(address also, address where)
{
    if (const auto n = find(where); n != no_fact)
        by_address_.emplace(also, n);
}

void snapshot::depend(address what, address needed)
{
    const auto from = find(what);
    const auto to = find(needed);
    if (from != no_fact && to != no_fact && from != to)
        facts_[from].depends_on.push_back(to);
}

void snapshot::follow(address what, address parent)
{
    const auto from = find(what);
    const auto to = find(parent);
    if (from != no_fact && to != no_fact && from != to)
        facts_[from].follows.push_back(to);
}

fact_number snapshot::relation_of(const fact& f) const
{
    const auto& id = f.id;
    const auto relation = [&](const std::string& name) {
        for (const auto k : {kind::table, kind::view, kind::materialized_view})
            if (const auto n = find({k, id.schema, name, {}}); n != no_fact)
                return n;
        return no_fact;
    };
    switch (id.what) {
    case kind::column:
    case kind::constraint:
    case kind::view_column:
    case kind::rule:
    case kind::trigger:
    case kind::policy:
        return relation(id.name);
    case kind::column_default: {
        const auto column = find({kind::column, id.schema, id.name, id.part});
        return column == no_fact ? relation(id.name) : column;
    }
    case kind::index:
    case kind::statistics:
        return relation(std::string(f.at("_relation")));
    case kind::table_attachment:
        return find({kind::table, id.schema, id.name, {}});
    case kind::index_attachment: {
        const auto index = find({kind::index, id.schema, id.name, {}});
        return index == no_fact ? find({kind::constraint, id.schema, std::string(f.at("_relation")), id.name}) : index;
    }
    case kind::sequence_owner:
        return find({kind::sequence, id.schema, id.name, {}});
    case kind::domain_constraint:
        return find({kind::domain, id.schema, id.name, {}});
    case kind::publication_table:
    case kind::publication_schema:
        return find({kind::publication, {}, id.name, {}});
    default:
        return no_fact;
    }
}

void snapshot::settle()
{
    within_.assign(facts_.size(), {});
    dependents_.assign(facts_.size(), {});
    for (fact_number n = 0; n < facts_.size(); ++n) {
        auto& f = facts_[n];
        f.inside = relation_of(f);
        if (f.inside != no_fact) {
            within_[f.inside].push_back(n);
            f.depends_on.push_back(f.inside);
        }
        // Whatever lies in a schema that is compared needs it.
        if (const auto home = find({kind::schema, {}, f.id.schema, {}}); home != no_fact && home != n)
            f.depends_on.push_back(home);
        std::ranges::sort(f.depends_on);
        const auto twice = std::ranges::unique(f.depends_on);
        f.depends_on.erase(twice.begin(), twice.end());
    }
    for (fact_number n = 0; n < facts_.size(); ++n)
        for (const auto needed : facts_[n].depends_on)
            dependents_[needed].push_back(n);
}

fact_number snapshot::find(const identity& id) const
{
    const auto found = by_identity_.find(id);
    return found == by_identity_.end() ? no_fact : found->second;
}

fact_number snapshot::find(address where) const
{
    auto found = by_address_.find(where);
    if (found == by_address_.end() && where.column != 0)
        found = by_address_.find({where.catalogue, where.object, 0});
    return found == by_address_.end() ? no_fact : found->second;
}

} // namespace basekeeper::schema_diff
