// The order in which everything is written: names as people sort them, by the rules of Unicode.
#pragma once

#include "features/types/catalogue.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace basekeeper::types {

/// A list of names as a JSON array, which is how lists of columns are compared; `null` for none.
std::string list_text(const std::optional<std::vector<std::string>>& names);

/// Compares names that were ranked before. The rank comes from outside, for it takes tables that this program has not:
/// the server sorts the names with its ICU collation.
class name_order
{
public:
    /// The order of the bytes, for a server without ICU.
    name_order() = default;

    /// @param sorted  every name that will be compared, in their order
    explicit name_order(const std::vector<std::string>& sorted);

    /// Negative, zero or positive. Names that were not ranked come last, by their bytes.
    int compare(std::string_view a, std::string_view b) const;

private:
    struct hash
    {
        using is_transparent = void;

        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>()(s); }
    };

    std::unordered_map<std::string, std::size_t, hash, std::equal_to<>> ranks_;
};

/// Every name that `sort` compares, once each.
std::vector<std::string> names_to_rank(const catalogue& of);

/// Sorts all but the labels of enums and the attributes of composite types, whose order means something.
void sort(catalogue& what, const name_order& by);

} // namespace basekeeper::types
