// What auth tells of itself, whose token a request carries, and what users may do to themselves.
#include "features/simulated_stack/auth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::simulated_stack {
namespace {

constexpr std::string_view version = "v2.189.0";

/// As the example's `.env` names hosts that nobody replaced.
constexpr auto placeholder_mail_hosts = std::to_array<std::string_view>(
    {"", "supabase-mail", "smtp.example.com", "fake", "localhost", "fake_mail_host", "your-smtp-host"}
);

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

} // namespace

answer auth_error(int status, std::string_view code, std::string_view text)
{
    auto out = json_answer(status, boost::json::object{{"code", status}, {"error_code", code}, {"msg", text}});
    out.headers.emplace_back("x-sb-error-code", code);
    return out;
}

void auth_service::start(const env_text::values& in_effect)
{
    values_ = in_effect;
    keys_ = token_keys::of_secret_and_set(in_effect, "JWT_KEYS");
}

bool auth_service::is_on(std::string_view name, std::string_view otherwise) const
{
    return lower(variable(values_, name, otherwise)) == "true";
}

bool auth_service::can_send_mail() const
{
    return std::ranges::find(placeholder_mail_hosts, variable(values_, "SMTP_HOST")) == placeholder_mail_hosts.end();
}

std::optional<answer> auth_service::refusal(const reading& token) const
{
    constexpr std::string_view not_verified = "invalid JWT: unable to parse or verify signature, ";
    switch (token.state) {
    case token_state::good:
        return std::nullopt;
    case token_state::absent:
        return auth_error(401, "no_authorization", "This endpoint requires a valid Bearer token");
    case token_state::malformed:
        return auth_error(
            403,
            "bad_jwt",
            fmt::format("{}token is malformed: token contains an invalid number of segments", not_verified)
        );
    case token_state::bad_signature:
        return auth_error(
            403, "bad_jwt", fmt::format("{}token signature is invalid: signature is invalid", not_verified)
        );
    case token_state::expired:
        break;
    }
    return auth_error(403, "bad_jwt", fmt::format("{}token has invalid claims: token is expired", not_verified));
}

answer auth_service::respond(const call& what)
{
    const auto& method = what.asked.method;
    const auto path = what.path;
    if (path == "/health")
        return health();
    if (path == "/settings")
        return settings();
    if (path == "/.well-known/jwks.json")
        return json_answer(200, keys_.published());
    if (what.database != service_state::up)
        return auth_error(500, "unexpected_failure", "Database error: connection refused");
    if (path.starts_with("/admin/"))
        return administer(what);
    if (path == "/signup" && method == "POST")
        return sign_up(what);
    if (path == "/token" && method == "POST")
        return sign_in(what);
    if (path == "/user" && method == "GET")
        return own_user(what);
    if (path == "/user" && method == "PUT")
        return change_own_user(what);
    if (path == "/logout" && method == "POST")
        return sign_out(what);
    if (path == "/signup" || path == "/token" || path == "/user" || path == "/logout")
        return auth_error(405, "method_not_allowed", "Method not allowed");
    return text_answer(404, "404 page not found\n");
}

answer auth_service::health() const
{
    return json_answer(
        200,
        boost::json::object{
            {"version", version},
            {"name", "GoTrue"},
            {"description", "GoTrue is a user registration and authentication API"}
        }
    );
}

answer auth_service::settings() const
{
    boost::json::object external;
    for (const auto* one :
         {"apple", "azure", "bitbucket", "discord", "facebook", "github", "gitlab", "google", "slack"})
    {
        std::string name(one);
        std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        external[one] = is_on(name + "_ENABLED");
    }
    external["email"] = is_on("ENABLE_EMAIL_SIGNUP", "true");
    external["phone"] = is_on("ENABLE_PHONE_SIGNUP");
    external["anonymous_users"] = is_on("ENABLE_ANONYMOUS_USERS");
    return json_answer(
        200,
        boost::json::object{
            {"external", std::move(external)},
            {"disable_signup", is_on("DISABLE_SIGNUP")},
            {"mailer_autoconfirm", is_on("ENABLE_EMAIL_AUTOCONFIRM")},
            {"phone_autoconfirm", is_on("ENABLE_PHONE_AUTOCONFIRM")},
            {"sms_provider", "twilio"},
            {"saml_enabled", false},
            {"passkeys_enabled", false},
        }
    );
}

answer auth_service::own_user(const call& what)
{
    const auto token = keys_.read(what.token(), time_.wall());
    if (auto refused = refusal(token))
        return *std::move(refused);
    const auto id = text_member(token.claims, "sub");
    if (id.empty())
        return auth_error(403, "bad_jwt", "invalid claim: missing sub claim");
    const auto* known = book_.find_user(id);
    if (known == nullptr)
        return auth_error(403, "user_not_found", "User from sub claim in JWT does not exist");
    if (book_.find_session(text_member(token.claims, "session_id")) == nullptr)
        return auth_error(403, "session_not_found", "Session from session_id claim in JWT does not exist");
    return json_answer(200, known->shown());
}

answer auth_service::change_own_user(const call& what)
{
    if (auto before = own_user(what); before.status != 200)
        return before;
    auto* known = book_.find_user(text_member(keys_.read(what.token(), time_.wall()).claims, "sub"));
    const auto body = body_object(what.asked);
    if (const auto* data = body.if_contains("data"); data != nullptr && data->is_object())
        for (const auto& [name, value] : data->get_object())
            known->user_metadata[name] = value;
    if (const auto password = text_member(body, "password"); !password.empty())
        known->set_password(password);
    known->updated_at = time_.wall();
    return json_answer(200, known->shown());
}

answer auth_service::sign_out(const call& what)
{
    const auto token = keys_.read(what.token(), time_.wall());
    if (auto refused = refusal(token))
        return *std::move(refused);
    const auto scope = parameter(what.asked.query, "scope").value_or("global");
    if (scope == "global")
        book_.close_sessions_of(text_member(token.claims, "sub"));
    else
        book_.close_session(text_member(token.claims, "session_id"));
    return {.status = 204};
}

} // namespace basekeeper::simulated_stack
