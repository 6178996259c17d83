// A name with or without its schema.
#pragma once

#include <boost/json/fwd.hpp>

#include <string>

namespace basekeeper::sql {

/// A possibly qualified name; `schema` is empty when the text gives none.
struct qualified_name
{
    std::string schema;
    std::string name;

    bool operator==(const qualified_name&) const = default;
};

/// `schema.name`, quoted where PostgreSQL needs it.
std::string to_text(const qualified_name& name);

/// The name that a list of `String` nodes spells; of database.schema.name the last two count.
qualified_name name_from(const boost::json::array& parts);

} // namespace basekeeper::sql
