// Where in a text something is, as people look for it: line, column, and the line with a caret below.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace basekeeper::migrations {

/// Counted from 1; the column in characters.
struct place
{
    std::size_t line = 1;
    std::size_t column = 1;
};

/// The place of a byte of a text.
place place_at(std::string_view text, std::size_t byte);

/// `line 3, column 15`.
std::string place_text(place p);

/// The byte of the `character`-th character (from 1) that follows `begin`; at most the size of the text.
std::size_t byte_of(std::string_view text, std::size_t begin, int character);

/// The line around a byte, cut to what fits a terminal, and a caret below: `LINE 3: select * fro t` / `        ^`.
std::string excerpt(std::string_view text, std::size_t byte);

} // namespace basekeeper::migrations
