// Versions of the images of a stack, and which of them are behind.
#pragma once

#include "stack/compose_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::stack {

/// The numbers of `v2.189.0`, `2026.06.03-sha-0bca601`, `17.6.1.136`; empty for a tag that begins with none.
std::vector<unsigned> version_numbers(std::string_view tag);

/// The oldest tag that the stack of 2026-06 (0.6.0) goes with, of the same major version of PostgreSQL and the same
/// gateway. Empty when nothing is known of the image.
std::string oldest_good_tag(role r, const image& i);

/// True when it is known to be older than that.
bool is_outdated(role r, const image& i);

} // namespace basekeeper::stack
