// Names in statements; owners, comments, grants and options, which most objects have.
#include "features/schema_diff/acl.hpp"
#include "features/schema_diff/judgement.hpp"
#include "features/schema_diff/writing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::schema_diff {
namespace {

std::string grant_phrase(const fact& f)
{
    const auto name = f.id.qualified();
    switch (f.id.what) {
    case kind::table:
    case kind::view:
    case kind::materialized_view:
        return "table " + name;
    case kind::sequence:
        return "sequence " + name;
    case kind::function:
        return fmt::format("{} {}({})", f.at("_word"), name, f.id.part);
    case kind::aggregate:
        return fmt::format("function {}({})", name, f.id.part);
    case kind::schema:
        return "schema " + name;
    default:
        return "type " + name;
    }
}

std::string grantee_name(const writing& w, const std::string& grantee, std::string_view owner)
{
    if (grantee.empty())
        return "public";
    return role_name(w, grantee == owner_mark ? owner : std::string_view(grantee));
}

std::string with_column(const std::string& privileges, std::string_view column)
{
    std::string out;
    for (std::size_t at = 0; at < privileges.size();) {
        const auto comma = std::min(privileges.find(", ", at), privileges.size());
        out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", privileges.substr(at, comma - at), column);
        at = comma + 2;
    }
    return out;
}

struct grant_place
{
    std::string on;
    std::string column; ///< empty: the whole object
    std::string_view owner;
    char letter;
    std::string object;
};

void write_grants(const writing& w, const access_list& from, const access_list& to, const grant_place& place)
{
    for (const auto& change : difference(from, to, place.letter)) {
        const auto plain = change.grantee == owner_mark ? place.owner : std::string_view(change.grantee);
        if (!plain.empty() && !role_exists(w, plain))
            continue;
        const auto what = place.column.empty() ? change.privileges : with_column(change.privileges, place.column);
        const auto whom = grantee_name(w, change.grantee, place.owner);
        const bool grants = change.way == grant_change::direction::grant;
        auto sql =
            grants
                ? fmt::format("grant {} on {} to {}", what, place.on, whom)
                : fmt::format(
                      "revoke {}{} on {} from {}", change.option_only ? "grant option for " : "", what, place.on, whom
                  );
        if (change.with_option)
            sql += " with grant option";
        w.to.push_back({.sql = std::move(sql), .object = place.object});
    }
}

void write_comment(const writing& w, const fact& f, std::string_view text)
{
    const auto words = text.empty() ? std::string_view("null") : text;
    w.to.push_back({.sql = fmt::format("comment on {} is {}", phrase(f), words), .object = describe(f.id)});
}

void write_owner(const writing& w, const fact& f)
{
    const auto owner = f.at("owner");
    if (role_exists(w, owner))
        w.to.push_back(
            {.sql = fmt::format("alter {} owner to {}", phrase(f), role_name(w, owner)), .object = describe(f.id)}
        );
}

} // namespace

std::string phrase(const fact& f)
{
    const auto& id = f.id;
    const auto name = id.qualified();
    switch (id.what) {
    case kind::enum_type:
    case kind::composite_type:
    case kind::range_type:
        return "type " + name;
    case kind::domain_constraint:
        return fmt::format("constraint {} on domain {}", id.part, name);
    case kind::function:
        return fmt::format("{} {}({})", f.at("_word"), name, id.part);
    case kind::aggregate:
        return fmt::format("aggregate {}({})", name, f.at("_arguments"));
    case kind::column:
    case kind::view_column:
        return fmt::format("column {}.{}", name, id.part);
    case kind::constraint:
    case kind::rule:
    case kind::trigger:
    case kind::policy:
        return fmt::format("{} {} on {}", kind_name(id.what), id.part, name);
    default:
        return fmt::format("{} {}", kind_name(id.what), name);
    }
}

bool role_exists(const writing& w, std::string_view plain)
{
    if (w.of.before().roles.contains(plain))
        return true;
    w.notes.insert(fmt::format("role {} does not exist there: its grants and what it owns were left out", plain));
    return false;
}

std::string role_name(const writing& w, std::string_view plain)
{
    const auto found = w.of.before().roles.find(plain);
    return found == w.of.before().roles.end() ? std::string(plain) : found->second;
}

void dress(const writing& w, const fact& made)
{
    const auto owner = made.at("owner");
    if (w.of.rules().owners && !owner.empty() && owner != w.of.before().login)
        write_owner(w, made);
    if (made.has("comment") && !made.has("_own_comment"))
        write_comment(w, made, made.at("comment"));
    const char letter = access_letter(made.id.what);
    if (letter == '\0' || !w.of.rules().grants)
        return;
    write_grants(
        w,
        access_at_creation(w.of.before(), letter, made.id.schema),
        read_access(made.at("acl"), owner),
        {grant_phrase(made), {}, owner, letter, describe(made.id)}
    );
}

void redress(const writing& w, const change& c)
{
    const auto& before = w.before(c);
    const auto& after = w.after(c);
    const auto d = differences(before, after, w.of.rules());
    if (holds(d, "owner"))
        write_owner(w, after);
    if (holds(d, "comment"))
        write_comment(w, after, after.at("comment"));
    const char letter = access_letter(after.id.what);
    if (letter != '\0' && holds(d, "acl"))
        write_grants(
            w,
            read_access(before.at("acl"), before.at("owner")),
            read_access(after.at("acl"), after.at("owner")),
            {grant_phrase(after), {}, after.at("owner"), letter, describe(after.id)}
        );
}

void redress_column(const writing& w, const fact* before, const fact& after)
{
    const auto old_comment = before == nullptr ? std::string_view() : before->at("comment");
    if (old_comment != after.at("comment"))
        write_comment(w, after, after.at("comment"));
    if (w.of.rules().grants)
        write_grants(
            w,
            before == nullptr ? access_list{} : read_access(before->at("acl"), {}),
            read_access(after.at("acl"), {}),
            {"table " + after.id.qualified(), after.id.part, {}, 'c', describe(after.id)}
        );
}

std::string joined(std::string_view list)
{
    std::string out;
    for (const auto& part : parts_of(list))
        out.append(out.empty() ? "" : ", ").append(part);
    return out;
}

std::string options_for(option_target which, std::string_view list)
{
    std::string out;
    for (const auto& option : parts_of(list))
        if (option.starts_with("toast.") == (which == option_target::toast))
            out.append(out.empty() ? "" : "\x1f").append(option);
    return out;
}

void change_options(const writing& w, const fact& f, std::string_view from, std::string_view to, step like)
{
    const auto had = parts_of(from);
    const auto wanted = parts_of(to);
    const auto name_of = [](std::string_view option) { return option.substr(0, option.find('=')); };
    std::string reset;
    for (const auto& option : had)
        if (std::ranges::find(wanted, name_of(option), name_of) == wanted.end())
            reset.append(reset.empty() ? "" : ", ").append(name_of(option));
    std::string set;
    for (const auto& option : wanted)
        if (std::ranges::find(had, option) == had.end())
            set.append(set.empty() ? "" : ", ").append(option);
    for (const auto& [word, list] : {std::pair{"reset", reset}, std::pair{"set", set}})
        if (!list.empty()) {
            like.sql = fmt::format("alter {} {} ({})", phrase(f), word, list);
            like.object = describe(f.id);
            w.to.push_back(like);
        }
}

} // namespace basekeeper::schema_diff
