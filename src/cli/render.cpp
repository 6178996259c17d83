// Column widths in characters, cells cut to a readable width.
#include "cli/render.hpp"

#include "base/text.hpp"
#include "cli/terminal.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace basekeeper::cli {
namespace {

constexpr std::size_t widest_cell = 60;

using line = std::vector<std::string>;

std::size_t width_of(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string_view first_characters(std::string_view text, std::size_t count)
{
    std::size_t end = 0;
    for (; count > 0 && end < text.size(); --count)
        end += std::max<std::size_t>(1, utf8_sequence_length(text.substr(end)));
    return text.substr(0, end);
}

/// A whole value on one line. JSON leaves some control characters (DEL, U+009B) as they are.
std::string visible(const boost::json::value& v)
{
    return printable(v.is_string() ? std::string(v.get_string()) : json::to_text(v));
}

std::string cell(const boost::json::value* v)
{
    if (v == nullptr || v->is_null())
        return "";
    auto text = visible(*v);
    if (width_of(text) > widest_cell)
        text = std::string(first_characters(text, widest_cell - 3)) + "...";
    return text;
}

std::string table(const line& heads, const std::vector<line>& rows)
{
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < heads.size(); ++c) {
        std::size_t width = width_of(heads[c]);
        for (const auto& row : rows)
            width = std::max(width, width_of(row[c]));
        widths.push_back(width);
    }
    std::string out;
    const auto write = [&](const line& cells) {
        for (std::size_t c = 0; c < cells.size(); ++c) {
            out += cells[c];
            if (c + 1 < cells.size())
                out.append(widths[c] - width_of(cells[c]) + 2, ' ');
        }
        out += '\n';
    };
    write(heads);
    line rule;
    for (const auto width : widths)
        rule.emplace_back(width, '-');
    write(rule);
    for (const auto& row : rows)
        write(row);
    return out;
}

std::string table_of_rows(const boost::json::array& columns, const boost::json::array& rows)
{
    line heads;
    for (const auto& c : columns)
        heads.push_back(cell(c.is_object() ? c.get_object().if_contains("name") : &c));
    std::vector<line> lines;
    for (const auto& row : rows) {
        line cells(heads.size());
        for (std::size_t i = 0; row.is_array() && i < std::min(heads.size(), row.get_array().size()); ++i)
            cells[i] = cell(&row.get_array()[i]);
        lines.push_back(std::move(cells));
    }
    return table(heads, lines);
}

std::string table_of_objects(const boost::json::array& items)
{
    line keys;
    for (const auto& item : items)
        for (const auto& [key, value] : item.as_object())
            if (std::ranges::find(keys, std::string(key)) == keys.end())
                keys.emplace_back(key);
    std::vector<line> lines;
    for (const auto& item : items) {
        line cells;
        for (const auto& key : keys)
            cells.push_back(cell(item.as_object().if_contains(key)));
        lines.push_back(std::move(cells));
    }
    line heads;
    for (const auto& key : keys)
        heads.push_back(printable(key));
    return table(heads, lines);
}

bool holds_objects(const boost::json::value& v)
{
    return v.is_array() && !v.get_array().empty() &&
           std::ranges::all_of(v.get_array(), [](const auto& item) { return item.is_object(); });
}

std::string render_object(const boost::json::object& o)
{
    std::string out;
    std::set<std::string_view> shown;
    const auto* columns = o.if_contains("columns");
    const auto* rows = o.if_contains("rows");
    if (columns != nullptr && rows != nullptr && columns->is_array() && rows->is_array()) {
        out += table_of_rows(columns->get_array(), rows->get_array());
        shown = {"columns", "rows"};
    }
    for (const auto& [key, value] : o) {
        if (shown.contains(key))
            continue;
        if (holds_objects(value))
            out += fmt::format("{}:\n{}", printable(key), table_of_objects(value.get_array()));
        else if (value.is_object())
            for (const auto& [inner, inner_value] : value.get_object())
                out += fmt::format("{}.{}: {}\n", printable(key), printable(inner), cell(&inner_value));
        else
            out += fmt::format("{}: {}\n", printable(key), visible(value));
    }
    return out;
}

} // namespace

std::string render(const boost::json::value& v)
{
    std::string out;
    if (v.is_object())
        out = render_object(v.get_object());
    else if (holds_objects(v))
        out = table_of_objects(v.get_array());
    else
        out = printable(json::to_text(v));
    while (!out.empty() && out.back() == '\n')
        out.pop_back();
    return out;
}

} // namespace basekeeper::cli
