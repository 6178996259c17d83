// The rules of PostgreSQL on what ALTER can do, kind by kind.
#include "features/schema_diff/judgement.hpp"

#include "features/schema_diff/acl.hpp"

#include <algorithm>

namespace basekeeper::schema_diff {
namespace {

using names = std::vector<std::string_view>;

bool has(const names& differing, std::string_view name)
{
    return std::ranges::find(differing, name) != differing.end();
}

bool begins_with(const std::vector<std::string_view>& whole, const std::vector<std::string_view>& start)
{
    return whole.size() >= start.size() && std::equal(start.begin(), start.end(), whole.begin());
}

/// True when dropping attributes, then adding some at the end, is enough.
bool only_adds_and_drops(std::string_view before, std::string_view after)
{
    const auto wanted = parts_of(after);
    std::vector<std::string_view> kept;
    for (const auto& each : parts_of(before))
        if (std::ranges::find(wanted, each) != wanted.end())
            kept.push_back(each);
    const auto name_of = [](std::string_view each) { return each.substr(0, each.find('\x1e')); };
    // An attribute with another type is neither.
    for (const auto& each : parts_of(before))
        for (const auto& other : wanted)
            if (name_of(each) == name_of(other) && each != other)
                return false;
    return begins_with(wanted, kept);
}

std::string_view without_deferral(std::string_view definition)
{
    for (const std::string_view mark : {" NOT VALID", " INITIALLY DEFERRED", " DEFERRABLE"})
        if (definition.ends_with(mark))
            definition.remove_suffix(mark.size());
    return definition;
}

bool validates(std::string_view before, std::string_view after)
{
    constexpr std::string_view mark = " NOT VALID";
    return before.ends_with(mark) && before.substr(0, before.size() - mark.size()) == after;
}

action judge_constraint(const fact& before, const fact& after, const names& d)
{
    if (!has(d, "definition"))
        return action::alter;
    const auto old = before.at("definition");
    const auto wanted = after.at("definition");
    if (validates(old, wanted))
        return action::alter;
    const bool foreign = before.at("type") == "f" && after.at("type") == "f";
    const bool same_validity = old.ends_with(" NOT VALID") == wanted.ends_with(" NOT VALID");
    return (!foreign || !same_validity || without_deferral(old) != without_deferral(wanted)) ? action::replace
                                                                                             : action::alter;
}

/// A number as text, written so that texts compare like numbers; there are never 1,000 arguments.
std::string count_of(std::string_view number)
{
    return std::string(3 - std::min<std::size_t>(number.size(), 3), '0').append(number);
}

action judge_function(const fact& before, const fact& after, const names& d)
{
    if (!has(d, "definition"))
        return action::alter;
    // CREATE OR REPLACE keeps names and result, and takes no default away.
    return (before.at("_signature") != after.at("_signature") ||
            count_of(after.at("_defaults")) < count_of(before.at("_defaults")))
               ? action::replace
               : action::alter;
}

judgement judge_column(const fact& after, const names& d)
{
    if (has(d, "generated") && after.has("generated"))
        return {action::replace};
    return {action::alter, has(d, "type") || has(d, "collation")};
}

action judge_policy(const fact& before, const fact& after, const names& d)
{
    const auto lost = [&](std::string_view name) { return before.has(name) && !after.has(name); };
    return (has(d, "command") || has(d, "mode") || lost("using") || lost("with_check")) ? action::replace
                                                                                        : action::alter;
}

action judge_type(const fact& before, const fact& after, const names& d)
{
    switch (before.id.what) {
    case kind::enum_type:
        return !only_adds_labels(before.at("labels"), after.at("labels")) ? action::supersede : action::alter;
    case kind::composite_type:
        return !only_adds_and_drops(before.at("attributes"), after.at("attributes")) ? action::supersede
                                                                                     : action::alter;
    case kind::range_type:
        return has(d, "definition") ? action::supersede : action::alter;
    default:
        return (has(d, "type") || has(d, "collation")) ? action::supersede : action::alter;
    }
}

action judge_by_names(const fact& before, const fact& after, const names& d)
{
    switch (before.id.what) {
    case kind::extension:
        return (has(d, "schema") && !before.has("_relocatable")) ? action::replace : action::alter;
    case kind::domain_constraint:
        return (has(d, "definition") && !validates(before.at("definition"), after.at("definition"))) ? action::replace
                                                                                                     : action::alter;
    case kind::aggregate:
        return (has(d, "definition") || has(d, "arguments")) ? action::replace : action::alter;
    case kind::table:
        return (has(d, "partition_by") || has(d, "of_type")) ? action::replace : action::alter;
    case kind::index:
    case kind::statistics:
    case kind::materialized_view:
    case kind::trigger:
    case kind::event_trigger:
        return has(d, "definition") ? action::replace : action::alter;
    case kind::table_attachment:
    case kind::index_attachment:
    case kind::publication_table:
        return action::replace;
    case kind::view:
        return (has(d, "definition") && !begins_with(parts_of(after.at("_columns")), parts_of(before.at("_columns"))))
                   ? action::replace
                   : action::alter;
    case kind::publication:
        return has(d, "all_tables") ? action::replace : action::alter;
    default:
        return action::alter;
    }
}

} // namespace

judgement judge(const fact& before, const fact& after, const comparison_rules& rules)
{
    const auto d = differences(before, after, rules);
    if (d.empty())
        return {};
    switch (before.id.what) {
    case kind::column:
        return judge_column(after, d);
    case kind::constraint:
        return {judge_constraint(before, after, d)};
    case kind::function:
        return {judge_function(before, after, d)};
    case kind::policy:
        return {judge_policy(before, after, d)};
    case kind::enum_type:
    case kind::composite_type:
    case kind::range_type:
    case kind::domain:
        return {judge_type(before, after, d)};
    default:
        return {judge_by_names(before, after, d)};
    }
}

std::vector<std::string_view> differences(const fact& before, const fact& after, const comparison_rules& rules)
{
    std::vector<std::string_view> out;
    const auto compare = [&](std::string_view name) {
        if (name.starts_with('_') || std::ranges::find(out, name) != out.end() || before.at(name) == after.at(name))
            return;
        if (name == "owner" && (!rules.owners || before.id.what == kind::default_privileges))
            return;
        if (name == "acl" && (!rules.grants || read_access(before.at(name), before.at("owner")) ==
                                                   read_access(after.at(name), after.at("owner"))))
            return;
        out.push_back(name);
    };
    for (const auto& a : before.attributes)
        compare(a.name);
    for (const auto& a : after.attributes)
        compare(a.name);
    return out;
}

std::vector<std::string_view> parts_of(std::string_view list, char separator)
{
    std::vector<std::string_view> out;
    while (!list.empty()) {
        const auto end = list.find(separator);
        out.push_back(list.substr(0, end));
        list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
    }
    return out;
}

bool only_adds_labels(std::string_view before, std::string_view after)
{
    const auto wanted = parts_of(after);
    auto at = wanted.begin();
    for (const auto& label : parts_of(before)) {
        at = std::find(at, wanted.end(), label);
        if (at == wanted.end())
            return false;
        ++at;
    }
    return true;
}

} // namespace basekeeper::schema_diff
