// CREATE INDEX, from the tree and back to text.
#include "sql/index_definition.hpp"

#include "sql/syntax_tree.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace basekeeper::sql {
namespace {

std::unexpected<error> refuse(std::string why)
{
    return fail(
        condition::invalid_argument,
        "the text is no index that can be tried: " + std::move(why),
        "write one statement like: create index on orders (customer_id, created_at desc) include (total)"
    );
}

result<index_key> key_from(const boost::json::value& wrapped)
{
    const auto element = unwrap(wrapped);
    if (element.kind != "IndexElem" || text_of(*element.fields, "name").empty())
        return refuse("it indexes an expression, and planning with it could run code");
    if (!array_of(*element.fields, "collation").empty() || !array_of(*element.fields, "opclassopts").empty())
        return refuse("it names a collation or options of an operator class");
    return index_key{
        .column = std::string(text_of(*element.fields, "name")),
        .descending = text_of(*element.fields, "ordering") == "SORTBY_DESC",
        .operator_class = name_from(array_of(*element.fields, "opclass")),
    };
}

void append_list(std::string& out, const std::vector<std::string>& items)
{
    out += " (";
    for (const auto& item : items)
        out += (out.ends_with(" (") ? "" : ", ") + item;
    out += ')';
}

} // namespace

result<index_definition> read_index(std::string_view text)
{
    const auto tree = TRY(syntax_tree::read(text));
    if (tree.statements().size() != 1 || tree.statements().front().root.kind != "IndexStmt")
        return refuse("it is not one CREATE INDEX");
    const auto& fields = *tree.statements().front().root.fields;
    if (fields.contains("whereClause") || !array_of(fields, "options").empty() ||
        !text_of(fields, "tableSpace").empty())
        return refuse("it has a WHERE, options or a tablespace");
    const auto* table = object_of(fields, "relation");
    if (table == nullptr)
        return refuse("it names no table");
    index_definition out;
    out.table = {std::string(text_of(*table, "schemaname")), std::string(text_of(*table, "relname"))};
    if (const auto method = text_of(fields, "accessMethod"); !method.empty())
        out.method = method;
    for (const auto& each : array_of(fields, "indexParams"))
        out.keys.push_back(TRY(key_from(each)));
    for (const auto& each : array_of(fields, "indexIncludingParams"))
        out.included.push_back(TRY(key_from(each)).column);
    return out;
}

std::string to_text(const index_definition& index)
{
    std::string out = "create index on ";
    if (!index.table.schema.empty())
        out += quoted_identifier(index.table.schema) + '.';
    out += quoted_identifier(index.table.name) + " using " + quoted_identifier(index.method);
    std::vector<std::string> keys;
    keys.reserve(index.keys.size());
    for (const auto& key : index.keys) {
        auto text = quoted_identifier(key.column);
        if (const auto& of = key.operator_class; !of.name.empty())
            text += (of.schema.empty() ? " " : ' ' + quoted_identifier(of.schema) + '.') + quoted_identifier(of.name);
        keys.push_back(text + (key.descending ? " desc" : ""));
    }
    append_list(out, keys);
    if (!index.included.empty()) {
        std::vector<std::string> included;
        included.reserve(index.included.size());
        for (const auto& column : index.included)
            included.push_back(quoted_identifier(column));
        out += " include";
        append_list(out, included);
    }
    return out;
}

} // namespace basekeeper::sql
