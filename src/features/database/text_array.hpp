// PostgreSQL array literals for parameters of type text[].
#pragma once

#include <string>
#include <vector>

namespace basekeeper::database {

/// `{"a","b"}` with quotes and backslashes escaped; `{}` for an empty list.
std::string text_array(const std::vector<std::string>& items);

} // namespace basekeeper::database
