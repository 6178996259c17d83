// The statements that change rows.
#include "sql/data_change.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace basekeeper::sql {

namespace bj = boost::json;

bool is_data_change(std::string_view kind)
{
    return kind == "InsertStmt" || kind == "UpdateStmt" || kind == "DeleteStmt" || kind == "MergeStmt";
}

bool touches_every_row(const bj::object& statement)
{
    std::vector<node> pending{node_of(statement, "whereClause")};
    if (pending.front().kind.empty())
        return true;
    while (!pending.empty()) { // a condition that names no column and no parameter is the same for every row
        const auto part = pending.back();
        pending.pop_back();
        if (part.kind == "ColumnRef" || part.kind == "SubLink" || part.kind == "ParamRef" ||
            part.kind == "CurrentOfExpr")
            return false;
        for (const auto& member : *part.fields) {
            if (const auto* array = member.value().if_array())
                for (const auto& element : *array)
                    if (const auto inner = unwrap(element); !inner.kind.empty())
                        pending.push_back(inner);
            if (const auto inner = unwrap(member.value()); !inner.kind.empty())
                pending.push_back(inner);
        }
    }
    return true;
}

} // namespace basekeeper::sql
