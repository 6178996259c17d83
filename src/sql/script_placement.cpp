// Which statements refuse to run in a transaction block: the list of PostgreSQL 15, told from the tree.
#include "sql/script_placement.hpp"

#include "sql/statement_kind.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace basekeeper::sql {
namespace {

namespace bj = boost::json;

qualified_name relation_name(const bj::object* relation)
{
    if (relation == nullptr)
        return {};
    return {std::string(text_of(*relation, "schemaname")), std::string(text_of(*relation, "relname"))};
}

void run_alone(script_statement& out, std::string why, aftermath after)
{
    out.runs = placement::alone;
    out.why = std::move(why);
    out.after = after;
}

/// The value of an option such as `concurrently` or `create_slot`: absent is `otherwise`.
bool option(const bj::object& fields, std::string_view list, std::string_view name, bool otherwise)
{
    for (const auto& each : array_of(fields, list)) {
        const auto element = unwrap(each);
        if (element.kind != "DefElem" || text_of(*element.fields, "defname") != name)
            continue;
        const auto value = node_of(*element.fields, "arg");
        if (value.kind == "String") {
            const auto word = text_of(*value.fields, "sval");
            return word != "false" && word != "off" && word != "0";
        }
        if (value.kind == "Boolean")
            return is_true(*value.fields, "boolval");
        if (value.kind == "Integer")
            return value.fields->contains("ival");
        return true;
    }
    return otherwise;
}

void describe_index(const bj::object& fields, script_statement& out)
{
    if (!is_true(fields, "concurrent"))
        return;
    run_alone(out, "CREATE INDEX CONCURRENTLY", aftermath::builds_index);
    out.over = relation_name(object_of(fields, "relation"));
    out.subject = {out.over.schema, std::string(text_of(fields, "idxname"))};
}

void describe_drop(const bj::object& fields, script_statement& out)
{
    if (!is_true(fields, "concurrent"))
        return;
    run_alone(out, "DROP INDEX CONCURRENTLY", aftermath::drops_index);
    const auto& objects = array_of(fields, "objects");
    if (!objects.empty())
        if (const auto list = unwrap(objects[0]); list.fields != nullptr)
            out.subject = name_from(array_of(*list.fields, "items"));
}

void describe_reindex(const bj::object& fields, script_statement& out)
{
    const auto kind = text_of(fields, "kind");
    const bool concurrent = option(fields, "params", "concurrently", false);
    if (kind == "REINDEX_OBJECT_DATABASE" || kind == "REINDEX_OBJECT_SYSTEM" || kind == "REINDEX_OBJECT_SCHEMA")
        run_alone(
            out, "REINDEX of more than one table", concurrent ? aftermath::rebuilds_indexes : aftermath::harmless
        );
    else if (concurrent)
        run_alone(out, "REINDEX CONCURRENTLY", aftermath::rebuilds_indexes);
    out.over = relation_name(object_of(fields, "relation"));
}

void describe_alter_table(const bj::object& fields, script_statement& out)
{
    for (const auto& each : array_of(fields, "cmds")) {
        const auto command = unwrap(each);
        if (command.fields == nullptr)
            continue;
        const auto type = text_of(*command.fields, "subtype");
        const auto definition = node_of(*command.fields, "def");
        if (type != "AT_DetachPartition" || definition.kind != "PartitionCmd" ||
            !is_true(*definition.fields, "concurrent"))
            continue;
        run_alone(out, "DETACH PARTITION CONCURRENTLY", aftermath::detaches);
        out.over = relation_name(object_of(fields, "relation"));
        out.subject = relation_name(object_of(*definition.fields, "name"));
    }
}

void describe_transaction(const bj::object& fields, script_statement& out)
{
    const auto kind = text_of(fields, "kind");
    if (kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START")
        out.transaction = transaction_word::opens;
    else if (kind == "TRANS_STMT_COMMIT" && !is_true(fields, "chain"))
        out.transaction = transaction_word::commits;
    else if (kind == "TRANS_STMT_SAVEPOINT" || kind == "TRANS_STMT_RELEASE" || kind == "TRANS_STMT_ROLLBACK_TO")
        out.transaction = transaction_word::savepoint;
    else
        out.transaction = transaction_word::ends;
}

/// Statements that refuse a transaction block whatever they hold.
bool describe_always_alone(node statement, script_statement& out)
{
    struct row
    {
        std::string_view kind;
        aftermath after;
    };

    constexpr auto rows = std::to_array<row>({
        {"VacuumStmt", aftermath::harmless},
        {"CreatedbStmt", aftermath::makes_database},
        {"DropdbStmt", aftermath::drops_database},
        {"CreateTableSpaceStmt", aftermath::unknown},
        {"DropTableSpaceStmt", aftermath::unknown},
        {"AlterSystemStmt", aftermath::harmless},
    });
    const auto* found = std::ranges::find(rows, statement.kind, &row::kind);
    if (found == rows.end())
        return false;
    // ANALYZE shares the node of VACUUM.
    if (statement.kind == "VacuumStmt" && !is_true(*statement.fields, "is_vacuumcmd"))
        return true;
    run_alone(out, out.kind, found->after);
    out.subject = {{}, std::string(text_of(*statement.fields, "dbname"))};
    return true;
}

void describe_other(node statement, script_statement& out)
{
    const auto& fields = *statement.fields;
    const auto kind = statement.kind;
    if (kind == "ClusterStmt" && object_of(fields, "relation") == nullptr)
        run_alone(out, "CLUSTER of all tables", aftermath::harmless);
    else if (kind == "CreateSubscriptionStmt" && option(fields, "options", "connect", true) &&
             option(fields, "options", "create_slot", true))
        run_alone(out, "CREATE SUBSCRIPTION with a slot", aftermath::unknown);
    else if (kind == "DropSubscriptionStmt")
        run_alone(out, "DROP SUBSCRIPTION", aftermath::unknown);
    else if (kind == "AlterDatabaseStmt" && option(fields, "options", "tablespace", false))
        run_alone(out, "ALTER DATABASE SET TABLESPACE", aftermath::unknown);
    else if (kind == "DiscardStmt" && text_of(fields, "target") == "DISCARD_ALL") {
        run_alone(out, "DISCARD ALL", aftermath::harmless);
        out.discards_session = true;
    } else if (kind == "AlterEnumStmt" && text_of(fields, "oldVal").empty() && !text_of(fields, "newVal").empty())
        out.runs = placement::then_commit;
    else if (kind == "CopyStmt")
        out.copies_from_client =
            is_true(fields, "is_from") && !is_true(fields, "is_program") && text_of(fields, "filename").empty();
    else if (kind == "VariableSetStmt" && text_of(fields, "kind") != "VAR_SET_MULTI")
        out.settings = is_true(fields, "is_local") ? setting_scope::transaction : setting_scope::session;
}

} // namespace

void describe(node statement, script_statement& out)
{
    out.kind = kind_of(statement).words;
    if (statement.fields == nullptr || describe_always_alone(statement, out))
        return;
    if (statement.kind == "IndexStmt")
        describe_index(*statement.fields, out);
    else if (statement.kind == "DropStmt")
        describe_drop(*statement.fields, out);
    else if (statement.kind == "ReindexStmt")
        describe_reindex(*statement.fields, out);
    else if (statement.kind == "AlterTableStmt")
        describe_alter_table(*statement.fields, out);
    else if (statement.kind == "TransactionStmt")
        describe_transaction(*statement.fields, out);
    else
        describe_other(statement, out);
}

std::optional<std::string> added_label_of(node statement)
{
    if (statement.kind != "AlterEnumStmt" || !text_of(*statement.fields, "oldVal").empty())
        return std::nullopt;
    return std::string(text_of(*statement.fields, "newVal"));
}

} // namespace basekeeper::sql
