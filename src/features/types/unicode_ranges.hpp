// Which characters may stand in an identifier, and how wide they are.
#pragma once

#include <span>

namespace basekeeper::types {

struct code_point_range
{
    char32_t first;
    char32_t last;
};

/// ID_Start and, without these, ID_Continue of Unicode 16 and the two joiners of JavaScript. In order.
extern const std::span<const code_point_range> identifier_starts;
extern const std::span<const code_point_range> identifier_continuations;

/// East Asian wide and fullwidth characters and emoji; combining and invisible ones. In order, the common blocks only.
extern const std::span<const code_point_range> double_width;
extern const std::span<const code_point_range> zero_width;

} // namespace basekeeper::types
