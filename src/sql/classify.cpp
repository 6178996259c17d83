// The effect of statements: their kind first, then what they hold.
#include "sql/classify.hpp"

#include "base/text.hpp"
#include "sql/data_change.hpp"
#include "sql/explain_options.hpp"
#include "sql/inspect.hpp"
#include "sql/names.hpp"
#include "sql/rollback.hpp"
#include "sql/statement_kind.hpp"
#include "sql/targets.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace basekeeper::sql {
namespace {

namespace bj = boost::json;

void raise(statement_effect& out, effect to, std::string_view because)
{
    if (to <= out.effect)
        return;
    out.effect = to;
    if (!because.empty())
        out.summary = because;
}

std::string lower(std::string words)
{
    std::ranges::transform(words, words.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return words;
}

std::string relation_text(const bj::object* relation)
{
    if (relation == nullptr)
        return {};
    return to_text({std::string(text_of(*relation, "schemaname")), std::string(text_of(*relation, "relname"))});
}

/// A name of a DROP list, whatever its form.
std::string object_text(const bj::value& object)
{
    const auto inner = unwrap(object);
    if (inner.kind == "String")
        return to_text({{}, std::string(string_of(object))});
    if (inner.kind == "RangeVar")
        return relation_text(inner.fields);
    if (inner.kind == "RoleSpec")
        return std::string(text_of(*inner.fields, "rolename"));
    if (inner.fields == nullptr)
        return "?";
    const auto list = inner.kind == "ObjectWithArgs" ? "objname" : inner.kind == "TypeName" ? "names" : "items";
    std::string out;
    for (const auto& part : array_of(*inner.fields, list))
        out += (out.empty() ? "" : ".") + to_text({{}, std::string(string_of(part))});
    return out;
}

std::string names_text(const bj::array& objects)
{
    std::string out;
    for (std::size_t i = 0; i < objects.size() && i < 5; ++i)
        out += (i == 0 ? "" : ", ") + object_text(objects[i]);
    if (objects.size() > 5)
        out += fmt::format(" and {} more", objects.size() - 5);
    return out;
}

std::string_view cascade_words(const bj::object& fields)
{
    return text_of(fields, "behavior") == "DROP_CASCADE" ? " and everything that depends on it (CASCADE)" : "";
}

/// What the statement does, from its kind and the object it names.
std::string summary_of(node statement, const std::string& words)
{
    const auto& fields = *statement.fields;
    if (statement.kind == "DropStmt")
        return fmt::format(
            "drops {} {}{}",
            lower(object_words(text_of(fields, "removeType"))),
            names_text(array_of(fields, "objects")),
            cascade_words(fields)
        );
    if (statement.kind == "TruncateStmt")
        return fmt::format(
            "empties {}{}",
            names_text(array_of(fields, "relations")),
            text_of(fields, "behavior") == "DROP_CASCADE" ? " and all tables that refer to it (CASCADE)" : ""
        );
    if (statement.kind == "DropRoleStmt")
        return fmt::format("drops role {}", names_text(array_of(fields, "roles")));
    if (statement.kind == "DropdbStmt")
        return fmt::format("drops database {}", text_of(fields, "dbname"));
    if (statement.kind == "CallStmt" || statement.kind == "DoStmt" || statement.kind == "ExecuteStmt")
        return fmt::format("runs {}, whose code cannot be seen here", words);
    if (statement.kind == "TransactionStmt")
        return fmt::format("controls the transaction ({})", words);
    const auto* relation = object_of(fields, "relation");
    const auto target = relation_text(relation != nullptr ? relation : object_of(fields, "view"));
    if (statement.kind == "DeleteStmt")
        return fmt::format("deletes {} {}", touches_every_row(fields) ? "all rows of" : "rows from", target);
    if (statement.kind == "UpdateStmt")
        return fmt::format("changes {} {}", touches_every_row(fields) ? "all rows of" : "rows of", target);
    if (statement.kind == "InsertStmt")
        return fmt::format("adds rows to {}", target);
    return target.empty() ? fmt::format("runs {}", words) : fmt::format("runs {} on {}", words, target);
}

void add_contents(statement_effect& out, node query)
{
    const auto seen = inspect(query);
    for (const auto& refusal : seen.refusals) {
        switch (refusal.what) {
        case concern::destroys:
        case concern::unknown:
            raise(out, effect::destroys, refusal.sentence);
            break;
        case concern::session:
            out.touches_session = true;
            [[fallthrough]];
        case concern::writes:
        case concern::locks:
            raise(out, effect::writes, refusal.sentence);
            break;
        case concern::secret:
        case concern::waits:
            break;
        }
        if (out.summary.empty())
            out.summary = refusal.sentence;
        out.plain_read = false;
    }
    if (!seen.doubts.empty()) {
        raise(out, effect::writes, seen.doubts.front());
        out.touches_session = true;
        out.plain_read = false;
    }
}

void judge_data_change(statement_effect& out, node statement)
{
    const auto& fields = *statement.fields;
    const bool everything = statement.kind == "UpdateStmt" && touches_every_row(fields);
    const bool deletes = statement.kind == "DeleteStmt" || statement.kind == "MergeStmt";
    out.effect = everything || deletes ? effect::destroys : effect::writes;
    add_contents(out, statement);
}

void judge_copy(statement_effect& out, const bj::object& fields)
{
    const bool server_side = is_true(fields, "is_program") || !text_of(fields, "filename").empty();
    out.effect = server_side ? effect::destroys : is_true(fields, "is_from") ? effect::writes : effect::reads;
    if (is_true(fields, "is_program"))
        out.summary = "runs a shell command on the server (COPY ... PROGRAM)";
    else if (server_side)
        out.summary = "reads or writes a file on the server (COPY)";
    if (const auto query = node_of(fields, "query"); !query.kind.empty()) {
        if (query.kind != "SelectStmt")
            judge_data_change(out, query);
        else
            add_contents(out, query);
    }
}

void judge_alter(statement_effect& out, const bj::object& fields)
{
    constexpr auto additions = std::to_array<std::string_view>(
        {"AT_AddColumn",
         "AT_AddConstraint",
         "AT_AddIndex",
         "AT_ValidateConstraint",
         "AT_EnableRowSecurity",
         "AT_ForceRowSecurity",
         "AT_SetStatistics",
         "AT_AttachPartition",
         "AT_AddIdentity",
         "AT_ColumnDefault",
         "AT_SetNotNull",
         "AT_EnableTrig"}
    );
    out.effect = effect::writes;
    for (const auto& command : array_of(fields, "cmds")) {
        const auto subtype = text_of(*unwrap(command).fields, "subtype");
        if (std::ranges::find(additions, subtype) != additions.end())
            continue;
        const auto shown = subtype.starts_with("AT_") ? subtype.substr(3) : subtype;
        raise(
            out,
            effect::destroys,
            fmt::format(
                "alters {}: {} {}",
                relation_text(object_of(fields, "relation")),
                shown,
                text_of(*unwrap(command).fields, "name")
            )
        );
    }
}

bool has_option_on(const bj::object& fields, std::string_view name)
{
    return std::ranges::any_of(array_of(fields, "options"), [&](const bj::value& option) {
        const auto element = unwrap(option);
        return element.kind == "DefElem" && text_of(*element.fields, "defname") == name;
    });
}

bool is_temporary(const bj::object* relation)
{
    return relation != nullptr &&
           (text_of(*relation, "relpersistence") == "t" || text_of(*relation, "schemaname").starts_with("pg_temp"));
}

void judge(statement_effect& out, node statement);

/// PREPARE, DECLARE and EXPLAIN: the inner statement decides.
void judge_inner(statement_effect& out, node inner)
{
    if (inner.kind.empty()) {
        out.effect = effect::destroys;
        return;
    }
    judge(out, inner);
}

void judge_creation(statement_effect& out, node statement)
{
    const auto& fields = *statement.fields;
    out.effect = is_true(fields, "replace") ? effect::destroys : effect::writes;
    const auto* target = object_of(fields, statement.kind == "ViewStmt" ? "view" : "relation");
    if (const auto* into = object_of(fields, "into"))
        target = object_of(*into, "rel");
    out.touches_session = is_temporary(target);
    if (statement.kind != "CreateTableAsStmt")
        return;
    const auto query = node_of(fields, "query");
    if (query.kind == "SelectStmt")
        add_contents(out, query);
    else
        raise(out, effect::destroys, "makes a table from a prepared statement that cannot be seen here");
}

void judge_by_content(statement_effect& out, node statement)
{
    const auto& fields = *statement.fields;
    if (statement.kind == "SelectStmt") {
        out.effect = effect::reads;
        out.plain_read = true;
        out.summary.clear();
        add_contents(out, statement);
    } else if (statement.kind == "ExplainStmt") {
        const auto query = node_of(fields, "query");
        out.effect = effect::reads;
        if (explain_executes(fields))
            judge_inner(out, query);
        else if (query.kind == "SelectStmt")
            judge_by_content(out, query);
        else
            add_contents(out, query); // planning evaluates functions of constants
    } else if (statement.kind == "PrepareStmt" || statement.kind == "DeclareCursorStmt") {
        judge_inner(out, node_of(fields, "query"));
        if (out.summary.empty())
            out.summary = summary_of(statement, kind_of(statement).words);
        out.touches_session = true;
        out.plain_read = false;
        raise(out, effect::writes, {});
    } else if (statement.kind == "CopyStmt") {
        judge_copy(out, fields);
    } else if (statement.kind == "AlterTableStmt") {
        judge_alter(out, fields);
    } else if (statement.kind == "VacuumStmt") {
        out.effect = has_option_on(fields, "full") ? effect::destroys : effect::writes;
    } else if (statement.kind.starts_with("Create") || statement.kind == "ViewStmt") {
        judge_creation(out, statement);
    } else {
        judge_data_change(out, statement);
    }
}

void judge(statement_effect& out, node statement)
{
    const auto kind = kind_of(statement);
    out.summary = summary_of(statement, kind.words);
    switch (kind.effect) {
    case kind_effect::reads: {
        out.effect = effect::reads;
        out.plain_read = kind_of_setting(text_of(*statement.fields, "name")) == setting_kind::benign;
        return;
    }
    case kind_effect::writes:
        out.effect = effect::writes;
        return;
    case kind_effect::destroys:
        out.effect = effect::destroys;
        out.touches_session = statement.kind == "DoStmt" || statement.kind == "CallStmt" ||
                              statement.kind == "ExecuteStmt" || statement.kind == "LoadStmt";
        return;
    case kind_effect::session:
        out.effect = effect::writes;
        out.touches_session = true;
        return;
    case kind_effect::transaction:
        out.effect = effect::writes;
        out.transaction_control = true;
        out.touches_session = true;
        return;
    case kind_effect::by_content:
        judge_by_content(out, statement);
        return;
    }
}

bool gives_rows(node statement)
{
    if (statement.kind == "SelectStmt")
        return object_of(*statement.fields, "intoClause") == nullptr;
    constexpr auto always =
        std::to_array<std::string_view>({"ExplainStmt", "VariableShowStmt", "FetchStmt", "ExecuteStmt", "CallStmt"});
    return std::ranges::find(always, statement.kind) != always.end() ||
           !array_of(*statement.fields, "returningList").empty();
}

statement_effect unreadable(const error& why)
{
    statement_effect out;
    out.kind = "UNKNOWN";
    out.summary = fmt::format("cannot be examined: {}", why.message);
    out.outlasts = out.summary;
    out.touches_session = true;
    return out;
}

} // namespace

statement_effect classify(std::string_view text)
{
    const auto tree = syntax_tree::read(text);
    if (!tree)
        return unreadable(tree.error());
    if (tree->statements().empty())
        return unreadable(error(condition::invalid_argument, "the text is empty"));
    statement_effect worst;
    worst.effect = effect::reads;
    for (const auto& statement : tree->statements()) {
        statement_effect one;
        judge(one, statement.root);
        if (worst.statements == 0 || one.effect > worst.effect) {
            worst.effect = one.effect;
            worst.kind = kind_of(statement.root).words;
            worst.summary = utf8_prefix(one.summary.empty() ? "reads" : one.summary, 500);
        }
        ++worst.statements;
        auto left = after_rollback(statement.root);
        std::ranges::move(left.relations, std::back_inserter(worst.relations));
        std::ranges::move(targets_of(statement.root), std::back_inserter(worst.targets));
        worst.only_defines &= is_definition(statement.root);
        if (worst.outlasts.empty())
            worst.outlasts = utf8_prefix(left.now, 500);
        if (worst.keeps_code.empty())
            worst.keeps_code = utf8_prefix(left.later, 500);
        worst.touches_session |= one.touches_session;
        worst.transaction_control |= one.transaction_control;
        worst.returns_rows = gives_rows(statement.root);
        worst.plain_read = one.plain_read && tree->statements().size() == 1;
    }
    return worst;
}

} // namespace basekeeper::sql
