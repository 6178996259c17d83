// The text that postgres-meta is given: a transaction around one statement, with its parameters as literals.
#pragma once

#include "features/database/carrier.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace basekeeper::postgres_meta {

struct script
{
    std::string text;
    std::size_t characters_before = 0; ///< the statement of the caller; positions of errors count from the start
};

/// Composes the text. `name` is what a cursor or prepared statement is called: an identifier that needs no quotes.
/// At most `rows` rows are asked for where a cursor is wanted.
script compose(
    const database::carried_statement& what, std::string_view name, std::size_t rows, std::chrono::milliseconds timeout
);

/// A literal that means the same whatever the server's standard_conforming_strings.
std::string literal(std::string_view value);

} // namespace basekeeper::postgres_meta
