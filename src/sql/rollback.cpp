// The kinds of statements that PostgreSQL takes back whole, and the calls inside them that it does not.
#include "sql/rollback.hpp"

#include "sql/data_change.hpp"
#include "sql/explain_options.hpp"
#include "sql/inspect.hpp"
#include "sql/statement_kind.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::sql {
namespace {

namespace bj = boost::json;

template <std::size_t Count>
bool among(const std::array<std::string_view, Count>& list, std::string_view word)
{
    return std::ranges::find(list, word) != list.end();
}

/// Transactional, and without expressions that are evaluated or kept.
constexpr auto plain = std::to_array<std::string_view>(
    {"AlterCollationStmt",
     "AlterDatabaseRefreshCollStmt",
     "AlterDatabaseSetStmt",
     "AlterDatabaseStmt",
     "AlterDefaultPrivilegesStmt",
     "AlterEnumStmt",
     "AlterEventTrigStmt",
     "AlterFdwStmt",
     "AlterForeignServerStmt",
     "AlterObjectDependsStmt",
     "AlterObjectSchemaStmt",
     "AlterOwnerStmt",
     "AlterPublicationStmt",
     "AlterRoleSetStmt",
     "AlterRoleStmt",
     "AlterSeqStmt",
     "AlterStatsStmt",
     "AlterTSConfigurationStmt",
     "AlterTSDictionaryStmt",
     "AlterTypeStmt",
     "AlterUserMappingStmt",
     "ClosePortalStmt",
     "CommentStmt",
     "CompositeTypeStmt",
     "ConstraintsSetStmt",
     "CreateEnumStmt",
     "CreateFdwStmt",
     "CreateForeignServerStmt",
     "CreatePublicationStmt",
     "CreateRoleStmt",
     "CreateSeqStmt",
     "CreateStatsStmt",
     "CreateUserMappingStmt",
     "DeallocateStmt",
     "DiscardStmt",
     "DropOwnedStmt",
     "DropRoleStmt",
     "DropStmt",
     "DropUserMappingStmt",
     "FetchStmt",
     "GrantRoleStmt",
     "GrantStmt",
     "ListenStmt",
     "LockStmt",
     "NotifyStmt",
     "PrepareStmt",
     "ReassignOwnedStmt",
     "RenameStmt",
     "SecLabelStmt",
     "TransactionStmt",
     "TruncateStmt",
     "UnlistenStmt",
     "VariableSetStmt",
     "VariableShowStmt"}
);

/// Transactional, and what their expressions call is called at once.
constexpr auto evaluating = std::to_array<std::string_view>({"AlterDomainStmt", "AlterTableStmt", "IndexStmt"});

/// Transactional; their expressions are kept for later.
constexpr auto keeping = std::to_array<std::string_view>(
    {"AlterPolicyStmt",
     "CreateDomainStmt",
     "CreateForeignTableStmt",
     "CreatePolicyStmt",
     "CreateSchemaStmt",
     "CreateStmt",
     "RuleStmt",
     "ViewStmt"}
);

/// Transactional; they make code, or let code run that stands elsewhere.
constexpr auto making_code = std::to_array<std::string_view>(
    {"AlterFunctionStmt",
     "AlterOpFamilyStmt",
     "AlterOperatorStmt",
     "CreateAmStmt",
     "CreateCastStmt",
     "CreateConversionStmt",
     "CreateEventTrigStmt",
     "CreateFunctionStmt",
     "CreateOpClassStmt",
     "CreateOpFamilyStmt",
     "CreatePLangStmt",
     "CreateRangeStmt",
     "CreateTransformStmt",
     "CreateTrigStmt",
     "DefineStmt"}
);

constexpr auto expressions = std::to_array<std::string_view>(
    {"A_ArrayExpr",
     "A_Expr",
     "A_Indirection",
     "BoolExpr",
     "BooleanTest",
     "CaseExpr",
     "CoalesceExpr",
     "CollateClause",
     "ColumnRef",
     "FuncCall",
     "MinMaxExpr",
     "NullTest",
     "RowExpr",
     "SelectStmt",
     "SubLink",
     "TypeCast",
     "XmlExpr",
     "XmlSerialize"}
);

/// Searches everything below a definition for expressions, without recursion.
class expression_search
{
public:
    std::string run(const bj::value& below)
    {
        pending_.push_back(&below);
        while (!pending_.empty() && found_.empty()) {
            const auto& next = *pending_.back();
            pending_.pop_back();
            visit(next);
        }
        return std::move(found_);
    }

private:
    void visit(const bj::value& value)
    {
        if (const auto* list = value.if_array()) {
            for (const auto& element : *list)
                pending_.push_back(&element);
            return;
        }
        const auto* fields = value.if_object();
        if (fields == nullptr)
            return;
        const auto inner = unwrap(value);
        if (among(expressions, inner.kind) || is_data_change(inner.kind)) {
            found_ = inspect(inner).outlasts;
            return;
        }
        for (const auto& member : *fields)
            pending_.push_back(&member.value());
    }

    std::vector<const bj::value*> pending_;
    std::string found_;
};

std::string calls_below(node statement)
{
    std::string out;
    for (const auto& member : *statement.fields)
        if (out.empty())
            out = expression_search().run(member.value());
    return out;
}

leftovers after_alter_table(const bj::object& fields)
{
    leftovers out;
    for (const auto& command : array_of(fields, "cmds")) {
        auto calls = calls_below(unwrap(command));
        const bool kept = text_of(*unwrap(command).fields, "subtype") == "AT_ColumnDefault";
        auto& into = kept ? out.later : out.now;
        if (into.empty())
            into = std::move(calls);
    }
    return out;
}

leftovers after_copy(const bj::object& fields)
{
    if (is_true(fields, "is_program"))
        return {.now = "runs a shell command on the server (COPY ... PROGRAM)"};
    if (!text_of(fields, "filename").empty())
        return {.now = "reads or writes a file on the server (COPY)"};
    const auto query = node_of(fields, "query");
    return query.kind.empty() ? leftovers{} : after_rollback(query);
}

leftovers after_query(node query)
{
    auto seen = inspect(query);
    return {.now = std::move(seen.outlasts), .relations = std::move(seen.relations)};
}

leftovers after_truncate(const bj::object& fields)
{
    leftovers out;
    for (const auto& each : array_of(fields, "relations")) {
        const auto relation = unwrap(each);
        if (relation.kind == "RangeVar")
            out.relations.push_back(
                {std::string(text_of(*relation.fields, "schemaname")), std::string(text_of(*relation.fields, "relname"))
                }
            );
    }
    return out;
}

/// Bounds of a partition are evaluated when it is made.
leftovers after_create(node statement)
{
    leftovers out{.later = calls_below(statement)};
    if (const auto* bound = statement.fields->if_contains("partbound"))
        out.now = expression_search().run(*bound);
    return out;
}

leftovers after_query_of(node statement)
{
    const auto query = node_of(*statement.fields, "query");
    if (query.kind == "ExecuteStmt" || query.kind.empty())
        return {.now = "runs a prepared statement that cannot be seen here"};
    const bool only_planned = statement.kind == "ExplainStmt" && !explain_executes(*statement.fields);
    if (only_planned && (query.kind == "SelectStmt" || is_data_change(query.kind)))
        return after_query(query); // functions of constants are evaluated
    return only_planned ? leftovers{} : after_rollback(query);
}

} // namespace

leftovers after_rollback(node statement)
{
    const auto kind = statement.kind;
    if (kind == "SelectStmt" || is_data_change(kind))
        return after_query(statement);
    if (kind == "TruncateStmt")
        return after_truncate(*statement.fields);
    if (kind == "ExplainStmt" || kind == "DeclareCursorStmt" || kind == "CreateTableAsStmt")
        return after_query_of(statement);
    if (kind == "CopyStmt")
        return after_copy(*statement.fields);
    if (kind == "AlterTableStmt")
        return after_alter_table(*statement.fields);
    if (kind == "CreateStmt")
        return after_create(statement);
    if (among(evaluating, kind))
        return {.now = calls_below(statement)};
    if (among(keeping, kind))
        return {.later = calls_below(statement)};
    const auto words = kind_of(statement).words;
    if (among(making_code, kind))
        return {.later = fmt::format("makes code ({}) that a later statement may run", words)};
    if (kind == "DoStmt" || kind == "CallStmt" || kind == "ExecuteStmt")
        return {.now = fmt::format("runs {}, whose code cannot be seen here", words)};
    if (among(plain, kind) && text_of(*statement.fields, "removeType") != "OBJECT_SUBSCRIPTION")
        return {};
    return {.now = fmt::format("runs {}", words.empty() ? "a statement that is not known here" : words)};
}

} // namespace basekeeper::sql
