// Relations and columns that hold credentials, statement texts of others, or sampled data.
#pragma once

#include <string_view>

namespace basekeeper::sql {

/// What of a relation is secret.
struct secrecy
{
    enum class scope
    {
        nothing,
        columns,
        whole
    };

    scope what = scope::nothing;
    std::string_view columns{}; ///< space-separated, when only columns are secret
    bool certain = true;        ///< false when the name came without the schema that makes it this relation
};

/// What is secret in a relation; `schema` is empty for an unqualified name.
secrecy secrecy_of(std::string_view schema, std::string_view relation);

/// True when the space-separated list names the column.
bool lists(std::string_view columns, std::string_view column);

} // namespace basekeeper::sql
