// The options of EXPLAIN, read with suspicion.
#include "sql/explain_options.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace basekeeper::sql {
namespace {

bool is_literally_off(node argument)
{
    if (argument.kind == "Integer") // zero is printed as an absent field
        return !argument.fields->contains("ival");
    if (argument.kind != "String")
        return false;
    std::string word(text_of(*argument.fields, "sval"));
    std::ranges::transform(word, word.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return word == "off" || word == "false";
}

} // namespace

bool explain_executes(const boost::json::object& explain)
{
    return std::ranges::any_of(array_of(explain, "options"), [](const boost::json::value& option) {
        const auto element = unwrap(option);
        return element.kind != "DefElem" ||
               (text_of(*element.fields, "defname") == "analyze" && !is_literally_off(node_of(*element.fields, "arg")));
    });
}

std::string unknown_explain_option(const boost::json::object& explain)
{
    constexpr auto known = std::to_array<std::string_view>(
        {"analyze",
         "verbose",
         "costs",
         "settings",
         "buffers",
         "wal",
         "timing",
         "summary",
         "format",
         "generic_plan",
         "serialize",
         "memory"}
    );
    for (const auto& option : array_of(explain, "options")) {
        const auto element = unwrap(option);
        const auto name = element.kind == "DefElem" ? text_of(*element.fields, "defname") : std::string_view("?");
        if (std::ranges::find(known, name) == known.end())
            return std::string(name);
    }
    return {};
}

} // namespace basekeeper::sql
