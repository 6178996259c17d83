// A walk over a SELECT without recursion: relations anywhere, columns where they filter, join, group or sort.
#include "sql/column_uses.hpp"

#include "sql/syntax_tree.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace basekeeper::sql {
namespace {

namespace bj = boost::json;

constexpr std::size_t most_found = 500;

/// Where in a statement a node stands: conditions are looked at for comparisons.
enum class place
{
    elsewhere,
    condition
};

struct step
{
    const bj::value* value;
    place where;
};

class walk
{
public:
    query_columns run(const bj::object& select)
    {
        visit(node{"SelectStmt", &select}, place::elsewhere);
        while (!pending_.empty()) {
            const auto next = pending_.back();
            pending_.pop_back();
            if (const auto* list = next.value->if_array()) {
                for (auto at = list->rbegin(); at != list->rend(); ++at)
                    pending_.push_back({&*at, next.where});
                continue;
            }
            if (const auto wrapped = unwrap(*next.value); wrapped.fields != nullptr)
                visit(wrapped, next.where);
            else if (const auto* plain = next.value->if_object())
                push_children(*plain, next.where, {});
        }
        return std::move(found_);
    }

private:
    void visit(node n, place where)
    {
        const auto& fields = *n.fields;
        if (n.kind == "RangeVar")
            note_relation(fields);
        else if (n.kind == "ParamRef")
            note_parameter(fields);
        else if (n.kind == "A_Expr" && where == place::condition)
            note_comparison(fields);
        else if (n.kind == "SelectStmt")
            return visit_select(fields);
        else if (n.kind == "JoinExpr")
            return visit_join(fields);
        push_children(fields, where, {});
    }

    void visit_select(const bj::object& fields)
    {
        push_children(fields, place::elsewhere, "whereClause");
        if (const auto* filter = fields.if_contains("whereClause"))
            pending_.push_back({filter, place::condition});
        for (const auto& each : array_of(fields, "groupClause"))
            note(each, column_use::group);
        for (const auto& each : array_of(fields, "sortClause"))
            if (const auto sort = unwrap(each); sort.kind == "SortBy")
                if (const auto* by = sort.fields->if_contains("node"))
                    note(*by, column_use::order);
    }

    void visit_join(const bj::object& fields)
    {
        push_children(fields, place::elsewhere, "quals");
        if (const auto* condition = fields.if_contains("quals"))
            pending_.push_back({condition, place::condition});
        for (const auto& name : array_of(fields, "usingClause"))
            if (const auto column = string_of(name); !column.empty())
                add(found_.columns, {{}, std::string(column), column_use::equality});
    }

    void push_children(const bj::object& fields, place where, std::string_view but)
    {
        for (const auto& [name, value] : fields)
            if (name != but && (value.is_object() || value.is_array()))
                pending_.push_back({&value, where});
    }

    void note_relation(const bj::object& fields)
    {
        const auto* alias = object_of(fields, "alias");
        const auto own = std::string(text_of(fields, "relname"));
        const auto called = alias != nullptr ? std::string(text_of(*alias, "aliasname")) : own;
        add(found_.relations, {{std::string(text_of(fields, "schemaname")), own}, called});
    }

    void note_parameter(const bj::object& fields)
    {
        const auto* number = fields.if_contains("number");
        if (number != nullptr && number->is_int64() && number->get_int64() > 0)
            found_.parameters = std::max(found_.parameters, static_cast<std::size_t>(number->get_int64()));
    }

    void note_comparison(const bj::object& fields)
    {
        constexpr std::array<std::string_view, 4> ranges{"<", ">", "<=", ">="};
        const auto& name = array_of(fields, "name");
        const auto sign = name.empty() ? std::string_view() : string_of(name.back());
        const auto kind = text_of(fields, "kind");
        const bool equal = (kind == "AEXPR_OP" || kind == "AEXPR_OP_ANY" || kind == "AEXPR_IN") && sign == "=";
        const bool range = (kind == "AEXPR_OP" && std::ranges::find(ranges, sign) != ranges.end()) ||
                           kind == "AEXPR_BETWEEN" || (kind == "AEXPR_LIKE" && sign == "~~");
        if (!equal && !range)
            return;
        const auto use = equal ? column_use::equality : column_use::range;
        for (const auto* side : {"lexpr", "rexpr"})
            if (const auto* operand = fields.if_contains(side))
                note(*operand, use);
    }

    /// Notes the operand when it is a column itself; within an expression an index on the column would not serve.
    void note(const bj::value& operand, column_use use)
    {
        const auto ref = unwrap(operand);
        if (ref.kind != "ColumnRef")
            return;
        const auto& parts = array_of(*ref.fields, "fields");
        if (parts.empty() || string_of(parts.back()).empty())
            return;
        const auto name = name_from(parts);
        add(found_.columns, {name.schema, name.name, use});
    }

    template <class Item>
    static void add(std::vector<Item>& list, Item item)
    {
        if (list.size() < most_found && std::ranges::find(list, item) == list.end())
            list.push_back(std::move(item));
    }

    std::vector<step> pending_;
    query_columns found_;
};

} // namespace

result<query_columns> columns_of(std::string_view text)
{
    const auto tree = TRY(syntax_tree::read(text));
    if (tree.statements().size() != 1 || tree.statements().front().root.kind != "SelectStmt")
        return fail(condition::invalid_argument, "the text is not exactly one SELECT", "pass each query by itself");
    return walk().run(*tree.statements().front().root.fields);
}

} // namespace basekeeper::sql
