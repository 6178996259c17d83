// What the generators know of a database: schemas, relations, functions and types, as values without a connection.
#pragma once

#include "pg/row_set.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::types {

struct column
{
    std::string name;
    std::string type; ///< bare name; of a domain the one it is over; arrays begin with an underscore
    std::string type_schema;
    bool nullable = true;
    bool identity = false;
    bool computed = false; ///< GENERATED ALWAYS, as an expression or as identity: nobody may write it
    bool has_default = false;
    bool writable = true; ///< false for columns of a view that cannot be written through it
};

/// A foreign key from one relation to another of the same schema; views have those of the tables behind them.
struct relationship
{
    std::string foreign_key;
    std::string schema;
    std::string relation;
    std::optional<std::vector<std::string>> columns; ///< nothing where the reference generator knows none
    bool one_to_one = false;
    std::string referenced_schema;
    std::string referenced_relation;
    std::optional<std::vector<std::string>> referenced_columns;
};

enum class relation_kind
{
    table, ///< also partitioned ones and partitions
    foreign_table,
    view,
    materialized_view
};

struct relation
{
    pg::oid id = 0;
    std::string schema;
    std::string name;
    relation_kind kind = relation_kind::table;
    bool takes_inserts = false; ///< of a view: by itself, by a trigger or by a rule
    bool takes_updates = false;
    std::vector<column> columns{};
    std::vector<relationship> relationships{};
};

enum class argument_mode
{
    input, ///< IN, INOUT, VARIADIC
    output,
    table_column ///< of RETURNS TABLE
};

struct argument
{
    argument_mode mode = argument_mode::input;
    std::string name; ///< empty: unnamed
    pg::oid type = 0;
    bool has_default = false;
};

struct function
{
    pg::oid id = 0;
    std::string schema;
    std::string name;
    std::vector<argument> arguments{};
    std::string argument_types; ///< as pg_get_function_arguments writes them
    std::string identity;       ///< as pg_get_function_identity_arguments does
    std::string returns;        ///< as pg_get_function_result does
    pg::oid return_type = 0;
    pg::oid return_relation = 0; ///< whose row type is returned; 0: none
    bool returns_set = false;
    double rows = 0; ///< estimate of a set; 0: none
};

struct attribute
{
    std::string name;
    pg::oid type = 0;
};

struct type
{
    pg::oid id = 0;
    std::string schema;
    std::string name;
    std::string shown; ///< as format_type writes it: qualified when not on the search path
    pg::oid relation = 0;
    std::vector<std::string> labels{};   ///< of an enum, in order
    std::vector<attribute> attributes{}; ///< of a composite type, in order
};

/// Types are those of the whole database, everything else is of the schemas that were asked for.
struct catalogue
{
    std::vector<std::string> schemas;
    std::vector<relation> relations;
    std::vector<function> functions;
    std::vector<type> types;
};

} // namespace basekeeper::types
