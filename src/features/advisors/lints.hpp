// The table of all lints.
#pragma once

#include "features/advisors/lint.hpp"

#include <span>
#include <string_view>

namespace basekeeper::advisors {

/// The 29 lints by number: the names of the official advisors.
std::span<const lint> all_lints();

/// Null when there is none of that name.
const lint* find_lint(std::string_view name);

} // namespace basekeeper::advisors
