// The administration of users, for tokens of service_role alone.
#include "features/simulated_stack/auth.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>

namespace basekeeper::simulated_stack {
namespace {

constexpr std::string_view users_path = "/admin/users";
constexpr std::size_t uuid_length = 36;

std::size_t number_or(const std::optional<std::string>& text, std::size_t otherwise)
{
    std::size_t out = otherwise;
    if (text)
        std::from_chars(text->data(), text->data() + text->size(), out);
    return out == 0 ? otherwise : out;
}

void take_metadata(boost::json::object& into, const boost::json::object& body, std::string_view name)
{
    if (const auto* given = body.if_contains(name); given != nullptr && given->is_object())
        for (const auto& [key, value] : given->get_object())
            into[key] = value;
}

} // namespace

answer auth_service::administer(const call& what)
{
    const auto token = keys_.read(what.token(), time_.wall());
    if (auto refused = refusal(token))
        return *std::move(refused);
    if (token.role() != "service_role" && token.role() != "supabase_admin")
        return auth_error(403, "not_admin", "User not allowed");
    if (!what.path.starts_with(users_path))
        return text_answer(404, "404 page not found\n");
    const auto id = what.path.substr(std::min(what.path.size(), users_path.size() + 1));
    const auto& method = what.asked.method;
    if (id.empty() && method == "GET")
        return list_users(what);
    if (id.empty() && method == "POST")
        return create_user(what);
    if (id.size() != uuid_length)
        return auth_error(404, "validation_failed", "user_id must be an UUID");
    auto* whom = book_.find_user(id);
    if (whom == nullptr)
        return auth_error(404, "user_not_found", "User not found");
    if (method == "PUT")
        return change_user(*whom, what);
    if (method == "DELETE") {
        book_.remove_user(id);
        return json_answer(200, boost::json::object{});
    }
    return json_answer(200, whom->shown());
}

answer auth_service::list_users(const call& what) const
{
    const auto page = number_or(parameter(what.asked.query, "page"), 1);
    const auto per_page = number_or(parameter(what.asked.query, "per_page"), 50);
    boost::json::array shown;
    std::size_t at = 0;
    for (const auto& one : book_.users()) {
        if (at / per_page + 1 == page)
            shown.emplace_back(one.shown());
        ++at;
    }
    auto out = json_answer(200, boost::json::object{{"users", std::move(shown)}, {"aud", "authenticated"}});
    out.headers.emplace_back("X-Total-Count", std::to_string(at));
    return out;
}

answer auth_service::create_user(const call& what)
{
    const auto body = body_object(what.asked);
    const auto email = text_member(body, "email");
    const auto phone = text_member(body, "phone");
    if (email.empty() && phone.empty())
        return auth_error(400, "validation_failed", "Cannot create a user without either an email or phone");
    if (book_.find_by_email(email) != nullptr)
        return auth_error(422, "email_exists", "A user with this email address has already been registered");
    if (book_.find_by_phone(phone) != nullptr)
        return auth_error(422, "phone_exists", "Phone number already registered by another user");
    auto* made = book_.add_user(time_.wall());
    if (made == nullptr)
        return auth_error(429, "over_request_rate_limit", "Request rate limit reached");
    made->email = email;
    made->phone = phone;
    const auto* provider = email.empty() ? "phone" : "email";
    made->app_metadata = {{"provider", provider}, {"providers", boost::json::array{provider}}};
    return change_user(*made, what);
}

answer auth_service::change_user(user& whom, const call& what)
{
    const auto body = body_object(what.asked);
    if (const auto email = text_member(body, "email"); !email.empty())
        whom.email = email;
    if (const auto password = text_member(body, "password"); !password.empty())
        whom.set_password(password);
    if (is_true(body, "email_confirm") || is_true(body, "phone_confirm"))
        whom.confirmed_at = time_.wall();
    take_metadata(whom.user_metadata, body, "user_metadata");
    take_metadata(whom.app_metadata, body, "app_metadata");
    whom.updated_at = time_.wall();
    return json_answer(200, whom.shown());
}

} // namespace basekeeper::simulated_stack
