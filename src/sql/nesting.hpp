// How deep the syntax tree of a text can become at most, found without parsing it.
#pragma once

#include <cstddef>
#include <string_view>

namespace basekeeper::sql {

/// An upper bound, up to a small constant factor, of the depth of the tree that PostgreSQL's grammar builds from
/// `text`: open brackets plus everything that can chain without a comma in between (operators, NOT, IS, JOIN, UNION,
/// CASE ...). Needed because recursive code walks the tree after the parser, and its stack is the caller's.
std::size_t nesting_bound(std::string_view text);

/// How many characters of `text` could belong to an operator, quoted or not. Does not depend on where literals end.
std::size_t operator_characters(std::string_view text) noexcept;

} // namespace basekeeper::sql
