// Sign-up and sign-in: who becomes a user, and what a session is made of.
#include "features/simulated_stack/auth.hpp"

#include <boost/json/array.hpp>

#include <charconv>

namespace basekeeper::simulated_stack {
namespace {

constexpr std::size_t shortest_password = 6;

std::int64_t seconds_of(wall_time t)
{
    return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}

std::int64_t lifetime_of(const env_text::values& in)
{
    const auto text = variable(in, "JWT_EXPIRY", "3600");
    std::int64_t out = 3600;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

bool is_address(std::string_view email)
{
    const auto at = email.find('@');
    return at != std::string_view::npos && at > 0 && email.find('.', at) != std::string_view::npos &&
           email.find(' ') == std::string_view::npos;
}

answer weak_password()
{
    auto out = json_answer(
        422,
        boost::json::object{
            {"code", 422},
            {"error_code", "weak_password"},
            {"msg", "Password should be at least 6 characters."},
            {"weak_password", boost::json::object{{"reasons", boost::json::array{"length"}}}},
        }
    );
    out.headers.emplace_back("x-sb-error-code", "weak_password");
    return out;
}

answer full()
{
    return auth_error(429, "over_request_rate_limit", "Request rate limit reached");
}

boost::json::object data_of(const boost::json::object& body)
{
    const auto* data = body.if_contains("data");
    return data != nullptr && data->is_object() ? data->get_object() : boost::json::object{};
}

} // namespace

answer auth_service::sign_up(const call& what)
{
    const auto body = body_object(what.asked);
    const auto email = text_member(body, "email");
    if (is_on("DISABLE_SIGNUP"))
        return auth_error(422, "signup_disabled", "Signups not allowed for this instance");
    if (email.empty() && text_member(body, "phone").empty())
        return sign_up_anonymously();
    if (email.empty())
        return auth_error(400, "phone_provider_disabled", "Phone signups are disabled");
    const auto password = text_member(body, "password");
    if (password.empty())
        return auth_error(400, "validation_failed", "Signup requires a valid password");
    if (password.size() < shortest_password)
        return weak_password();
    if (!is_on("ENABLE_EMAIL_SIGNUP", "true"))
        return auth_error(400, "email_provider_disabled", "Email signups are disabled");
    if (!is_address(email))
        return auth_error(400, "validation_failed", "Unable to validate email address: invalid format");
    if (const auto* known = book_.find_by_email(email))
        return sign_up_again(*known);
    const bool confirmed = is_on("ENABLE_EMAIL_AUTOCONFIRM");
    if (!confirmed && !can_send_mail())
        return auth_error(500, "unexpected_failure", "Error sending confirmation email");
    auto* made = book_.add_user(time_.wall());
    if (made == nullptr)
        return full();
    made->email = email;
    made->set_password(password);
    made->user_metadata = data_of(body);
    made->app_metadata = {{"provider", "email"}, {"providers", boost::json::array{"email"}}};
    if (confirmed) {
        made->confirmed_at = time_.wall();
        return signed_in(*made);
    }
    made->confirmation_sent_at = time_.wall();
    return json_answer(200, made->shown());
}

answer auth_service::sign_up_anonymously()
{
    if (!is_on("ENABLE_ANONYMOUS_USERS"))
        return auth_error(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled");
    auto* made = book_.add_user(time_.wall());
    return made == nullptr ? full() : signed_in(*made);
}

answer auth_service::sign_up_again(const user& known) const
{
    if (is_on("ENABLE_EMAIL_AUTOCONFIRM"))
        return auth_error(422, "user_already_exists", "User already registered");
    // Nobody shall learn by this who has an account: a user that looks like a new one, without identities.
    auto looks_new = known.shown();
    looks_new["identities"] = boost::json::array{};
    return json_answer(200, looks_new);
}

answer auth_service::sign_in(const call& what)
{
    const auto kind = parameter(what.asked.query, "grant_type").value_or(std::string{});
    if (kind == "password")
        return sign_in_with_password(body_object(what.asked));
    if (kind == "refresh_token")
        return renew(body_object(what.asked));
    return json_answer(
        400, boost::json::object{{"error", "unsupported_grant_type"}, {"error_description", "Unsupported grant type"}}
    );
}

answer auth_service::sign_in_with_password(const boost::json::object& body)
{
    auto* known = book_.find_by_email(text_member(body, "email"));
    if (known == nullptr)
        known = book_.find_by_phone(text_member(body, "phone"));
    if (known == nullptr || !known->has_password(text_member(body, "password")))
        return auth_error(400, "invalid_credentials", "Invalid login credentials");
    if (!known->confirmed_at)
        return auth_error(400, "email_not_confirmed", "Email not confirmed");
    return signed_in(*known);
}

answer auth_service::renew(const boost::json::object& body)
{
    const auto token = text_member(body, "refresh_token");
    auto* known = book_.find_by_refresh_token(token);
    if (token.empty() || known == nullptr)
        return auth_error(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
    if (known->refresh_token != token)
        return auth_error(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used");
    const auto* who = book_.find_user(known->user_id);
    known->renew();
    return session_of(*who, *known);
}

answer auth_service::signed_in(user& who)
{
    who.last_sign_in_at = time_.wall();
    return session_of(who, book_.open_session(who));
}

std::string auth_service::access_token(const user& who, const session& in) const
{
    const auto now = seconds_of(time_.wall());
    return keys_.sign({
        {"iss", variable(values_, "API_EXTERNAL_URL", "http://localhost:8000/auth/v1")},
        {"sub", who.id},
        {"aud", "authenticated"},
        {"exp", now + lifetime_of(values_)},
        {"iat", now},
        {"email", who.email},
        {"phone", who.phone},
        {"app_metadata", who.app_metadata},
        {"user_metadata", who.user_metadata},
        {"role", "authenticated"},
        {"aal", "aal1"},
        {"amr", boost::json::array{boost::json::object{{"method", "password"}, {"timestamp", now}}}},
        {"session_id", in.id},
        {"is_anonymous", who.is_anonymous()},
    });
}

answer auth_service::session_of(const user& who, const session& in) const
{
    const auto lifetime = lifetime_of(values_);
    return json_answer(
        200,
        boost::json::object{
            {"access_token", access_token(who, in)},
            {"token_type", "bearer"},
            {"expires_in", lifetime},
            {"expires_at", seconds_of(time_.wall()) + lifetime},
            {"refresh_token", in.refresh_token},
            {"user", who.shown()},
        }
    );
}

} // namespace basekeeper::simulated_stack
