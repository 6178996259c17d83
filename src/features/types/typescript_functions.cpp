// The rules by which PostgREST finds a function decide what is shown of it.
#include "features/types/typescript_functions.hpp"

#include "features/types/names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::types {
namespace {

using kind = typescript_type::kind;

/// json, jsonb, text: what a request's body can be passed as whole.
bool is_body_type(pg::oid type)
{
    return type == 114 || type == 3802 || type == 25;
}

/// The relation or composite type whose row an argument of this type is; null for other types.
const type* row_type(const type_index& index, pg::oid id)
{
    const auto* found = index.by_id(id);
    return found != nullptr && found->relation != 0 ? found : nullptr;
}

bool can_be_called(const type_index& index, const std::vector<const argument*>& inputs)
{
    const auto unnamed = [](const argument* a) { return a->name.empty(); };
    if (std::ranges::none_of(inputs, unnamed))
        return true;
    if (std::ranges::all_of(inputs, [](const argument* a) {
            return !a->name.empty() || (a->has_default && is_body_type(a->type));
        }))
        return true;
    return inputs.size() == 1 && (is_body_type(inputs[0]->type) || row_type(index, inputs[0]->type) != nullptr);
}

/// The relation or composite type that comes back; its fields can be selected. Empty: none.
std::string_view returned_relation(const type_index& index, const function& f)
{
    if (f.return_relation == 0)
        return {};
    if (const auto* relation = index.relation_by_id(f.return_relation))
        return relation->name;
    const auto* row = row_type(index, f.return_type);
    return row == nullptr ? std::string_view() : std::string_view(row->name);
}

std::string_view type_name(const type_index& index, pg::oid id)
{
    const auto* found = index.by_id(id);
    return found == nullptr ? "unknown" : std::string_view(found->name);
}

std::string no_best_candidate(std::string_view candidates)
{
    return fmt::format(
        "Could not choose the best candidate function between: {}. Try renaming the parameters or the function itself "
        "in the database so function overloading can be resolved",
        candidates
    );
}

/// A function without arguments beside one whose only argument may be left out.
std::string empty_call_conflict(const type_index& index, const callable& f, const std::vector<const callable*>& all)
{
    const auto other = std::ranges::find_if(all, [&](const callable* o) {
        return o != &f && o->inputs.size() == 1 && o->inputs[0]->name.empty() && o->inputs[0]->has_default;
    });
    if (other == all.end())
        return {};
    const auto name = fmt::format("{}.{}", f.what->schema, f.what->name);
    return no_best_candidate(fmt::format("{}(), {}( => {})", name, name, type_name(index, (*other)->what->return_type))
    );
}

/// One argument of the same name but of different types.
std::string type_conflict(const type_index& index, const callable& f, const std::vector<const callable*>& all)
{
    const auto& mine = *f.inputs[0];
    std::vector<const argument*> candidates{&mine};
    for (const auto* other : all)
        if (other != &f && other->inputs.size() == 1 && other->inputs[0]->name == mine.name &&
            other->inputs[0]->type != mine.type)
            candidates.push_back(other->inputs[0]);
    if (candidates.size() == 1)
        return {};
    std::ranges::sort(candidates, {}, &argument::type);
    std::string list;
    for (const auto* c : candidates)
        list += fmt::format(
            "{}{}.{}({} => {})",
            list.empty() ? "" : ", ",
            f.what->schema,
            f.what->name,
            c->name,
            type_name(index, c->type)
        );
    return no_best_candidate(list);
}

/// Why a call of this function fails; empty when it does not.
std::string call_error(const type_index& index, const callable& f, const std::vector<const callable*>& all)
{
    if (all.size() > 1) {
        std::string conflict;
        if (f.inputs.empty())
            conflict = empty_call_conflict(index, f, all);
        else if (f.inputs.size() == 1 && !f.inputs[0]->name.empty())
            conflict = type_conflict(index, f, all);
        if (!conflict.empty())
            return conflict;
    }
    const bool takes_row =
        f.inputs.size() == 1 && f.inputs[0]->name.empty() && row_type(index, f.inputs[0]->type) != nullptr;
    if (!takes_row || !returned_relation(index, *f.what).empty())
        return {};
    return fmt::format(
        "the function {}.{} with parameter or with a single unnamed json/jsonb parameter, but no matches were found in "
        "the schema cache",
        f.what->schema,
        f.what->name
    );
}

typescript_type error_type(const std::string& message)
{
    typescript_type out{.is = kind::both_of};
    out.items.push_back(object_type(kind::object, {{.name = "error", .type = plain_type("true")}}));
    out.items.push_back(plain_type(quoted(message)));
    return out;
}

typescript_type argument_type(const type_index& index, const callable& f)
{
    if (f.inputs.empty())
        return plain_type("Record<PropertyKey, never>");
    std::vector<typescript_member> members;
    members.reserve(f.inputs.size());
    for (const auto* a : f.inputs)
        members.push_back({.name = a->name, .type = type_of(index, a->type), .may_be_absent = a->has_default});
    return object_type(kind::object, std::move(members));
}

typescript_type truth(bool value)
{
    return plain_type(value ? "true" : "false");
}

/// How the fields of what comes back can be selected; nothing when they cannot.
std::optional<typescript_type> set_options(const type_index& index, const function& f)
{
    const auto to = returned_relation(index, f);
    if (to.empty())
        return std::nullopt;
    const auto* from = f.arguments.size() == 1 ? row_type(index, f.arguments[0].type) : nullptr;
    return object_type(
        kind::tall,
        {
            {.name = "from", .type = plain_type(quoted(from == nullptr ? "*" : from->shown))},
            {.name = "to", .type = plain_type(quoted(to))},
            {.name = "isOneToOne", .type = truth(f.rows <= 1)},
            {.name = "isSetofReturn", .type = truth(f.returns_set)},
        }
    );
}

typescript_type signature(const type_index& index, const callable& f, const std::vector<const callable*>& all)
{
    const auto& what = *f.what;
    const auto failure = call_error(index, f, all);
    auto returns = failure.empty() ? return_type(index, what) : error_type(failure);
    auto options = set_options(index, what);
    // A set of at most one row is a row, but only where the options say so.
    if (what.returns_set && (what.rows > 1 || !options))
        returns = with_brackets(std::move(returns));
    std::vector<typescript_member> members;
    members.push_back({.name = "Args", .type = argument_type(index, f)});
    members.push_back({.name = "Returns", .type = std::move(returns)});
    if (options)
        members.push_back({.name = "SetofOptions", .type = *std::move(options)});
    return object_type(kind::object, std::move(members));
}

} // namespace

std::vector<callable> callable_functions(const type_index& index)
{
    std::vector<callable> out;
    for (const auto& f : index.of().functions) {
        callable one{.what = &f, .inputs = {}};
        for (const auto& a : f.arguments)
            if (a.mode == argument_mode::input)
                one.inputs.push_back(&a);
        if (can_be_called(index, one.inputs))
            out.push_back(std::move(one));
    }
    return out;
}

bool is_computed_field(const type_index& index, const callable& f, const relation& of)
{
    if (f.inputs.size() == 1)
        if (const auto* row = row_type(index, f.inputs[0]->type))
            return row->relation == of.id;
    return f.what->argument_types == of.name;
}

typescript_type return_type(const type_index& index, const function& f)
{
    std::vector<typescript_member> members;
    for (const auto& a : f.arguments)
        if (a.mode == argument_mode::table_column)
            members.push_back({.name = a.name, .type = type_of(index, a.type)});
    if (!members.empty())
        return object_type(kind::tall, std::move(members));
    const auto* relation = index.relation_by_id(f.return_relation);
    if (relation != nullptr && relation->schema == f.schema)
        return object_type(kind::tall, row_members(index, *relation));
    return type_of(index, f.return_type);
}

typescript_type signatures(const type_index& index, const std::vector<const callable*>& overloads)
{
    typescript_type out{.is = kind::any_of};
    for (const auto* f : overloads)
        out.items.push_back(signature(index, *f, overloads));
    if (out.items.size() == 1)
        return std::move(out.items.front());
    return out;
}

std::vector<typescript_member> row_members(const type_index& index, const relation& of)
{
    std::vector<typescript_member> out;
    out.reserve(of.columns.size());
    for (const auto& c : of.columns)
        out.push_back({
            .name = c.name,
            .type = with_nullness(
                type_of(index, c.type, c.type_schema), c.nullable ? nullness::nullable : nullness::never_null
            ),
        });
    return out;
}

} // namespace basekeeper::types
