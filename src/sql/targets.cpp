// Only the fields of the statement itself are looked at: what stands deeper is referred to.
#include "sql/targets.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace basekeeper::sql {
namespace {

namespace bj = boost::json;

void add_relation(std::vector<qualified_name>& out, const bj::object* relation)
{
    if (relation != nullptr && !text_of(*relation, "relname").empty())
        out.push_back({std::string(text_of(*relation, "schemaname")), std::string(text_of(*relation, "relname"))});
}

void add_names(std::vector<qualified_name>& out, const bj::array& parts)
{
    if (!parts.empty())
        out.push_back(name_from(parts));
}

/// An object of a DROP, COMMENT, GRANT or ALTER, in whichever of the grammar's forms. `on_table`: the last name is that
/// of a trigger, policy or rule of the table before it.
void add_object(std::vector<qualified_name>& out, const bj::value& object, bool on_table)
{
    const auto inner = unwrap(object);
    if (inner.fields == nullptr)
        return;
    if (inner.kind == "RangeVar")
        add_relation(out, inner.fields);
    else if (inner.kind == "ObjectWithArgs")
        add_names(out, array_of(*inner.fields, "objname"));
    else if (inner.kind == "TypeName")
        add_names(out, array_of(*inner.fields, "names"));
    else if (inner.kind == "List") {
        auto parts = array_of(*inner.fields, "items");
        if (on_table && !parts.empty())
            parts.pop_back();
        add_names(out, parts);
    }
}

bool names_part_of_table(const bj::object& fields)
{
    for (const auto* field : {"removeType", "objtype", "renameType", "objectType"}) {
        const auto type = text_of(fields, field);
        if (type == "OBJECT_TRIGGER" || type == "OBJECT_POLICY" || type == "OBJECT_RULE" ||
            type == "OBJECT_TABCONSTRAINT" || type == "OBJECT_COLUMN")
            return true;
    }
    return false;
}

} // namespace

std::vector<qualified_name> targets_of(node statement)
{
    std::vector<qualified_name> out;
    if (statement.fields == nullptr)
        return out;
    const auto& fields = *statement.fields;
    for (const auto* field : {"relation", "view", "sequence", "typevar", "table"})
        add_relation(out, object_of(fields, field));
    if (const auto* into = object_of(fields, "into"))
        add_relation(out, object_of(*into, "rel"));
    for (const auto* field : {"funcname", "typeName", "domainname", "defnames"})
        add_names(out, array_of(fields, field));
    if (const auto* function = object_of(fields, "func"))
        add_names(out, array_of(*function, "objname"));
    const bool on_table = names_part_of_table(fields);
    for (const auto* list : {"objects", "relations"})
        for (const auto& object : array_of(fields, list))
            add_object(out, object, on_table);
    if (const auto* object = fields.if_contains("object"))
        add_object(out, *object, on_table);
    return out;
}

bool is_definition(node statement)
{
    constexpr auto others = std::to_array<std::string_view>(
        {"SelectStmt",
         "InsertStmt",
         "UpdateStmt",
         "DeleteStmt",
         "MergeStmt",
         "CopyStmt",
         "ExplainStmt",
         "CallStmt",
         "DoStmt",
         "ExecuteStmt",
         "PrepareStmt",
         "DeclareCursorStmt",
         "VariableSetStmt",
         "VariableShowStmt",
         "LockStmt",
         "TransactionStmt"}
    );
    return std::ranges::find(others, statement.kind) == others.end();
}

} // namespace basekeeper::sql
