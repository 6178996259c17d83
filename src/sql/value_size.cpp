// Reads repeat counts, padded lengths and array dimensions.
#include "sql/value_size.hpp"

#include "sql/syntax_tree.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace basekeeper::sql {
namespace {

namespace bj = boost::json;

/// A literal whole number; nothing for another expression. What does not fit 32 bits counts as the largest.
std::optional<std::int64_t> literal_number(const bj::value& expression)
{
    const auto argument = unwrap(expression);
    if (argument.kind != "A_Const" || argument.fields->contains("sval"))
        return std::nullopt;
    if (argument.fields->contains("fval"))
        return std::numeric_limits<std::int64_t>::max();
    const auto* number = object_of(*argument.fields, "ival");
    const auto* value = number != nullptr ? number->if_contains("ival") : nullptr;
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

value_size size_for(std::int64_t count)
{
    if (count > 16'000'000)
        return value_size::huge;
    return count > 1'000'000 ? value_size::unknown : value_size::bounded;
}

/// The size of array_fill's result by its dimensions, when they are literals.
value_size size_of_filled(const bj::array& arguments)
{
    const auto dimensions = arguments.size() < 2 ? node{} : unwrap(arguments[1]);
    if (dimensions.kind != "A_ArrayExpr")
        return value_size::unknown;
    std::int64_t product = 1;
    for (const auto& item : array_of(*dimensions.fields, "elements")) {
        const auto length = literal_number(item);
        if (!length)
            return value_size::unknown;
        product = *length > 16'000'000 ? *length : product * std::max<std::int64_t>(*length, 1);
        if (product > 16'000'000)
            return value_size::huge;
    }
    return size_for(product);
}

} // namespace

value_size size_of_value(std::string_view name, const bj::array& arguments)
{
    if (name == "factorial")
        return value_size::unknown;
    if (name == "array_fill")
        return size_of_filled(arguments);
    if (name == "repeat" || name == "lpad" || name == "rpad") {
        const auto count = arguments.size() < 2 ? std::nullopt : literal_number(arguments[1]);
        return count ? size_for(*count) : value_size::unknown;
    }
    if (name != "generate_series")
        return value_size::bounded;
    // Rows can be stopped at any time: many of them are no reason to refuse.
    const bool many = std::ranges::any_of(arguments, [](const bj::value& argument) {
        return size_for(literal_number(argument).value_or(0)) != value_size::bounded;
    });
    return many ? value_size::unknown : value_size::bounded;
}

} // namespace basekeeper::sql
