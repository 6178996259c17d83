// The version of the product, as it appears in `--version`, serverInfo and application_name.
#pragma once

#include <string_view>

namespace basekeeper {

inline constexpr std::string_view product_name = "basekeeper";
inline constexpr std::string_view product_version = "0.1.0";

} // namespace basekeeper
