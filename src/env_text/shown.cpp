// Masking errs on the side of hiding: only values under a known name and comments without a value in them stay.
#include "env_text/shown.hpp"

#include <algorithm>
#include <set>

namespace basekeeper::env_text {
namespace {

/// A line that belongs to no assignment: an old value may stand in it, as in `# SMTP_PASS=…` or `# password: …`.
std::string masked_line(std::string_view line)
{
    const auto inside = trimmed(line);
    if (inside.empty())
        return std::string(line);
    if (inside.front() != '#')
        return std::string(mask);
    const auto cut = std::min(line.find('='), line.find(": "));
    if (cut == line.npos)
        return std::string(line);
    return std::string(line.substr(0, cut + 1)).append(mask);
}

void append_masked_lines(std::string& out, std::string_view lines)
{
    while (!lines.empty()) {
        const auto stop = line_end(lines, 0);
        const auto next = behind_line(lines, 0);
        out += masked_line(lines.substr(0, stop));
        out += lines.substr(stop, next - stop);
        lines.remove_prefix(next);
    }
}

} // namespace

std::string shown(std::string_view name, std::string_view value, public_names may_show)
{
    return std::string(value.empty() || may_show(name) ? value : mask);
}

std::string masked(const document& of, public_names may_show)
{
    const std::string_view text = of.text().reveal();
    std::string out;
    std::size_t behind = 0;
    for (const auto& one : of.assignments()) {
        append_masked_lines(out, text.substr(behind, one.begin - behind));
        const auto name = text.substr(one.name_begin, one.name_end - one.name_begin);
        const auto written = text.substr(one.value_begin, one.value_end - one.value_begin);
        out += text.substr(one.begin, one.value_begin - one.begin);
        if (may_show(name)) {
            out += written;
            behind = one.value_end;
            continue;
        }
        if (!value_of(written).empty())
            out += mask;
        // What follows in the line may be the rest of a secret with a # in it.
        behind = line_end(text, one.value_end);
    }
    append_masked_lines(out, text.substr(behind));
    return out;
}

std::vector<change> compare(const document& before, const document& after, public_names may_show)
{
    std::set<std::string_view> names;
    for (const auto& [name, value] : before.values())
        names.insert(name);
    for (const auto& [name, value] : after.values())
        names.insert(name);
    std::vector<change> out;
    for (const auto name : names) {
        const auto* old_value = before.find(name);
        const auto* new_value = after.find(name);
        if (old_value != nullptr && new_value != nullptr && *old_value == *new_value)
            continue;
        change one{.name = std::string(name)};
        if (old_value == nullptr)
            one.kind = change_kind::added;
        else
            one.before = shown(name, old_value->reveal(), may_show);
        if (new_value == nullptr)
            one.kind = change_kind::removed;
        else
            one.after = shown(name, new_value->reveal(), may_show);
        out.push_back(std::move(one));
    }
    return out;
}

} // namespace basekeeper::env_text
