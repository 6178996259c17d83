// Reading the claims that name a caller and what they were granted.
#include "access/token_principal.hpp"

#include "access/resource.hpp"
#include "json/text.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace basekeeper::access {
namespace {

constexpr std::size_t longest_name_bytes = 255;

std::unexpected<error> refuse(std::string why)
{
    return fail(condition::denied, "token is refused: " + std::move(why), "get a new token and try again");
}

std::string_view text_claim(const boost::json::object& claims, std::string_view name)
{
    const auto* value = claims.if_contains(name);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view{} : std::string_view(*text);
}

/// Names end up in logs, audit entries and keys of tables.
bool is_name(std::string_view s)
{
    return !s.empty() && s.size() <= longest_name_bytes &&
           std::ranges::all_of(s, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

result<std::string> id_of(const boost::json::object& claims)
{
    const auto subject = text_claim(claims, "sub");
    const auto issuer = text_claim(claims, "iss");
    if (!is_name(subject) || !is_name(issuer))
        return refuse("it does not say for whom it is");
    return "user:" + std::string(issuer) + "/" + std::string(subject);
}

/// RFC 8693 section 4.2 has `scope` as one text; Microsoft and Okta have `scp`, a text or a list.
std::string scope_text(const boost::json::object& claims)
{
    std::string out;
    for (const std::string_view name : {"scope", "scp"}) {
        const auto* value = claims.if_contains(name);
        if (value == nullptr)
            continue;
        if (const auto* text = value->if_string())
            out.append(out.empty() ? "" : " ").append(*text);
        else if (const auto* list = value->if_array())
            for (const auto& one : *list)
                if (const auto* item = one.if_string())
                    out.append(out.empty() ? "" : " ").append(*item);
    }
    return out;
}

mcp::principal make(std::string id, std::vector<scope> scopes, const boost::json::object& claims)
{
    return {
        .id = std::move(id),
        .rights = std::make_shared<granted_scopes>(std::move(scopes)),
        .claims = json::to_text(claims)
    };
}

} // namespace

bool is_for(const boost::json::object& claims, std::string_view audience)
{
    const auto* aud = claims.if_contains("aud");
    if (aud == nullptr || audience.empty())
        return false;
    const auto ours = [&](const boost::json::value& v) {
        return v.is_string() && same_resource(v.get_string(), audience);
    };
    return aud->is_array() ? std::ranges::any_of(aud->get_array(), ours) : ours(*aud);
}

result<mcp::principal> token_principal(const boost::json::object& claims)
{
    auto id = TRY(id_of(claims));
    return make(std::move(id), known_scopes(scope_text(claims)), claims);
}

result<mcp::principal> supabase_principal(const boost::json::object& claims, const std::vector<scope>& scopes)
{
    if (scopes.empty())
        return refuse("it is for another audience");
    auto id = TRY(id_of(claims));
    const auto role = text_claim(claims, "role");
    const auto* anonymous = claims.if_contains("is_anonymous");
    if (role.empty() || role == "anon" || (anonymous != nullptr && *anonymous != boost::json::value(false)))
        return refuse("it belongs to no user who signed in");
    return make(std::move(id), scopes, claims);
}

} // namespace basekeeper::access
