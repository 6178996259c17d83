// Names that stand in addresses: of instances, and the domains they answer on.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace basekeeper::stack {

/// The longest name of an instance: Dokploy and Docker put their own marks before and behind it.
inline constexpr std::size_t longest_name = 32;

/// The nearest name that can be used: "My Project" → `my-project`, "Größe Nr. 2" → `grosse-nr-2`. Never empty.
std::string suggested_name(std::string_view wish);

/// Fails with invalid_argument, and the suggestion as the hint, unless it is a DNS label that begins with a letter and
/// has at most `longest_name` characters.
result<> check_name(std::string_view name);

/// The host of what a person gives as a domain: `Shop.Example.com.`, `https://shop.example.com/`. Fails with
/// invalid_argument for what no certificate can be had for (addresses, single words, wildcards) and what is no name.
result<std::string> domain_of(std::string_view text);

} // namespace basekeeper::stack
