// PostgreSQL array literals for parameters of type text[].
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::database {

/// `{"a","b"}` with quotes and backslashes escaped; `{}` for an empty list.
std::string text_array(const std::vector<std::string>& items);

/// Appends one item in quotes.
void append_quoted(std::string& out, std::string_view item);

} // namespace basekeeper::database
