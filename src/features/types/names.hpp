// Names of a database as the identifiers of programming languages spell them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::types {

/// The runs of ASCII letters and digits between other characters; an empty word stands between two others, and before a
/// first and after a last one.
std::vector<std::string_view> words_of(std::string_view name);

/// The words in capitals, joined: `weird col` → `WeirdCol`.
std::string pascal_case(std::string_view name);

/// The text as a JSON string, which Python and Go read as well.
std::string json_string(std::string_view text);

/// Whether JavaScript takes the name as an identifier, by the rules of Unicode.
bool is_identifier(std::string_view name);

/// Columns that the text takes on a screen: two for wide characters, none for combining ones.
std::size_t display_width(std::string_view text);

} // namespace basekeeper::types
