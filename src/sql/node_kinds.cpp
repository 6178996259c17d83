// The lists of node kinds.
#include "sql/node_kinds.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::sql {
namespace {

struct typed_field
{
    std::string_view field;
    std::string_view kind;
};

constexpr auto typed_fields = std::to_array<typed_field>({
    {"relation", "RangeVar"},
    {"typeName", "TypeName"},
    {"larg", "SelectStmt"},
    {"rarg", "SelectStmt"},
    {"withClause", "WithClause"},
    {"intoClause", "IntoClause"},
    {"over", "WindowDef"},
    {"alias", "Alias"},
    {"join_using_alias", "Alias"},
    {"collClause", "CollateClause"},
    {"onConflictClause", "OnConflictClause"},
    {"infer", "InferClause"},
    {"search_clause", "CTESearchClause"},
    {"cycle_clause", "CTECycleClause"},
});

/// Kinds whose own fields need no judgement; their children are walked.
constexpr auto plain_kinds = std::to_array<std::string_view>(
    {"ResTarget",
     "A_ArrayExpr",
     "A_Indices",
     "BoolExpr",
     "NullTest",
     "BooleanTest",
     "NamedArgExpr",
     "CaseExpr",
     "CaseWhen",
     "CoalesceExpr",
     "MinMaxExpr",
     "SQLValueFunction",
     "XmlExpr",
     "XmlSerialize",
     "TypeCast",
     "CollateClause",
     "RowExpr",
     "RangeSubselect",
     "RangeFunction",
     "RangeTableFunc",
     "RangeTableFuncCol",
     "WindowDef",
     "GroupingSet",
     "GroupingFunc",
     "WithClause",
     "CommonTableExpr",
     "CTESearchClause",
     "CTECycleClause",
     "ParamRef",
     "SetToDefault",
     "List",
     "ColumnDef",
     "MultiAssignRef",
     "OnConflictClause",
     "InferClause",
     "IndexElem",
     "MergeWhenClause",
     "Alias",
     "String",
     "Integer",
     "Float",
     "Boolean",
     "BitString",
     "A_Star",
     "A_Const",
     "JoinExpr",
     "CurrentOfExpr",
     "SelectStmt"}
);

} // namespace

bool is_plain_kind(std::string_view kind)
{
    return std::ranges::find(plain_kinds, kind) != plain_kinds.end();
}

std::string_view kind_of_field(std::string_view field)
{
    const auto found = std::ranges::find(typed_fields, field, &typed_field::field);
    return found != typed_fields.end() ? found->kind : std::string_view();
}

} // namespace basekeeper::sql
