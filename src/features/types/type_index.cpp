// Maps over a catalogue; lists keep its order, so that the first is the first by schema.
#include "features/types/type_index.hpp"

#include <algorithm>

namespace basekeeper::types {

type_index::type_index(const catalogue& of) : of_(of), schemas_(of.schemas.begin(), of.schemas.end())
{
    for (const auto& t : of.types) {
        by_id_.emplace(t.id, &t);
        names_.insert(t.name);
        if (!t.labels.empty())
            enums_[t.name].push_back(&t);
        if (!t.attributes.empty())
            composites_[t.name].push_back(&t);
    }
    for (const auto kind :
         {relation_kind::table, relation_kind::foreign_table, relation_kind::view, relation_kind::materialized_view})
        for (const auto& r : of.relations)
            if (r.kind == kind)
                relations_[r.name].push_back(&r);
    for (const auto& r : of.relations)
        relations_by_id_.emplace(r.id, &r);
}

const type* type_index::by_id(pg::oid id) const
{
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

const relation* type_index::relation_by_id(pg::oid id) const
{
    const auto found = relations_by_id_.find(id);
    return found == relations_by_id_.end() ? nullptr : found->second;
}

const type* type_index::preferred(const types_by_name& among, std::string_view name, std::string_view schema)
{
    const auto found = among.find(name);
    if (found == among.end())
        return nullptr;
    const auto same = std::ranges::find(found->second, schema, &type::schema);
    return same == found->second.end() ? found->second.front() : *same;
}

const type* type_index::enum_named(std::string_view name, std::string_view schema) const
{
    return preferred(enums_, name, schema);
}

const type* type_index::composite_named(std::string_view name, std::string_view schema) const
{
    return preferred(composites_, name, schema);
}

const relation* type_index::relation_named(std::string_view name, std::string_view schema) const
{
    const auto found = relations_.find(name);
    if (found == relations_.end())
        return nullptr;
    const auto same = std::ranges::find(found->second, schema, &relation::schema);
    return same == found->second.end() ? found->second.front() : *same;
}

} // namespace basekeeper::types
