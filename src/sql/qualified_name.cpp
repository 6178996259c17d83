// Names: reading them from the tree, writing them as SQL.
#include "sql/qualified_name.hpp"

#include "sql/syntax_tree.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace basekeeper::sql {
namespace {

std::string quoted(std::string_view identifier)
{
    const bool plain = !identifier.empty() && (identifier[0] < '0' || identifier[0] > '9') &&
                       std::ranges::all_of(identifier, [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                       });
    return plain ? std::string(identifier) : quoted_identifier(identifier);
}

} // namespace

std::string quoted_identifier(std::string_view identifier)
{
    std::string out = "\"";
    for (const char c : identifier)
        out.append(c == '"' ? 2 : 1, c);
    return out + '"';
}

std::string to_text(const qualified_name& name)
{
    return name.schema.empty() ? quoted(name.name) : quoted(name.schema) + '.' + quoted(name.name);
}

qualified_name name_from(const boost::json::array& parts)
{
    qualified_name name;
    for (const auto& part : parts) {
        name.schema = std::move(name.name);
        name.name = string_of(part);
    }
    return name;
}

} // namespace basekeeper::sql
