// Statements for schemas, extensions, policies, default privileges and publications.
#include "features/schema_diff/acl.hpp"
#include "features/schema_diff/judgement.hpp"
#include "features/schema_diff/writing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::schema_diff {
namespace {

std::string policy_clauses(const fact& f)
{
    std::string out = fmt::format(" to {}", f.at("roles"));
    if (f.has("using"))
        out += fmt::format(" using ({})", f.at("using"));
    if (f.has("with_check"))
        out += fmt::format(" with check ({})", f.at("with_check"));
    return out;
}

void create_policy(const writing& w, const fact& f)
{
    w.to.push_back(
        {.sql = fmt::format(
             "create policy {} on {} as {} for {}{}",
             f.id.part,
             f.id.qualified(),
             f.at("mode"),
             f.at("command"),
             policy_clauses(f)
         ),
         .object = describe(f.id),
         .lock = lock_class::access_exclusive}
    );
}

std::string publication_options(const fact& f)
{
    return fmt::format(
        "publish = '{}', publish_via_partition_root = {}", f.at("publish"), f.has("via_root") ? "true" : "false"
    );
}

std::string publication_member(const fact& f)
{
    if (f.id.what == kind::publication_schema)
        return "tables in schema " + f.id.part;
    auto out = "table only " + f.id.part;
    if (f.has("columns"))
        out += fmt::format(" ({})", f.at("columns"));
    if (f.has("condition"))
        out += fmt::format(" where ({})", f.at("condition"));
    return out;
}

void change_member(const writing& w, const fact& f, std::string_view verb, const std::string& member)
{
    w.to.push_back(
        {.sql = fmt::format("alter publication {} {} {}", f.id.name, verb, member),
         .object = describe(f.id),
         .lock = lock_class::share_update_exclusive}
    );
}

std::string_view plural(char letter)
{
    switch (letter) {
    case 'S':
        return "sequences";
    case 'f':
        return "functions";
    case 'T':
        return "types";
    case 'n':
        return "schemas";
    default:
        return "tables";
    }
}

/// What the absence of an entry means: nothing more in a schema, the built-in privileges everywhere.
access_list default_access(const fact* f, const fact& other)
{
    const auto owner = other.at("owner");
    return f == nullptr ? read_access(other.at("_standard"), owner) : read_access(f->at("acl"), owner);
}

void write_default_privileges(const writing& w, const fact* before, const fact* after)
{
    const auto& id = (before == nullptr ? after : before)->id;
    const auto& other = before == nullptr ? *after : *before;
    const auto owner = other.at("owner");
    if (!role_exists(w, owner))
        return;
    const char letter = id.part.front();
    const auto where = id.schema.empty() ? std::string() : " in schema " + id.schema;
    for (const auto& g : difference(default_access(before, other), default_access(after, other), letter)) {
        const auto plain = g.grantee == owner_mark ? owner : std::string_view(g.grantee);
        if (!plain.empty() && !role_exists(w, plain))
            continue;
        const auto whom = plain.empty() ? std::string("public") : role_name(w, plain);
        const bool grants = g.way == grant_change::direction::grant;
        w.to.push_back(
            {.sql = fmt::format(
                 "alter default privileges for role {}{} {}{} on {} {} {}{}",
                 id.name,
                 where,
                 grants ? "grant " : (g.option_only ? "revoke grant option for " : "revoke "),
                 g.privileges,
                 plural(letter),
                 grants ? "to" : "from",
                 whom,
                 g.with_option ? " with grant option" : ""
             ),
             .object = describe(id)}
        );
    }
}

void alter_extension(const writing& w, const fact& before, const fact& after)
{
    if (before.at("schema") != after.at("schema"))
        w.to.push_back(
            {.sql = fmt::format("alter extension {} set schema {}", after.id.name, after.at("schema")),
             .object = describe(after.id)}
        );
    if (before.at("version") != after.at("version"))
        w.to.push_back(
            {.sql = fmt::format("alter extension {} update to '{}'", after.id.name, after.at("version")),
             .object = describe(after.id),
             .note = "the version must be installed on the server"}
        );
}

} // namespace

bool create_access(const writing& w, const change& c)
{
    const auto& f = w.after(c);
    switch (f.id.what) {
    case kind::schema:
        w.to.push_back({.sql = "create schema " + f.id.name, .object = describe(f.id)});
        break;
    case kind::extension:
        w.to.push_back(
            {.sql = fmt::format("create extension {} with schema {}", f.id.name, f.at("schema")),
             .object = describe(f.id)}
        );
        break;
    case kind::policy:
        create_policy(w, f);
        break;
    case kind::default_privileges:
        write_default_privileges(w, nullptr, &f);
        return true;
    case kind::publication:
        w.to.push_back(
            {.sql = fmt::format(
                 "create publication {}{} with ({})",
                 f.id.name,
                 f.has("all_tables") ? " for all tables" : "",
                 publication_options(f)
             ),
             .object = describe(f.id)}
        );
        break;
    case kind::publication_table:
    case kind::publication_schema:
        change_member(w, f, "add", publication_member(f));
        return true;
    default:
        return false;
    }
    dress(w, f);
    return true;
}

bool alter_access(const writing& w, const change& c)
{
    const auto& before = w.before(c);
    const auto& after = w.after(c);
    const auto d = differences(before, after, w.of.rules());
    switch (after.id.what) {
    case kind::schema:
        break;
    case kind::extension:
        alter_extension(w, before, after);
        break;
    case kind::policy:
        if (std::ranges::any_of(d, [](std::string_view name) { return name != "comment"; }))
            w.to.push_back(
                {.sql =
                     fmt::format("alter policy {} on {}{}", after.id.part, after.id.qualified(), policy_clauses(after)),
                 .object = describe(after.id),
                 .lock = lock_class::access_exclusive}
            );
        break;
    case kind::default_privileges:
        write_default_privileges(w, &before, &after);
        return true;
    case kind::publication:
        if (holds(d, "publish") || holds(d, "via_root"))
            w.to.push_back(
                {.sql = fmt::format("alter publication {} set ({})", after.id.name, publication_options(after)),
                 .object = describe(after.id)}
            );
        break;
    default:
        return false;
    }
    redress(w, c);
    return true;
}

bool drop_access(const writing& w, const change& c)
{
    const auto& f = w.before(c);
    const bool again = c.what == action::replace;
    step s{.sql = "drop " + phrase(f), .object = describe(f.id)};
    switch (f.id.what) {
    case kind::schema:
        s.loses = loss::definition;
        break;
    case kind::extension:
        s.loses = loss::data;
        s.note = "what the extension keeps in tables of its own is lost";
        break;
    case kind::policy:
        s.lock = lock_class::access_exclusive;
        break;
    case kind::default_privileges:
        write_default_privileges(w, &f, nullptr);
        return true;
    case kind::publication:
        s.loses = again ? loss::none : loss::definition;
        break;
    case kind::publication_table:
        change_member(w, f, "drop", "table only " + f.id.part);
        return true;
    case kind::publication_schema:
        change_member(w, f, "drop", publication_member(f));
        return true;
    default:
        return false;
    }
    w.to.push_back(std::move(s));
    return true;
}

} // namespace basekeeper::schema_diff
