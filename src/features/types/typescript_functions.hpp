// Functions as a client of PostgREST calls them: overloads, sets, rows, and fields that are computed from a row.
#pragma once

#include "features/types/type_index.hpp"
#include "features/types/typescript_type.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace basekeeper::types {

/// A function that PostgREST offers, with the arguments that a caller gives.
struct callable
{
    const function* what = nullptr;
    std::vector<const argument*> inputs;
};

/// The functions that PostgREST can call, in the order of the catalogue: those whose arguments have names, or whose
/// only argument is JSON, text or a row.
std::vector<callable> callable_functions(const type_index& index);

/// Whether the function takes nothing but a row of `of`, which makes it a field of that relation.
bool is_computed_field(const type_index& index, const callable& f, const relation& of);

/// What a call returns, without `[]` for a set.
typescript_type return_type(const type_index& index, const function& f);

/// All functions of one name and schema: one signature, or alternatives. Calls that PostgREST would refuse as ambiguous
/// return an error that says so.
typescript_type signatures(const type_index& index, const std::vector<const callable*>& overloads);

/// The members of a row of that relation, without computed fields.
std::vector<typescript_member> row_members(const type_index& index, const relation& of);

} // namespace basekeeper::types
