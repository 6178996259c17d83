// Header fields found by name without case.
#include "http/exchange.hpp"

#include <algorithm>

namespace basekeeper::http {
namespace {

bool same_name(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

} // namespace

std::optional<std::string_view> header_list::find(std::string_view name) const
{
    for (const auto& [given, value] : fields_)
        if (same_name(given, name))
            return value;
    return std::nullopt;
}

std::size_t header_list::count(std::string_view name) const
{
    return static_cast<std::size_t>(std::ranges::count_if(fields_, [&](const field& f) {
        return same_name(f.first, name);
    }));
}

} // namespace basekeeper::http
