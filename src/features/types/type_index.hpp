// Finds types and relations by oid and by bare name, which is all that a column tells of its type.
#pragma once

#include "features/types/catalogue.hpp"

#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace basekeeper::types {

/// Built once per output over a sorted catalogue, which must outlive it and stay as it is.
class type_index
{
public:
    explicit type_index(const catalogue& of);

    const catalogue& of() const { return of_; }

    /// Null when there is none.
    const type* by_id(pg::oid id) const;
    const relation* relation_by_id(pg::oid id) const;

    /// The first in order of schema, or that of `schema` when it has one of this name; null when there is none.
    const type* enum_named(std::string_view name, std::string_view schema = {}) const;
    const type* composite_named(std::string_view name, std::string_view schema = {}) const;

    /// The same for relations of the schemas that are generated: tables before foreign tables, views, materialized
    /// views.
    const relation* relation_named(std::string_view name, std::string_view schema) const;

    /// Any type by this name.
    bool has_type(std::string_view name) const { return names_.contains(name); }

    /// Whether the schema is one of those that are generated.
    bool generates(std::string_view schema) const { return schemas_.contains(schema); }

private:
    using types_by_name = std::unordered_map<std::string_view, std::vector<const type*>>;

    static const type* preferred(const types_by_name& among, std::string_view name, std::string_view schema);

    const catalogue& of_;
    std::unordered_map<pg::oid, const type*> by_id_;
    std::unordered_map<pg::oid, const relation*> relations_by_id_;
    std::unordered_map<std::string_view, std::vector<const relation*>> relations_;
    std::unordered_set<std::string_view> names_;
    std::unordered_set<std::string_view> schemas_;
    types_by_name enums_;
    types_by_name composites_;
};

} // namespace basekeeper::types
