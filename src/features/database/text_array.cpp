// Escapes the items of a text[] literal.
#include "features/database/text_array.hpp"

namespace basekeeper::database {

void append_quoted(std::string& out, std::string_view item)
{
    out += '"';
    for (const char c : item) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    out += '"';
}

std::string text_array(const std::vector<std::string>& items)
{
    std::string out = "{";
    for (const auto& item : items) {
        if (out.size() > 1)
            out += ',';
        append_quoted(out, item);
    }
    return out + "}";
}

} // namespace basekeeper::database
