// The walk over a statement: every node kind that may occur in a read is named here, all others are refused.
#include "sql/inspect.hpp"

#include "sql/data_change.hpp"
#include "sql/names.hpp"
#include "sql/node_kinds.hpp"
#include "sql/secrets.hpp"
#include "sql/value_size.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace basekeeper::sql {
namespace {

namespace bj = boost::json;

constexpr std::size_t max_names = 1'000; // of each kind; keeps the answer small and the search in it cheap

/// A relation of the FROM list that has something secret.
struct guarded_relation
{
    std::string shown;
    secrecy secret;
};

class walk
{
public:
    explicit walk(node root) : root_(root.fields) { pending_.push_back(root); }

    inspection run()
    {
        while (!pending_.empty()) {
            const auto next = pending_.back();
            pending_.pop_back();
            judge(next);
        }
        judge_columns();
        if (too_many_names_)
            refuse(concern::unknown, fmt::format("names more than {} different functions or relations", max_names));
        if (found_.refusals.size() > 1) // the walk is last in, first out; nothing depends on the order but the reader
            std::ranges::reverse(found_.refusals);
        return std::move(found_);
    }

private:
    void refuse(concern what, std::string sentence)
    {
        if (what == concern::unknown)
            note_lasting(sentence);
        if (found_.refusals.size() < 64)
            found_.refusals.push_back({what, std::move(sentence)});
    }

    void doubt(std::string sentence)
    {
        if (found_.doubts.size() < 64)
            add_once(found_.doubts, std::move(sentence));
    }

    /// A doubt about code: what it does besides changing rows may stay.
    void doubt_code(std::string sentence)
    {
        note_lasting(sentence);
        doubt(std::move(sentence));
    }

    void note_lasting(const std::string& sentence)
    {
        if (found_.outlasts.empty())
            found_.outlasts = sentence;
    }

    void add_once(auto& list, typename std::remove_reference_t<decltype(list)>::value_type item)
    {
        if (std::ranges::find(list, item) != list.end())
            return;
        if (list.size() < max_names)
            list.push_back(std::move(item));
        else
            too_many_names_ = true;
    }

    void judge(node n)
    {
        const auto& fields = *n.fields;
        if (n.kind == "A_Const")
            return;
        if (n.kind == "String")
            identifiers_.insert(text_of(fields, "sval"));
        else if (n.kind == "FuncCall")
            judge_call(fields);
        else if (n.kind == "ColumnRef")
            column_refs_.push_back(&fields);
        else if (n.kind == "A_Indirection")
            judge_indirection(fields);
        else if (n.kind == "A_Expr")
            judge_operator(array_of(fields, "name"), text_of(fields, "kind"));
        else if (n.kind == "SubLink")
            judge_operator(array_of(fields, "operName"), {});
        else if (n.kind == "SortBy")
            judge_operator(array_of(fields, "useOp"), {});
        else if (n.kind == "TypeName")
            judge_type(fields);
        else if (n.kind == "RangeVar")
            judge_relation(fields);
        else if (n.kind == "RangeTableSample")
            judge_sampling(fields);
        else if (!judge_statement_part(n))
            return;
        walk_children(n);
    }

    /// False when the children of the node are not worth a look.
    bool judge_statement_part(node n)
    {
        const auto& fields = *n.fields;
        if (n.kind == "IntoClause") {
            refuse(concern::writes, "SELECT INTO creates a table");
            return false;
        }
        if (n.kind == "LockingClause") {
            refuse(concern::locks, "FOR UPDATE or FOR SHARE locks rows");
            return false;
        }
        if (is_data_change(n.kind)) {
            if (n.fields != root_)
                judge_data_change(n);
            return true;
        }
        if (!is_plain_kind(n.kind)) {
            refuse(concern::unknown, fmt::format("the construct {} is not known to be a read", n.kind));
            return false;
        }
        if (n.kind == "SelectStmt")
            selects_.push_back(&fields);
        for (const auto field : {"name", "colname"})
            if (const auto name = text_of(fields, field); !name.empty())
                identifiers_.insert(name);
        if (n.kind == "JoinExpr" && is_true(fields, "isNatural"))
            natural_join_ = true;
        function_in_from_ |= n.kind == "RangeFunction";
        return true;
    }

    void judge_data_change(node n)
    {
        const bool everything = n.kind == "UpdateStmt" && touches_every_row(*n.fields);
        const bool destroys = n.kind == "DeleteStmt" || n.kind == "MergeStmt" || everything;
        std::string verb(n.kind.substr(0, n.kind.size() - 4));
        std::ranges::transform(verb, verb.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
        refuse(destroys ? concern::destroys : concern::writes, fmt::format("a WITH query contains {}", verb));
    }

    void walk_children(node n)
    {
        for (const auto& member : *n.fields) {
            if (const auto* array = member.value().if_array()) {
                for (const auto& element : *array)
                    push(unwrap(element), element);
                continue;
            }
            if (!member.value().is_object())
                continue;
            if (const auto wrapped = unwrap(member.value()); !wrapped.kind.empty()) {
                pending_.push_back(wrapped);
                continue;
            }
            if (const auto kind = kind_of_field(member.key()); !kind.empty())
                pending_.push_back({kind, &member.value().get_object()});
            else
                refuse(
                    concern::unknown,
                    fmt::format("the part {} of {} is not known to be a read", std::string_view(member.key()), n.kind)
                );
        }
    }

    void push(node wrapped, const bj::value& element)
    {
        if (!wrapped.kind.empty())
            pending_.push_back(wrapped);
        else if (!element.is_object() || !element.get_object().empty()) // {} stands for a null pointer in a list
            refuse(concern::unknown, "a part of the statement has no known form");
    }

    void judge_call(const bj::object& fields)
    {
        const auto name = name_from(array_of(fields, "funcname"));
        const auto& arguments = array_of(fields, "args");
        if (const auto danger = function_hazard(name.schema, name.name))
            return refuse_call(name, *danger);
        const bool built_in = (name.schema.empty() || name.schema == "pg_catalog");
        if (name.name == "ts_rewrite" && arguments.size() != 3)
            return refuse_call(name, hazard::dynamic_sql);
        if (built_in && name.name == "current_setting")
            judge_current_setting(arguments);
        else if (const auto size = size_of_value(name.name, arguments); built_in && size == value_size::unknown)
            doubt(fmt::format("calls {}(), which can build a huge value here", name.name));
        else if (built_in && size == value_size::huge)
            refuse(concern::waits, fmt::format("calls {}(), which would build a huge value", name.name));
        if (built_in && is_known_function(name.name)) {
            if (name.schema.empty())
                add_once(found_.shadowable, name.name);
            return;
        }
        doubt_code(fmt::format("calls {}(), which is not a known built-in function", to_text(name)));
        add_once(found_.functions, name);
    }

    void refuse_call(const qualified_name& name, hazard danger)
    {
        const auto what = danger == hazard::session  ? concern::session
                          : danger == hazard::secret ? concern::secret
                          : danger == hazard::waits  ? concern::waits
                                                     : concern::destroys;
        auto sentence = fmt::format("calls {}(), which {}", to_text(name), describe(danger));
        if (outlasts_rollback(name.name, danger))
            note_lasting(sentence);
        refuse(what, std::move(sentence));
    }

    void judge_current_setting(const bj::array& arguments)
    {
        const auto argument = arguments.empty() ? node{} : unwrap(arguments[0]);
        const auto* literal = argument.kind == "A_Const" ? object_of(*argument.fields, "sval") : nullptr;
        if (literal == nullptr)
            return refuse(concern::secret, "calls current_setting() with a name that is not a literal");
        const auto setting = text_of(*literal, "sval");
        switch (kind_of_setting(setting)) {
        case setting_kind::benign:
            return;
        case setting_kind::unknown:
            return doubt(fmt::format("reads the setting {}", setting));
        case setting_kind::secret:
            return refuse(
                concern::secret, fmt::format("reads the setting {}, which may hold a secret or a server path", setting)
            );
        }
    }

    /// `(x).f` calls f(x) when x has no field f, for any function of one argument.
    void judge_indirection(const bj::object& fields)
    {
        for (const auto& step : array_of(fields, "indirection")) {
            const std::string name(string_of(step));
            if (name.empty())
                continue;
            if (is_known_function(name))
                add_once(found_.shadowable, name);
            else if (!refuse_attribute(name))
                doubt_attribute(name);
        }
    }

    /// A column may well be called http_status; only functions that every server has are refused as attributes.
    bool refuse_attribute(const std::string& name)
    {
        constexpr auto of_one_argument = std::to_array<std::string_view>(
            {"nextval",
             "setseed",
             "lo_creat",
             "lo_create",
             "lo_import",
             "lo_unlink",
             "lo_get",
             "lo_close",
             "ts_stat",
             "gin_clean_pending_list",
             "brin_summarize_new_values"}
        );
        const auto danger = function_hazard({}, name);
        if (!danger || (!name.starts_with("pg_") && std::ranges::find(of_one_argument, name) == of_one_argument.end()))
            return false;
        refuse_call({{}, name}, *danger);
        return true;
    }

    void doubt_attribute(const std::string& name)
    {
        doubt_code(fmt::format("takes .{} of an expression, which may call a function", name));
        add_once(found_.functions, {{}, name});
    }

    void judge_operator(const bj::array& parts, std::string_view expression_kind)
    {
        if (parts.empty() || expression_kind.contains("BETWEEN"))
            return;
        const auto name = name_from(parts);
        const bool built_in = (name.schema.empty() || name.schema == "pg_catalog") && is_known_operator(name.name);
        if (!built_in)
            doubt_code(fmt::format(
                "uses the operator {}{}{}, which is not built in",
                name.schema,
                name.schema.empty() ? "" : ".",
                name.name
            ));
        if (!built_in || name.schema.empty())
            add_once(found_.operators, name.name);
    }

    void judge_type(const bj::object& fields)
    {
        const auto name = name_from(array_of(fields, "names"));
        const bool built_in = (name.schema.empty() || name.schema == "pg_catalog") && is_known_type(name.name);
        if (built_in || name.name.empty())
            return;
        doubt_code(fmt::format("uses the type {}, which is not built in", to_text(name)));
        add_once(found_.types, name);
    }

    void judge_sampling(const bj::object& fields)
    {
        const auto method = name_from(array_of(fields, "method"));
        if ((method.schema.empty() || method.schema == "pg_catalog") &&
            (method.name == "bernoulli" || method.name == "system"))
            return;
        doubt_code(fmt::format("samples with {}, which is not built in", to_text(method)));
        add_once(found_.functions, method);
    }

    void judge_relation(const bj::object& fields)
    {
        const qualified_name name{std::string(text_of(fields, "schemaname")), std::string(text_of(fields, "relname"))};
        add_once(found_.relations, name);
        const auto secret = secrecy_of(name.schema, name.name);
        if (name.name == "pg_settings")
            doubt("reads pg_settings, which lists every setting");
        if (secret.what == secrecy::scope::whole)
            return refuse(
                concern::secret,
                fmt::format("reads {}, which holds credentials, private data or server internals", to_text(name))
            );
        if (secret.what == secrecy::scope::nothing)
            return;
        const auto* alias = object_of(fields, "alias");
        note_guarded({to_text(name), secret}, alias, text_of(fields, "relname"));
    }

    void note_guarded(guarded_relation relation, const bj::object* alias, std::string_view plain_name)
    {
        guarded_names_.insert(alias != nullptr ? text_of(*alias, "aliasname") : plain_name);
        if (relation.secret.certain && alias != nullptr && !array_of(*alias, "colnames").empty())
            refuse(concern::secret, fmt::format("renames the columns of {}, one of which is secret", relation.shown));
        guarded_.push_back(std::move(relation));
    }

    /// The relations that `*` of this SELECT expands to, and the aliases of joins around them.
    void judge_star(const bj::object& select)
    {
        std::vector<node> pending;
        std::vector<const bj::object*> join_aliases;
        const guarded_relation* found = nullptr;
        for (const auto& item : array_of(select, "fromClause"))
            pending.push_back(unwrap(item));
        while (!pending.empty()) {
            const auto item = pending.back();
            pending.pop_back();
            if (item.kind == "JoinExpr") {
                if (const auto* alias = object_of(*item.fields, "alias"))
                    join_aliases.push_back(alias);
                pending.push_back(node_of(*item.fields, "larg"));
                pending.push_back(node_of(*item.fields, "rarg"));
            } else if (item.kind == "RangeTableSample") {
                pending.push_back(node_of(*item.fields, "relation"));
            } else if (item.kind == "RangeVar") {
                const auto shown = to_text(qualified_name{
                    std::string(text_of(*item.fields, "schemaname")), std::string(text_of(*item.fields, "relname"))
                });
                const auto match = std::ranges::find_if(guarded_, [&](const guarded_relation& g) {
                    return g.shown == shown && g.secret.certain;
                });
                found = match != guarded_.end() ? &*match : found;
            }
        }
        if (found == nullptr)
            return;
        for (const auto* alias : join_aliases) {
            guarded_names_.insert(text_of(*alias, "aliasname"));
            if (!array_of(*alias, "colnames").empty())
                refuse(concern::secret, fmt::format("renames the columns of {}, one of which is secret", found->shown));
        }
        for (const auto& target : array_of(select, "targetList")) {
            const auto column = node_of(*unwrap(target).fields, "val");
            if (column.kind == "ColumnRef" && unwrap(array_of(*column.fields, "fields")[0]).kind == "A_Star")
                refuse(
                    concern::secret,
                    fmt::format(
                        "selects * from {}; leave out its secret columns: {}", found->shown, found->secret.columns
                    )
                );
        }
    }

    /// After the walk, when all relations are known: who reads a secret column, a whole row, or calls by attribute?
    void judge_columns()
    {
        if (!guarded_.empty())
            for (const auto* select : selects_)
                judge_star(*select);
        for (const auto* reference : column_refs_)
            judge_column(array_of(*reference, "fields"));
        for (const auto& relation : guarded_) {
            if (natural_join_ && relation.secret.certain)
                refuse(
                    concern::secret, fmt::format("a NATURAL JOIN compares the secret columns of {}", relation.shown)
                );
            for (const auto identifier : identifiers_)
                if (lists(relation.secret.columns, identifier))
                    refuse(
                        concern::secret,
                        fmt::format("names {} next to {}, where that column is secret", identifier, relation.shown)
                    );
        }
    }

    void judge_column(const bj::array& parts)
    {
        if (parts.empty())
            return;
        const bool star = unwrap(parts[parts.size() - 1]).kind == "A_Star";
        const auto qualifier_at = star ? parts.size() - 2 : parts.size() - 1;
        const bool certain = std::ranges::any_of(guarded_, [](const guarded_relation& g) { return g.secret.certain; });
        if ((!star || parts.size() > 1) && certain && guarded_names_.contains(string_of(parts[qualifier_at])))
            refuse(
                concern::secret,
                fmt::format("takes whole rows of {}, which have secret columns", string_of(parts[qualifier_at]))
            );
        if (star || parts.size() < 2)
            return;
        // a.b calls b(a) when a has no column b; a is a row, or a plain value when it is a function in FROM.
        const std::string name(string_of(parts[parts.size() - 1]));
        if (refuse_attribute(name))
            return;
        if (function_in_from_ && function_hazard({}, name))
            doubt_attribute(name);
        else
            add_once(found_.shadowable, name);
    }

    const bj::object* root_;
    std::vector<node> pending_;
    std::vector<const bj::object*> column_refs_;
    std::vector<const bj::object*> selects_;
    std::vector<guarded_relation> guarded_;
    std::unordered_set<std::string_view> guarded_names_;
    std::unordered_set<std::string_view> identifiers_;
    bool natural_join_ = false;
    bool function_in_from_ = false;
    bool too_many_names_ = false;
    inspection found_;
};

} // namespace

inspection inspect(node root)
{
    return walk(root).run();
}

} // namespace basekeeper::sql
