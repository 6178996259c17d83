// Follows CREATE, DROP, RENAME and SET SCHEMA of relations.
#include "sql/object_changes.hpp"

#include "sql/syntax_tree.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace basekeeper::sql {
namespace {

namespace bj = boost::json;

constexpr auto relation_types = std::to_array<std::string_view>(
    {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"}
);

bool is_relation(std::string_view type)
{
    return std::ranges::find(relation_types, type) != relation_types.end();
}

qualified_name relation_name(const bj::object* relation)
{
    if (relation == nullptr)
        return {};
    const auto persistence = text_of(*relation, "relpersistence");
    if (persistence == "t" || text_of(*relation, "schemaname").starts_with("pg_temp"))
        return {};
    return {std::string(text_of(*relation, "schemaname")), std::string(text_of(*relation, "relname"))};
}

/// The relation that a statement makes, or an empty name.
qualified_name made_by(node statement)
{
    const auto& fields = *statement.fields;
    if (statement.kind == "CreateStmt")
        return relation_name(object_of(fields, "relation"));
    if (statement.kind == "CreateForeignTableStmt")
        if (const auto* base = object_of(fields, "base"))
            return relation_name(object_of(*base, "relation"));
    if (statement.kind == "ViewStmt")
        return relation_name(object_of(fields, "view"));
    if (statement.kind == "CreateSeqStmt")
        return relation_name(object_of(fields, "sequence"));
    if (statement.kind == "CreateTableAsStmt")
        if (const auto* into = object_of(fields, "into"))
            return relation_name(object_of(*into, "rel"));
    return {};
}

qualified_name dropped_name(const bj::value& object)
{
    const auto list = unwrap(object);
    return list.fields != nullptr ? name_from(array_of(*list.fields, "items")) : qualified_name{};
}

/// CASCADE of the statement, or of one command of ALTER TABLE.
bool is_cascade(const bj::object& fields)
{
    const auto& commands = array_of(fields, "cmds");
    return text_of(fields, "behavior") == "DROP_CASCADE" || std::ranges::any_of(commands, [](const bj::value& each) {
               const auto command = unwrap(each);
               return command.fields != nullptr && text_of(*command.fields, "behavior") == "DROP_CASCADE";
           });
}

} // namespace

void object_ledger::forget(const qualified_name& name)
{
    // Without a schema it may be any of that name, and one with a schema may have been made without.
    std::erase_if(made_, [&](const qualified_name& one) {
        return one.name == name.name && (one.schema == name.schema || one.schema.empty() || name.schema.empty());
    });
}

void object_ledger::forget_schema(std::string_view schema)
{
    std::erase_if(made_, [&](const qualified_name& one) { return one.schema == schema || one.schema.empty(); });
}

void object_ledger::add(std::string_view text)
{
    const auto tree = syntax_tree::read(text);
    if (!tree) {
        made_.clear();
        return;
    }
    for (const auto& each : tree->statements()) {
        const auto statement = each.root;
        if (statement.fields == nullptr)
            continue;
        const auto& fields = *statement.fields;
        const bool cascades = is_cascade(fields);
        if (const auto name = made_by(statement); !name.name.empty()) {
            forget(name);
            if (path_is_known_ || !name.schema.empty())
                made_.push_back(name);
        } else if (statement.kind == "DropStmt") {
            const auto type = text_of(fields, "removeType");
            for (const auto& object : array_of(fields, "objects")) {
                if (is_relation(type))
                    forget(dropped_name(object));
                else if (type == "OBJECT_SCHEMA")
                    forget_schema(string_of(object));
            }
            if (cascades)
                made_.clear();
        } else if (statement.kind == "RenameStmt" && text_of(fields, "renameType") == "OBJECT_SCHEMA") {
            forget_schema(text_of(fields, "subname"));
        } else if (statement.kind == "RenameStmt" && is_relation(text_of(fields, "renameType"))) {
            auto renamed = relation_name(object_of(fields, "relation"));
            forget(renamed);
            renamed.name = text_of(fields, "newname");
            made_.push_back(std::move(renamed));
        } else if (statement.kind == "AlterObjectSchemaStmt") {
            forget(relation_name(object_of(fields, "relation")));
        } else if (statement.kind == "VariableSetStmt" && text_of(fields, "name") == "search_path") {
            path_is_known_ = false;
        } else if (cascades || statement.kind == "DoStmt" || statement.kind == "CallStmt" ||
                   statement.kind == "ExecuteStmt")
        {
            made_.clear();
        }
    }
}

} // namespace basekeeper::sql
