// user.* and organization.*.
#include "features/rehearsal/world.hpp"

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using boost::json::value;
using enum procedure_kind;

value time_or_null(const std::optional<wall_time>& t)
{
    return t ? value(time_text(*t)) : value(nullptr);
}

std::string id_of(const world& in, const access_key& by)
{
    return by.role == member_role::owner ? in.owner_id : in.member_id;
}

row key_row(const access_key& key)
{
    return {
        {"id", key.id},
        {"name", key.name},
        {"prefix", nullptr},
        {"enabled", true},
        {"expiresAt", time_or_null(key.expires_at)},
        {"createdAt", time_text(key.created_at)},
    };
}

outcome get(incoming& what)
{
    auto& in = what.on;
    array keys;
    for (const auto& one : in.keys.all())
        if (one.role == what.by.role)
            keys.emplace_back(key_row(one));
    const bool owner = what.by.role == member_role::owner;
    return row{
        {"id", "membership-" + id_of(in, what.by)},
        {"organizationId", in.organization_id},
        {"userId", id_of(in, what.by)},
        {"role", owner ? "owner" : "member"},
        {"accessedProjects", array{}},
        {"accessedEnvironments", array{}},
        {"accessedServices", array{}},
        {"canCreateProjects", owner},
        {"canCreateServices", owner},
        {"canDeleteServices", owner},
        {"canAccessToAPI", true},
        {"user",
         row{{"id", id_of(in, what.by)},
             {"email", owner ? "owner@example.com" : "member@example.com"},
             {"apiKeys", std::move(keys)}}},
    };
}

outcome session(incoming& what)
{
    return row{
        {"user", row{{"id", id_of(what.on, what.by)}}},
        {"session", row{{"activeOrganizationId", what.on.organization_id}}},
    };
}

outcome create_key(incoming& what)
{
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    const auto* metadata = what.input.if_contains("metadata");
    if (!metadata->is_object() || !metadata->get_object().contains("organizationId"))
        return bad_request("Input validation failed");
    if (text_of(metadata->get_object(), "organizationId") != what.on.organization_id)
        return std::unexpected(refusal{403, "FORBIDDEN", "You are not a member of this organization"});
    access_key made{.name = what.text("name"), .role = what.by.role, .created_at = what.on.now};
    if (const auto lasts = number_of(what.input, "expiresIn")) {
        if (*lasts < 86'400)
            return thrown("The expiresIn is smaller than the predefined minimum value.");
        made.expires_at = what.on.now + seconds{*lasts};
    }
    // Without a word about it a key has five calls a day.
    made.limited = !what.has("rateLimitEnabled") || truth_of(what.input, "rateLimitEnabled");
    made.most_checks = number_of(what.input, "rateLimitMax").value_or(10);
    made.window = milliseconds{number_of(what.input, "rateLimitTimeWindow").value_or(86'400'000)};
    made.remaining = number_of(what.input, "remaining");
    const auto& key = what.on.keys.create(std::move(made), what.text("prefix"), what.on.chance);
    auto out = key_row(key);
    out["key"] = key.text;
    out["start"] = key.text.substr(0, 6);
    out["rateLimitEnabled"] = key.limited;
    out["rateLimitTimeWindow"] = key.window.count();
    out["rateLimitMax"] = key.most_checks;
    out["remaining"] = key.remaining ? value(*key.remaining) : value(nullptr);
    out["metadata"] = row{{"organizationId", what.on.organization_id}};
    return out;
}

outcome delete_key(incoming& what)
{
    if (!what.on.keys.remove(what.text("apiKeyId")))
        return not_found("API key not found");
    return true;
}

row organization_row(const world& in)
{
    return {
        {"id", in.organization_id},
        {"name", "Rehearsal"},
        {"slug", nullptr},
        {"ownerId", in.owner_id},
    };
}

outcome organizations(incoming& what)
{
    return array{organization_row(what.on)};
}

outcome active_organization(incoming& what)
{
    return organization_row(what.on);
}

} // namespace

std::vector<procedure> user_procedures()
{
    return {
        {"user.get", query, "", get, audience::everyone},
        {"user.session", query, "", session, audience::everyone},
        {"user.createApiKey",
         mutation,
         "name!:text(1,32) metadata!:anything prefix expiresIn:number rateLimitEnabled:truth "
         "rateLimitTimeWindow:number "
         "rateLimitMax:number remaining:number refillAmount:number refillInterval:number",
         create_key,
         audience::everyone},
        {"user.deleteApiKey", mutation, "apiKeyId!", delete_key, audience::everyone},
        {"organization.all", query, "", organizations, audience::everyone},
        {"organization.active", query, "", active_organization, audience::everyone},
    };
}

} // namespace basekeeper::rehearsal
