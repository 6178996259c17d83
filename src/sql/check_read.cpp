// The check of a read: one statement, of a reading kind, with nothing in it that is not known.
#include "sql/check_read.hpp"

#include "base/text.hpp"
#include "sql/data_change.hpp"
#include "sql/explain_options.hpp"
#include "sql/names.hpp"
#include "sql/statement_kind.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace basekeeper::sql {
namespace {

read_verdict refused(std::string reason)
{
    return {verdict::refused, std::move(reason)};
}

read_verdict check_query(node query)
{
    auto seen = inspect(query);
    read_verdict answer;
    answer.functions = std::move(seen.functions);
    answer.relations = std::move(seen.relations);
    answer.shadowable = std::move(seen.shadowable);
    answer.operators = std::move(seen.operators);
    answer.types = std::move(seen.types);
    if (!seen.refusals.empty())
        answer.reason = std::move(seen.refusals.front().sentence);
    else if (!seen.doubts.empty()) {
        answer.verdict = verdict::unproven;
        answer.reason = std::move(seen.doubts.front());
    } else {
        answer.verdict = verdict::harmless;
    }
    return answer;
}

read_verdict check_explain(const boost::json::object& explain)
{
    const auto query = node_of(explain, "query");
    if (const auto option = unknown_explain_option(explain); !option.empty())
        return refused(fmt::format("EXPLAIN has the option {}, which is not known", utf8_prefix(option, 64)));
    if (query.kind == "SelectStmt")
        return check_query(query);
    const auto kind = kind_of(query);
    if (!is_data_change(query.kind))
        return refused(fmt::format("EXPLAIN of {} is not a read", kind.words));
    if (explain_executes(explain))
        return refused(fmt::format("EXPLAIN with ANALYZE executes the {}", kind.words));
    auto answer = check_query(query);
    answer.plans_change = true;
    return answer;
}

read_verdict check_show(const boost::json::object& show)
{
    const auto name = utf8_prefix(text_of(show, "name"), 64);
    switch (kind_of_setting(name)) {
    case setting_kind::benign:
        return {verdict::harmless, {}};
    case setting_kind::unknown:
        return {verdict::unproven, fmt::format("shows the setting {}", name)};
    case setting_kind::secret:
        break;
    }
    return refused(fmt::format("SHOW {} discloses a secret, a path or the server's configuration", name));
}

} // namespace

result<parsed> parse(std::string_view text)
{
    const auto tree = TRY(syntax_tree::read(text));
    parsed out;
    for (const auto& statement : tree.statements())
        out.statements.push_back({kind_of(statement.root).words, statement.begin, statement.end});
    return out;
}

read_verdict check_read(std::string_view text)
{
    const auto tree = syntax_tree::read(text);
    if (!tree)
        return refused(tree.error().message);
    const auto& statements = tree->statements();
    if (statements.empty())
        return refused("the text is empty: it holds no statement");
    if (statements.size() > 1)
        return refused(fmt::format("the text holds {} statements; a read is exactly one", statements.size()));
    const auto statement = statements.front().root;
    if (statement.kind == "SelectStmt")
        return check_query(statement);
    if (statement.kind == "ExplainStmt")
        return check_explain(*statement.fields);
    if (statement.kind == "VariableShowStmt")
        return check_show(*statement.fields);
    return refused(fmt::format("{} is not a read", kind_of(statement).words));
}

} // namespace basekeeper::sql
