// Every change is made in the text, read again, and kept only when all values are those that were meant.
#include "env_text/document.hpp"

#include "base/text.hpp"
#include "env_text/quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <set>

namespace basekeeper::env_text {
namespace {

using crypto::secret;

constexpr std::array defect_names{"not_an_assignment", "repeated", "unclosed_quote", "cut_by_hash", "on_another_line"};

std::size_t line_of(std::string_view text, std::size_t at)
{
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
}

/// Lines of a part that belongs to no assignment and say something that is no comment.
void add_ignored_lines(std::vector<finding>& out, std::string_view text, std::size_t begin, std::size_t end)
{
    while (begin < end) {
        const auto stop = std::min(line_end(text, begin), end);
        const auto line = trimmed(text.substr(begin, stop - begin));
        if (!line.empty() && line.front() != '#')
            out.push_back({line_of(text, begin), defect::not_an_assignment});
        begin = behind_line(text, begin);
    }
}

/// The defect of one assignment by itself.
std::optional<defect> defect_of(std::string_view text, const assignment& a)
{
    const auto written = text.substr(a.value_begin, a.value_end - a.value_begin);
    const bool opens = !written.empty() && std::string_view("'\"`").contains(written.front());
    if (opens && (written.size() == 1 || written.back() != written.front()))
        return defect::unclosed_quote;
    if (opens)
        return text.substr(a.name_end, a.value_begin - a.name_end).contains('\n')
                   ? std::optional(defect::on_another_line)
                   : std::nullopt;
    if (!written.empty() && text.substr(a.value_end).starts_with('#'))
        return defect::cut_by_hash;
    return std::nullopt;
}

/// The whole lines of an assignment, without the comments below it.
std::pair<std::size_t, std::size_t> lines_of(std::string_view text, const assignment& a)
{
    return {line_begin(text, a.begin), behind_line(text, a.value_end)};
}

/// Writes what stands behind `name=`: in the place of the last value, else as a new line; earlier repetitions go.
void put(std::string& text, std::string_view name, std::string_view right_side)
{
    bool placed = false;
    const auto all = scan(text);
    // From behind, so that the offsets before stay right.
    for (const auto& one : all | std::views::reverse) {
        if (std::string_view(text).substr(one.name_begin, one.name_end - one.name_begin) != name)
            continue;
        const auto [begin, end] = lines_of(text, one);
        if (placed)
            text.erase(begin, end - begin);
        else
            text.replace(one.value_begin, one.value_end - one.value_begin, right_side);
        placed = true;
    }
    if (placed)
        return;
    if (!text.empty() && text.back() != '\n')
        text += '\n';
    text.append(name).append("=").append(right_side).append("\n");
}

} // namespace

std::string_view to_string(defect d) noexcept
{
    return defect_names[static_cast<std::size_t>(d)];
}

result<document> document::parse(std::string_view text)
{
    if (text.size() > max_bytes)
        return fail(
            condition::invalid_argument,
            fmt::format("the env text has more than {} bytes", max_bytes),
            "move large values into file mounts"
        );
    if (!is_utf8(text) || text.contains('\0'))
        return fail(condition::invalid_argument, "the env text is not UTF-8", "save it as UTF-8 without zero bytes");
    document out;
    out.text_ = secret<>(with_plain_line_ends(text));
    out.assignments_ = scan(out.text_.reveal());
    for (const auto& one : out.assignments_)
        if (const auto name = out.name_of(one); name != "__proto__")
            out.values_.insert_or_assign(
                std::string(name),
                secret<>(value_of(
                    std::string_view(out.text_.reveal()).substr(one.value_begin, one.value_end - one.value_begin)
                ))
            );
    return out;
}

std::string_view document::name_of(const assignment& a) const
{
    return std::string_view(text_.reveal()).substr(a.name_begin, a.name_end - a.name_begin);
}

const secret<>* document::find(std::string_view name) const
{
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
}

std::string_view document::value_or_empty(std::string_view name) const
{
    const auto* found = find(name);
    return found == nullptr ? std::string_view{} : std::string_view(found->reveal());
}

std::vector<std::string> document::names() const
{
    std::vector<std::string> out;
    std::set<std::string_view> seen;
    for (const auto& one : assignments_)
        if (const auto name = name_of(one); name != "__proto__" && seen.insert(name).second)
            out.emplace_back(name);
    return out;
}

std::vector<finding> document::findings() const
{
    const std::string_view text = text_.reveal();
    std::vector<finding> out;
    std::set<std::string_view> later;
    std::set<const assignment*> repeated;
    for (const auto& one : assignments_ | std::views::reverse)
        if (!later.insert(name_of(one)).second)
            repeated.insert(&one);
    std::size_t behind = 0;
    for (const auto& one : assignments_) {
        add_ignored_lines(out, text, behind, one.begin);
        behind = one.end;
        const auto line = line_of(text, one.begin);
        if (const auto found = defect_of(text, one))
            out.push_back({line, *found, std::string(name_of(one))});
        if (repeated.contains(&one))
            out.push_back({line, defect::repeated, std::string(name_of(one))});
    }
    add_ignored_lines(out, text, behind, text.size());
    return out;
}

result<> document::adopt(std::string text, const env_text::values& expected)
{
    secret<> owned(std::move(text));
    auto changed = TRY(parse(owned.reveal()));
    if (changed.values_ != expected)
        return fail(
            condition::conflict,
            "the env text was not changed: a quote that is not closed makes the new lines part of another value",
            "close the quote (the findings of the text name its line), then repeat"
        );
    *this = std::move(changed);
    return {};
}

result<> document::merge(const settings& wanted)
{
    auto expected = values_;
    std::string text = text_.reveal();
    for (const auto& [name, value] : wanted) {
        if (!is_name(name))
            return fail(
                condition::invalid_argument,
                fmt::format("'{}' is no name of a variable", utf8_prefix(name, 80)),
                "use letters, digits and underscores, and no digit in front"
            );
        const auto* had = find(name);
        const auto times = std::ranges::count(assignments_, name, [this](const assignment& a) { return name_of(a); });
        if (had != nullptr && *had == value && times == 1)
            continue; // as it is spelt
        auto right_side = quoted(value);
        if (!right_side)
            return fail(std::move(right_side).error().within("writing " + name));
        expected.insert_or_assign(name, value);
        put(text, name, right_side->reveal());
    }
    return adopt(std::move(text), expected);
}

result<> document::remove(std::string_view name)
{
    auto expected = values_;
    if (const auto found = expected.find(name); found != expected.end())
        expected.erase(found);
    std::string text = text_.reveal();
    for (const auto& one : assignments_ | std::views::reverse)
        if (name_of(one) == name) {
            const auto [begin, end] = lines_of(text, one);
            text.erase(begin, end - begin);
        }
    return adopt(std::move(text), expected);
}

result<document> written(const settings& values)
{
    document out;
    TRY(out.merge(values));
    return out;
}

} // namespace basekeeper::env_text
