// The table of statement kinds of PostgreSQL 15.
#include "sql/statement_kind.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::sql {
namespace {

struct row
{
    std::string_view kind;
    std::string_view words;
    kind_effect effect;
};

using enum kind_effect;

constexpr auto rows = std::to_array<row>({
    {"SelectStmt", "SELECT", by_content},
    {"ExplainStmt", "EXPLAIN", by_content},
    {"VariableShowStmt", "SHOW", reads},
    {"InsertStmt", "INSERT", by_content},
    {"UpdateStmt", "UPDATE", by_content},
    {"DeleteStmt", "DELETE", by_content},
    {"MergeStmt", "MERGE", by_content},
    {"CopyStmt", "COPY", by_content},
    {"CreateTableAsStmt", "CREATE TABLE AS", by_content},
    {"ViewStmt", "CREATE VIEW", by_content},
    {"CreateFunctionStmt", "CREATE FUNCTION", by_content},
    {"CreateTrigStmt", "CREATE TRIGGER", by_content},
    {"CreateStmt", "CREATE TABLE", by_content},
    {"VacuumStmt", "VACUUM", by_content},
    {"PrepareStmt", "PREPARE", by_content},
    {"DeclareCursorStmt", "DECLARE CURSOR", by_content},
    {"AlterTableStmt", "ALTER", by_content},
    {"DropStmt", "DROP", destroys},
    {"TruncateStmt", "TRUNCATE", destroys},
    {"DropRoleStmt", "DROP ROLE", destroys},
    {"DropdbStmt", "DROP DATABASE", destroys},
    {"DropTableSpaceStmt", "DROP TABLESPACE", destroys},
    {"DropOwnedStmt", "DROP OWNED", destroys},
    {"DropUserMappingStmt", "DROP USER MAPPING", destroys},
    {"DropSubscriptionStmt", "DROP SUBSCRIPTION", destroys},
    {"ReassignOwnedStmt", "REASSIGN OWNED", destroys},
    {"CreateRoleStmt", "CREATE ROLE", destroys},
    {"AlterRoleStmt", "ALTER ROLE", destroys},
    {"AlterRoleSetStmt", "ALTER ROLE SET", destroys},
    {"GrantStmt", "GRANT", destroys},
    {"GrantRoleStmt", "GRANT ROLE", destroys},
    {"AlterDefaultPrivilegesStmt", "ALTER DEFAULT PRIVILEGES", destroys},
    {"AlterOwnerStmt", "ALTER OWNER", destroys},
    {"AlterPolicyStmt", "ALTER POLICY", destroys},
    {"AlterFunctionStmt", "ALTER FUNCTION", destroys},
    {"AlterDatabaseStmt", "ALTER DATABASE", destroys},
    {"AlterDatabaseSetStmt", "ALTER DATABASE SET", destroys},
    {"AlterDatabaseRefreshCollStmt", "ALTER DATABASE REFRESH COLLATION VERSION", destroys},
    {"AlterSystemStmt", "ALTER SYSTEM", destroys},
    {"AlterDomainStmt", "ALTER DOMAIN", destroys},
    {"AlterExtensionStmt", "ALTER EXTENSION UPDATE", destroys},
    {"AlterExtensionContentsStmt", "ALTER EXTENSION", destroys},
    {"AlterPublicationStmt", "ALTER PUBLICATION", destroys},
    {"AlterSubscriptionStmt", "ALTER SUBSCRIPTION", destroys},
    {"AlterEventTrigStmt", "ALTER EVENT TRIGGER", destroys},
    {"AlterUserMappingStmt", "ALTER USER MAPPING", destroys},
    {"AlterForeignServerStmt", "ALTER SERVER", destroys},
    {"AlterFdwStmt", "ALTER FOREIGN DATA WRAPPER", destroys},
    {"AlterTableMoveAllStmt", "ALTER TABLE ALL SET TABLESPACE", destroys},
    {"AlterTableSpaceOptionsStmt", "ALTER TABLESPACE", destroys},
    {"RuleStmt", "CREATE RULE", destroys},
    {"CreateEventTrigStmt", "CREATE EVENT TRIGGER", destroys},
    {"DoStmt", "DO", destroys},
    {"CallStmt", "CALL", destroys},
    {"ExecuteStmt", "EXECUTE", destroys},
    {"ReindexStmt", "REINDEX", destroys},
    {"ClusterStmt", "CLUSTER", destroys},
    {"LoadStmt", "LOAD", destroys},
    {"SecLabelStmt", "SECURITY LABEL", destroys},
    {"IndexStmt", "CREATE INDEX", writes},
    {"CreateSchemaStmt", "CREATE SCHEMA", writes},
    {"CreateSeqStmt", "CREATE SEQUENCE", writes},
    {"AlterSeqStmt", "ALTER SEQUENCE", writes},
    {"CreateEnumStmt", "CREATE TYPE", writes},
    {"CreateRangeStmt", "CREATE TYPE", writes},
    {"CompositeTypeStmt", "CREATE TYPE", writes},
    {"AlterEnumStmt", "ALTER TYPE", writes},
    {"AlterTypeStmt", "ALTER TYPE", destroys},
    {"CreateDomainStmt", "CREATE DOMAIN", writes},
    {"DefineStmt", "CREATE", writes},
    {"CreateStatsStmt", "CREATE STATISTICS", writes},
    {"AlterStatsStmt", "ALTER STATISTICS", writes},
    {"CreatePolicyStmt", "CREATE POLICY", writes},
    {"CreateExtensionStmt", "CREATE EXTENSION", writes},
    {"CreateFdwStmt", "CREATE FOREIGN DATA WRAPPER", writes},
    {"CreateForeignServerStmt", "CREATE SERVER", writes},
    {"CreateForeignTableStmt", "CREATE FOREIGN TABLE", writes},
    {"CreateUserMappingStmt", "CREATE USER MAPPING", writes},
    {"ImportForeignSchemaStmt", "IMPORT FOREIGN SCHEMA", writes},
    {"CreatePublicationStmt", "CREATE PUBLICATION", writes},
    {"CreateSubscriptionStmt", "CREATE SUBSCRIPTION", writes},
    {"CreateCastStmt", "CREATE CAST", writes},
    {"CreateConversionStmt", "CREATE CONVERSION", writes},
    {"CreateTransformStmt", "CREATE TRANSFORM", writes},
    {"CreateAmStmt", "CREATE ACCESS METHOD", writes},
    {"CreatePLangStmt", "CREATE LANGUAGE", writes},
    {"CreateOpClassStmt", "CREATE OPERATOR CLASS", writes},
    {"CreateOpFamilyStmt", "CREATE OPERATOR FAMILY", writes},
    {"AlterOpFamilyStmt", "ALTER OPERATOR FAMILY", destroys},
    {"AlterOperatorStmt", "ALTER OPERATOR", destroys},
    {"CreatedbStmt", "CREATE DATABASE", writes},
    {"CreateTableSpaceStmt", "CREATE TABLESPACE", writes},
    {"AlterTSConfigurationStmt", "ALTER TEXT SEARCH CONFIGURATION", writes},
    {"AlterTSDictionaryStmt", "ALTER TEXT SEARCH DICTIONARY", writes},
    {"AlterCollationStmt", "ALTER COLLATION", writes},
    {"AlterObjectDependsStmt", "ALTER DEPENDS ON EXTENSION", writes},
    {"AlterObjectSchemaStmt", "ALTER SET SCHEMA", writes},
    {"RenameStmt", "ALTER RENAME", writes},
    {"CommentStmt", "COMMENT", writes},
    {"RefreshMatViewStmt", "REFRESH MATERIALIZED VIEW", writes},
    {"CheckPointStmt", "CHECKPOINT", writes},
    {"LockStmt", "LOCK TABLE", writes},
    {"NotifyStmt", "NOTIFY", writes},
    {"VariableSetStmt", "SET", session},
    {"DiscardStmt", "DISCARD", session},
    {"DeallocateStmt", "DEALLOCATE", session},
    {"ListenStmt", "LISTEN", session},
    {"UnlistenStmt", "UNLISTEN", session},
    {"FetchStmt", "FETCH", session},
    {"ClosePortalStmt", "CLOSE", session},
    {"ConstraintsSetStmt", "SET CONSTRAINTS", session},
    {"TransactionStmt", "", transaction},
});

std::string spaced(std::string_view constant)
{
    std::string out(constant);
    std::ranges::replace(out, '_', ' ');
    return out;
}

std::string_view after(std::string_view text, std::string_view prefix)
{
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

} // namespace

std::string object_words(std::string_view object_type)
{
    const auto bare = after(object_type, "OBJECT_");
    if (bare == "MATVIEW")
        return "MATERIALIZED VIEW";
    return spaced(bare);
}

statement_kind kind_of(node statement)
{
    const auto found = std::ranges::find(rows, statement.kind, &row::kind);
    if (found == rows.end())
        return {statement.kind.empty() ? "UNKNOWN" : std::string(statement.kind), destroys};
    statement_kind kind{std::string(found->words), found->effect};
    const auto& fields = *statement.fields;
    if (statement.kind == "DropStmt")
        kind.words += ' ' + object_words(text_of(fields, "removeType"));
    else if (statement.kind == "AlterTableStmt")
        kind.words += ' ' + object_words(text_of(fields, "objtype"));
    else if (statement.kind == "DefineStmt")
        kind.words += ' ' + object_words(text_of(fields, "kind"));
    else if (statement.kind == "TransactionStmt")
        kind.words = spaced(after(text_of(fields, "kind"), "TRANS_STMT_"));
    else if ((statement.kind == "GrantStmt" || statement.kind == "GrantRoleStmt") && !is_true(fields, "is_grant"))
        kind.words.replace(0, 5, "REVOKE");
    else if (statement.kind == "VacuumStmt" && !is_true(fields, "is_vacuumcmd"))
        kind.words = "ANALYZE";
    else if (statement.kind == "VariableSetStmt" && text_of(fields, "kind").starts_with("VAR_RESET"))
        kind.words = "RESET";
    else if (statement.kind == "CreateTableAsStmt" && text_of(fields, "objtype") == "OBJECT_MATVIEW")
        kind.words = "CREATE MATERIALIZED VIEW";
    else if (statement.kind == "CreateFunctionStmt" && is_true(fields, "is_procedure"))
        kind.words = "CREATE PROCEDURE";
    return kind;
}

} // namespace basekeeper::sql
