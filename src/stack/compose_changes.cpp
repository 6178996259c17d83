// Changes of a compose file: lines in, lines out, one value replaced; read again before they count.
#include "stack/compose_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::stack {
namespace {

using yaml::node_kind;

std::unexpected<error> not_in_place(std::string_view what)
{
    return fail(
        condition::conflict,
        fmt::format("the compose file was not changed: {} is written in braces or by an alias", what),
        "write it with one member a line, then repeat"
    );
}

std::size_t line_begin(std::string_view text, std::size_t at)
{
    const auto before = at == 0 ? text.npos : text.rfind('\n', at - 1);
    return before == text.npos ? 0 : before + 1;
}

/// Behind the line in which the value's last character stands.
std::size_t behind_value(std::string_view text, std::size_t begin, std::size_t end)
{
    while (end > begin && (text[end - 1] == '\n' || text[end - 1] == ' ' || text[end - 1] == '\r'))
        --end;
    const auto line = text.find('\n', end);
    return line == text.npos ? text.size() : line + 1;
}

bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A scalar that YAML reads back as this text, also in a list of `NAME=value`.
std::string scalar(std::string_view value)
{
    constexpr std::string_view harmless = "_-./:${}=@+";
    const bool bare = !value.empty() && (value.front() == '$' || value.front() == '/' || is_alpha(value.front())) &&
                      std::ranges::all_of(
                          value, [&](char c) { return (c >= '0' && c <= '9') || is_alpha(c) || harmless.contains(c); }
                      ) &&
                      !value.ends_with(':') && value != "true" && value != "false" && value != "null";
    if (bare)
        return std::string(value);
    std::string out = "'";
    for (const char c : value)
        out += c == '\'' ? std::string("''") : std::string(1, c);
    return out += "'";
}

} // namespace

const yaml::node* compose_file::node_at(const std::vector<std::string_view>& path) const
{
    const auto* at = &root_;
    for (const auto name : path)
        if (at = at->find(name); at == nullptr)
            return nullptr;
    return at;
}

result<> compose_file::set_image(std::string_view service, const stack::image& i)
{
    const auto* node = node_at({"services", service, "image"});
    if (node == nullptr || node->is_alias)
        return not_in_place(fmt::format("the image of {}", service));
    const auto name = i.tag.empty() ? i.repository : i.repository + ":" + i.tag;
    return adopt(yaml::edited(text_, {{node->begin, node->end, name}}));
}

result<> compose_file::set_variable(std::string_view service, std::string_view name, std::string_view value)
{
    const auto* of = node_at({"services", service});
    if (of == nullptr || of->kind != node_kind::mapping || of->in_flow || of->is_alias || of->members.empty())
        return not_in_place(fmt::format("the service {}", service));
    const auto* environment = of->find("environment");
    if (environment == nullptr) {
        const auto& first = of->members.front().first;
        const std::string indent(first.column, ' ');
        const auto at = line_begin(text_, first.begin);
        return adopt(yaml::edited(
            text_, {{at, at, fmt::format("{0}environment:\n{0}  {1}: {2}\n", indent, name, scalar(value))}}
        ));
    }
    if (environment->in_flow || environment->is_alias || environment->kind == node_kind::scalar)
        return not_in_place(fmt::format("the environment of {}", service));
    if (const auto* set = environment->find(name)) {
        if (set->kind != node_kind::scalar || set->is_alias)
            return not_in_place(fmt::format("{} of {}", name, service));
        const auto space = set->begin > 0 && text_[set->begin - 1] == ':' ? " " : "";
        return adopt(yaml::edited(text_, {{set->begin, set->end, space + scalar(value)}}));
    }
    const auto assignment = std::string(name) + "=";
    for (const auto& item : environment->items)
        if (item.text.starts_with(assignment))
            return adopt(yaml::edited(text_, {{item.begin, item.end, scalar(assignment + std::string(value))}}));
    const bool is_list = environment->kind == node_kind::sequence;
    const auto begin = is_list ? environment->begin : environment->members.front().first.begin;
    const auto at = line_begin(text_, begin);
    const std::string indent(begin - at, ' ');
    auto line = is_list ? fmt::format("{}- {}\n", indent, scalar(assignment + std::string(value)))
                        : fmt::format("{}{}: {}\n", indent, name, scalar(value));
    return adopt(yaml::edited(text_, {{at, at, std::move(line)}}));
}

result<> compose_file::remove(const std::vector<std::string_view>& path)
{
    auto parents = path;
    parents.pop_back();
    const auto* parent = node_at(parents);
    if (parent == nullptr)
        return {};
    const auto found =
        std::ranges::find_if(parent->members, [&](const auto& member) { return member.first.text == path.back(); });
    if (found == parent->members.end())
        return {};
    const auto& [key, value] = *found;
    if (parent->in_flow || parent->is_alias || key.is_alias || (value.is_alias && value.end < key.end))
        return not_in_place(path.back());
    const auto begin = line_begin(text_, key.begin);
    const auto end = behind_value(text_, key.end, std::max(key.end, value.end));
    return adopt(yaml::edited(text_, {{begin, end, ""}}));
}

result<>
compose_file::replace_below(const std::vector<std::string_view>& path, std::string_view from, std::string_view to)
{
    std::vector<yaml::edit> edits;
    const auto visit = [&](const auto& self, const yaml::node& n) -> void {
        if (n.is_alias)
            return;
        if (n.kind == node_kind::scalar)
            for (auto at = text_.find(from, n.begin); at != std::string::npos && at + from.size() <= n.end;
                 at = text_.find(from, at + from.size()))
                if (!from.starts_with('.') || at == 0 || text_[at - 1] != '.')
                    edits.push_back({at, at + from.size(), std::string(to)});
        for (const auto& item : n.items)
            self(self, item);
        for (const auto& [key, value] : n.members)
            self(self, value);
    };
    const auto* top = node_at(path);
    if (top == nullptr)
        return {};
    visit(visit, *top);
    return edits.empty() ? result<>{} : adopt(yaml::edited(text_, std::move(edits)));
}

} // namespace basekeeper::stack
