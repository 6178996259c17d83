// Which relation leads to which: foreign keys between tables, and what views inherit of them.
#pragma once

#include "base/result.hpp"
#include "features/types/catalogue.hpp"
#include "features/types/view_origins.hpp"

#include <string>
#include <vector>

namespace basekeeper::types {

/// One foreign key constraint; columns in the order of the key.
struct foreign_key
{
    std::string name;
    std::string schema; ///< of the constraint and its table
    std::string relation;
    std::string referenced_schema;
    std::string referenced_relation;
    pg::oid table = 0;
    pg::oid referenced_table = 0;
    bool inherited = false; ///< a partition's copy of its parent's constraint
    bool one_to_one = false;
    bool plain_schema = true; ///< the name of the schema needs no quotes
    std::vector<int> numbers{};
    std::vector<int> referenced_numbers{};
    std::vector<std::string> columns{};
    std::vector<std::string> referenced_columns{};
};

/// What must be known of a view to name its columns.
struct view_names
{
    std::string schema;
    std::string name;
    std::map<int, std::string> columns{};
};

/// All relationships, those of tables first. Fails with invalid_argument when views repeat the columns of a key so
/// often that their combinations are too many.
result<std::vector<relationship>>
relate(const std::vector<foreign_key>& keys, const shown_in& origins, const std::map<pg::oid, view_names>& views);

/// Gives each relation its relationships: of those that lead out of its schema nothing is said.
void attach(std::vector<relation>& to, std::vector<relationship> all);

} // namespace basekeeper::types
