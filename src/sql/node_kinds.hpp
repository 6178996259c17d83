// The kinds of node that may occur in a read, as libpg_query prints them.
#pragma once

#include <string_view>

namespace basekeeper::sql {

/// True for kinds whose own fields need no judgement; what they hold is still walked. Everything that is neither here
/// nor handled by name in inspect.cpp is refused.
bool is_plain_kind(std::string_view kind);

/// The kind of a struct that is printed without its name, told by the field that holds it; empty when not known.
std::string_view kind_of_field(std::string_view field);

} // namespace basekeeper::sql
