// Variables in the values of a compose file, filled in as docker compose does.
#pragma once

#include "base/result.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::stack {

using values_by_name = std::map<std::string, std::string, std::less<>>;

/// `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:+other}`, `${NAME:?message}`, `$$`. Names without
/// a value are added to `unset`. Fails with invalid_argument, in the words of docker compose, for `:?` without a value
/// and for braces that are not closed.
result<std::string> interpolated(std::string_view text, const values_by_name& values, std::vector<std::string>& unset);

} // namespace basekeeper::stack
