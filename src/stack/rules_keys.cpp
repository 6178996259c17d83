// Rules of the API keys: they verify, differ, say who they are, and the containers know the same ones.
#include "crypto/encoding.hpp"
#include "crypto/jwk.hpp"
#include "crypto/jwt.hpp"
#include "json/text.hpp"
#include "stack/key_pair.hpp"
#include "stack/rules.hpp"
#include "stack/secrets.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::stack {
namespace {

constexpr std::string_view demo_issuer = "supabase-demo";
constexpr std::chrono::seconds soon = std::chrono::days{90};

/// The claims of a token, whoever signed it.
std::optional<boost::json::object> claims_of(std::string_view token)
{
    const auto first = token.find('.');
    const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
    if (second == token.npos)
        return std::nullopt;
    const auto payload = crypto::from_base64url(token.substr(first + 1, second - first - 1));
    if (!payload)
        return std::nullopt;
    auto read = json::read(crypto::text_of(*payload));
    return read && read->is_object() ? std::optional(std::move(read->get_object())) : std::nullopt;
}

std::string text_claim(const boost::json::object& claims, std::string_view name)
{
    const auto* value = claims.if_contains(name);
    return value != nullptr && value->is_string() ? printable(value->get_string()) : std::string{};
}

std::optional<std::chrono::sys_seconds> expiry(const boost::json::object& claims)
{
    const auto* value = claims.if_contains("exp");
    if (value == nullptr || !value->is_int64())
        return std::nullopt;
    return std::chrono::sys_seconds(std::chrono::seconds(value->get_int64()));
}

/// What is said of a token: its claims, never itself.
std::string shown_claims(const boost::json::object& claims)
{
    const auto of = [&](std::string_view name) {
        const auto text = text_claim(claims, name);
        return text.empty() ? std::string("none") : text;
    };
    const auto until = expiry(claims);
    return fmt::format(
        "role {}, iss {}, exp {}", of("role"), of("iss"), until ? to_rfc3339(*until).substr(0, 10) : std::string("none")
    );
}

struct key
{
    std::string_view name;
    std::string_view role;
};

constexpr std::array keys{key{"ANON_KEY", "anon"}, key{"SERVICE_ROLE_KEY", "service_role"}};

class key_check
{
public:
    key_check(const looked_at& stack, const key& which, findings& out)
        : stack_(stack), which_(which), token_(stack.env.value_or_empty(which.name)), out_(out)
    {}

    void run()
    {
        const auto claims = claims_of(token_);
        if (!claims)
            return add(
                "key_unreadable", severity::critical, "it is no JSON Web Token, so every service refuses it", "no token"
            );
        evidence_ = shown_claims(*claims);
        check_claims(*claims);
        check_signature();
        check_expiry(*claims);
    }

private:
    void add(std::string id, severity how, std::string_view what, std::string evidence)
    {
        out_.push_back(
            {std::move(id),
             how,
             std::string(which_.name),
             fmt::format("{}: {}", which_.name, what),
             std::move(evidence),
             {.kind = remedy_kind::regenerate_keys}}
        );
    }

    void check_claims(const boost::json::object& claims)
    {
        const auto role = text_claim(claims, "role");
        const auto issuer = text_claim(claims, "iss");
        if (role.empty())
            add("key_role_missing",
                severity::critical,
                "it names no role, so auth and the API take it for nobody",
                evidence_);
        else if (role != which_.role)
            add("key_role_wrong", severity::critical, fmt::format("its role is not {}", which_.role), evidence_);
        if (issuer == demo_issuer)
            add("key_demo", severity::critical, "it is the published demo key, with which anybody comes in", evidence_);
        else if (issuer != "supabase")
            add("key_issuer", severity::warning, "its issuer is not supabase: another program made it", evidence_);
    }

    void check_signature()
    {
        const auto secret = stack_.env.value_or_empty("JWT_SECRET");
        if (secret.empty())
            return; // a rule of its own
        const auto verified = crypto::verify_jwt(token_, crypto::bytes_of(secret), stack_.given.now);
        if (!verified && verified.error().code == condition::denied)
            add("key_signature",
                severity::critical,
                "it is not signed by JWT_SECRET, so every service refuses it",
                evidence_);
    }

    void check_expiry(const boost::json::object& claims)
    {
        const auto until = expiry(claims);
        if (!until)
            return;
        if (*until <= stack_.given.now)
            add("key_expired", severity::critical, "it has expired", evidence_);
        else if (*until <= stack_.given.now + soon)
            add("key_expires_soon",
                severity::warning,
                "it expires within 90 days; every client needs the new one",
                evidence_);
    }

    const looked_at& stack_;
    const key& which_;
    std::string_view token_;
    findings& out_;
    std::string evidence_{};
};

/// True when a key of the set signed the token.
bool verifies(const crypto::key_set& set, std::string_view token)
{
    const auto dot = token.rfind('.');
    const auto signature = crypto::from_base64url(dot == token.npos ? std::string_view{} : token.substr(dot + 1));
    return signature && std::ranges::any_of(set, [&](const crypto::verification_key& one) {
               return one.verifies(crypto::jwt_algorithm::es256, token.substr(0, dot), *signature);
           });
}

/// Whether a service is given the variable; believed of a stack whose compose file is not known.
bool is_referred_to(const looked_at& stack, std::string_view name)
{
    if (!stack.compose)
        return true;
    const auto used = stack.compose->references();
    return std::ranges::find(used, name, &reference::name) != used.end();
}

/// Services that have a set verify by it, and not by JWT_SECRET.
void check_sets(const looked_at& stack, findings& out)
{
    const auto secret = crypto::to_base64url(crypto::bytes_of(stack.env.value_or_empty("JWT_SECRET")));
    for (const std::string_view name : {"JWT_JWKS", "JWT_KEYS"}) {
        if (!is_referred_to(stack, name))
            continue;
        const auto shared = shared_secrets_in(stack.env, name);
        if (!shared.empty() && std::ranges::find(shared, secret) == shared.end())
            out.push_back(
                {"key_set_stale",
                 severity::error,
                 std::string(name),
                 fmt::format(
                     "{} holds another secret than JWT_SECRET, so the services that verify by it refuse ANON_KEY, "
                     "SERVICE_ROLE_KEY or the users",
                     name
                 ),
                 "its shared key is not JWT_SECRET",
                 {.kind = remedy_kind::regenerate_keys}}
            );
    }
}

/// What the gateway puts in the place of opaque keys.
void check_asymmetric_keys(const looked_at& stack, findings& out)
{
    const auto set = crypto::parse_key_set(stack.env.value_or_empty("JWT_JWKS"));
    for (const std::string_view name : {"ANON_KEY_ASYMMETRIC", "SERVICE_ROLE_KEY_ASYMMETRIC"})
        if (!set || !verifies(*set, stack.env.value_or_empty(name)))
            out.push_back(
                {"asymmetric_key_signature",
                 severity::error,
                 std::string(name),
                 fmt::format(
                     "{}, which the gateway puts in the place of sb_ keys, is not signed by a key of JWT_JWKS", name
                 ),
                 set ? "no key of the set signed it" : "JWT_JWKS is no set of keys",
                 {.kind = remedy_kind::regenerate_keys}}
            );
}

/// Who verifies by JWT_SECRET alone refuses everything that the pair signs.
void check_wiring(const looked_at& stack, bool opaque_keys, findings& out)
{
    const auto* rest = stack.compose ? stack.compose->find(role::rest) : nullptr;
    const auto* by = rest == nullptr ? nullptr : stack.compose->variable(*rest, "PGRST_JWT_SECRET");
    if (by == nullptr || by->contains("JWT_JWKS"))
        return;
    const bool has_set = !stack.env.value_or_empty("JWT_JWKS").empty();
    out.push_back(
        {"opaque_keys_unwired",
         severity::error,
         rest->name,
         opaque_keys
             ? "sb_ keys are set, but the services verify by JWT_SECRET alone and refuse what the gateway makes "
               "of them"
             : "auth signs the tokens of users with the key of JWT_KEYS, but the services verify by JWT_SECRET "
               "alone: whoever is signed in is refused",
         fmt::format("PGRST_JWT_SECRET of {} does not use JWT_JWKS", rest->name),
         {.kind = has_set ? remedy_kind::mend : remedy_kind::regenerate_keys}}
    );
}

} // namespace

void check_keys(const looked_at& stack, findings& out)
{
    const auto anon = stack.env.value_or_empty("ANON_KEY");
    if (!anon.empty() && anon == stack.env.value_or_empty("SERVICE_ROLE_KEY"))
        out.push_back(
            {"keys_equal",
             severity::critical,
             "SERVICE_ROLE_KEY",
             "ANON_KEY and SERVICE_ROLE_KEY are the same: what is meant for servers is in every browser, or nobody is "
             "let in",
             "both have the same text",
             {.kind = remedy_kind::regenerate_keys}}
        );
    for (const auto& one : keys)
        if (!stack.env.value_or_empty(one.name).empty())
            key_check(stack, one, out).run();
    check_sets(stack, out);
}

void check_opaque_keys(const looked_at& stack, findings& out)
{
    const remedy renew{.kind = remedy_kind::regenerate_keys};
    bool any = false;
    for (const std::string_view name : {"SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"}) {
        const auto value = stack.env.value_or_empty(name);
        any = any || !value.empty();
        const std::string_view prefix = name == "SUPABASE_SECRET_KEY" ? "sb_secret_" : "sb_publishable_";
        if (!value.empty() && (!value.starts_with(prefix) || !is_sound_opaque_key(value)))
            out.push_back(
                {"opaque_key_form",
                 severity::warning,
                 std::string(name),
                 fmt::format("{} has not the form {}… with a checksum, which clients check", name, prefix),
                 value.starts_with(prefix) ? "the checksum is wrong" : "the beginning is wrong",
                 renew}
            );
    }
    if (any)
        check_asymmetric_keys(stack, out);
    if (any || (signs_with_key_pair(stack.env) && is_referred_to(stack, "JWT_KEYS")))
        check_wiring(stack, any, out);
}

} // namespace basekeeper::stack
