// The TOML of Dokploy's templates, read as leniently as Dokploy reads it.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::stack::toml {

enum class value_kind
{
    text,
    other, ///< a number, boolean or date; `text` holds it as Dokploy prints it, digits without underscores
    list,
    table
};

struct value
{
    value_kind kind = value_kind::table;
    std::string text{};
    std::vector<value> items{};
    std::vector<std::pair<std::string, value>> members{}; ///< in order

    const value* find(std::string_view name) const noexcept;
};

inline constexpr std::size_t max_bytes = std::size_t{1} << 20U;
inline constexpr std::size_t max_depth = 16;

/// The root table. Beyond TOML 1.0 a backslash before a character that has no escape stays as it is (`\$`), and of a
/// key that stands twice the last counts. Fails with invalid_argument naming the line.
result<value> read(std::string_view text);

} // namespace basekeeper::stack::toml
