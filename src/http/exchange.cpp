// Looking up header fields.
#include "http/exchange.hpp"

#include "http/ascii.hpp"

#include <algorithm>

namespace basekeeper::http {

std::optional<std::string_view> header_list::find(std::string_view name) const
{
    for (const auto& [key, value] : fields_)
        if (same_word(key, name))
            return trimmed(value);
    return std::nullopt;
}

std::size_t header_list::count(std::string_view name) const
{
    return static_cast<std::size_t>(std::ranges::count_if(fields_, [&](const field& f) {
        return same_word(f.first, name);
    }));
}

} // namespace basekeeper::http
