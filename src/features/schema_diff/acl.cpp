// aclitem texts, and the statements between two lists.
#include "features/schema_diff/acl.hpp"

#include "instances/directory.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace basekeeper::schema_diff {
namespace {

constexpr std::array<std::pair<char, std::string_view>, 13> privilege_names{{
    {'r', "select"},
    {'w', "update"},
    {'a', "insert"},
    {'d', "delete"},
    {'D', "truncate"},
    {'x', "references"},
    {'t', "trigger"},
    {'m', "maintain"},
    {'X', "execute"},
    {'U', "usage"},
    {'C', "create"},
    {'c', "connect"},
    {'T', "temporary"},
}};

constexpr int has_maintain = 170'000;

/// A role at the start of an item, in quotes where it is not plain; moves `at` behind it.
std::string read_role(std::string_view item, std::size_t& at)
{
    std::string out;
    bool quoted = false;
    for (; at < item.size(); ++at) {
        const char c = item[at];
        if (c == '"' && quoted && at + 1 < item.size() && item[at + 1] == '"') {
            out += '"';
            ++at;
        } else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '=' || c == '/'))
            break;
        else
            out += c;
    }
    return out;
}

std::string_view all_of(char object_kind)
{
    switch (object_kind) {
    case 'r':
        return "rwadDxt";
    case 'S':
        return "rwU";
    case 'f':
        return "X";
    case 'T':
        return "U";
    case 'n':
        return "UC";
    default:
        return "";
    }
}

bool is_all(const privileges& some, char object_kind)
{
    const auto all = all_of(object_kind);
    return !all.empty() && std::ranges::all_of(all, [&](char c) { return some.contains(c); });
}

std::string names_of(const privileges& some, char object_kind)
{
    if (is_all(some, object_kind))
        return "all";
    std::string out;
    for (const auto& [letter, name] : privilege_names)
        if (some.contains(letter))
            out.append(out.empty() ? "" : ", ").append(name);
    return out;
}

void add_change(
    std::vector<grant_change>& to, grant_change::direction way, const privileges& what, char object_kind, grant_change c
)
{
    if (what.empty())
        return;
    c.way = way;
    c.privileges = names_of(what, object_kind);
    to.push_back(std::move(c));
}

void add_difference(
    const std::string& grantee,
    const privileges& from,
    const privileges& to,
    char object_kind,
    std::vector<grant_change>& revokes,
    std::vector<grant_change>& grants
)
{
    privileges gone;
    privileges only_option;
    privileges plain;
    privileges passed_on;
    for (const auto& [letter, option] : from) {
        const auto kept = to.find(letter);
        if (kept == to.end())
            gone.emplace(letter, false);
        else if (option && !kept->second)
            only_option.emplace(letter, false);
    }
    for (const auto& [letter, option] : to) {
        const auto had = from.find(letter);
        if (had == from.end() || (option && !had->second))
            (option ? passed_on : plain).emplace(letter, false);
    }
    using enum grant_change::direction;
    add_change(revokes, revoke, gone, object_kind, {.grantee = grantee});
    add_change(revokes, revoke, only_option, object_kind, {.grantee = grantee, .option_only = true});
    add_change(grants, grant, plain, object_kind, {.grantee = grantee});
    add_change(grants, grant, passed_on, object_kind, {.grantee = grantee, .with_option = true});
}

} // namespace

access_list read_access(std::string_view items, std::string_view owner)
{
    access_list out;
    while (!items.empty()) {
        const auto end = items.find('\x1f');
        const auto item = items.substr(0, end);
        items = end == std::string_view::npos ? std::string_view() : items.substr(end + 1);
        std::size_t at = 0;
        auto grantee = read_role(item, at);
        // Our own narrow logins have a name of their own on each instance: they are no difference.
        if (at >= item.size() || item[at] != '=' || grantee.starts_with(instances::read_only_role_prefix))
            continue;
        if (!grantee.empty() && grantee == owner)
            grantee = owner_mark;
        auto& held = out[grantee];
        for (++at; at < item.size() && item[at] != '/'; ++at)
            if (item[at] != '*') {
                const bool option = at + 1 < item.size() && item[at + 1] == '*';
                held[item[at]] = held[item[at]] || option;
            }
    }
    std::erase_if(out, [](const auto& each) { return each.second.empty(); });
    // An owner may always grant: options of theirs say nothing.
    if (const auto own = out.find(owner_mark); own != out.end())
        for (auto& [letter, option] : own->second)
            option = false;
    return out;
}

access_list builtin_access(char object_kind, int server_version)
{
    access_list out;
    for (const char c : all_of(object_kind))
        out[std::string(owner_mark)][c] = false;
    if (object_kind == 'r' && server_version >= has_maintain)
        out[std::string(owner_mark)]['m'] = false;
    if (object_kind == 'f')
        out[""]['X'] = false;
    if (object_kind == 'T')
        out[""]['U'] = false;
    return out;
}

char access_letter(kind k)
{
    switch (k) {
    case kind::table:
    case kind::view:
    case kind::materialized_view:
        return 'r';
    case kind::sequence:
        return 'S';
    case kind::function:
    case kind::aggregate:
        return 'f';
    case kind::enum_type:
    case kind::composite_type:
    case kind::range_type:
    case kind::domain:
        return 'T';
    case kind::schema:
        return 'n';
    default:
        return '\0';
    }
}

access_list access_at_creation(const snapshot& side, char object_kind, std::string_view schema)
{
    const auto role = side.roles.find(side.login);
    const auto name = role == side.roles.end() ? side.login : role->second;
    const std::string part(1, object_kind);
    auto out = builtin_access(object_kind, side.server_version);
    if (const auto n = side.find({kind::default_privileges, {}, name, part}); n != no_fact)
        out = read_access(side[n].at("acl"), side.login);
    if (schema.empty())
        return out;
    if (const auto n = side.find({kind::default_privileges, std::string(schema), name, part}); n != no_fact)
        for (const auto& [grantee, more] : read_access(side[n].at("acl"), side.login))
            for (const auto& [letter, option] : more)
                out[grantee][letter] = out[grantee][letter] || option;
    return out;
}

std::vector<grant_change> difference(const access_list& from, const access_list& to, char object_kind)
{
    std::vector<grant_change> out;
    std::vector<grant_change> grants;
    static const privileges none; // NOLINT: const
    access_list everybody = from;
    for (const auto& [grantee, held] : to)
        everybody.try_emplace(grantee);
    for (const auto& [grantee, ignored] : everybody) {
        const auto had = from.find(grantee);
        const auto has = to.find(grantee);
        add_difference(
            grantee,
            had == from.end() ? none : had->second,
            has == to.end() ? none : has->second,
            object_kind,
            out,
            grants
        );
    }
    out.insert(out.end(), std::make_move_iterator(grants.begin()), std::make_move_iterator(grants.end()));
    return out;
}

} // namespace basekeeper::schema_diff
