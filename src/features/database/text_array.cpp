// Escapes the items of a text[] literal.
#include "features/database/text_array.hpp"

namespace basekeeper::database {

std::string text_array(const std::vector<std::string>& items)
{
    std::string out = "{";
    for (const auto& item : items) {
        out += out.size() == 1 ? "\"" : ",\"";
        for (const char c : item) {
            if (c == '"' || c == '\\')
                out += '\\';
            out += c;
        }
        out += '"';
    }
    return out + "}";
}

} // namespace basekeeper::database
