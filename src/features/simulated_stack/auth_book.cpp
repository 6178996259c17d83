// Searches are linear: there are few.
#include "features/simulated_stack/auth_book.hpp"

#include "crypto/random.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace basekeeper::simulated_stack {
namespace {

boost::json::value shown_time_or_null(const std::optional<wall_time>& t)
{
    return t ? boost::json::value(shown_time(*t)) : boost::json::value(nullptr);
}

template <class List, class Test>
auto* first(List& all, Test test)
{
    const auto found = std::ranges::find_if(all, test);
    return found == all.end() ? nullptr : &*found;
}

crypto::sha256_digest salted(std::string_view id, std::string_view text)
{
    crypto::sha256_hasher over;
    return over.update(id).update(text).finish();
}

} // namespace

std::string shown_time(wall_time t)
{
    return to_rfc3339(t);
}

void user::set_password(std::string_view text)
{
    password = salted(id, text);
}

bool user::has_password(std::string_view text) const
{
    return password && *password == salted(id, text);
}

boost::json::object user::shown() const
{
    const auto provider = phone.empty() ? "email" : "phone";
    boost::json::object out{
        {"id", id},
        {"aud", "authenticated"},
        {"role", "authenticated"},
        {"email", email},
        {"phone", phone},
        {"app_metadata", app_metadata},
        {"user_metadata", user_metadata},
        {"identities", boost::json::array{}},
        {"created_at", shown_time(created_at)},
        {"updated_at", shown_time(updated_at)},
        {"is_anonymous", is_anonymous()},
    };
    if (confirmed_at) {
        out[phone.empty() ? "email_confirmed_at" : "phone_confirmed_at"] = shown_time(*confirmed_at);
        out["confirmed_at"] = shown_time(*confirmed_at);
    }
    if (confirmation_sent_at)
        out["confirmation_sent_at"] = shown_time(*confirmation_sent_at);
    if (last_sign_in_at)
        out["last_sign_in_at"] = shown_time(*last_sign_in_at);
    if (is_anonymous())
        return out;
    out["identities"] = boost::json::array{boost::json::object{
        {"identity_id", id},
        {"id", id},
        {"user_id", id},
        {"identity_data", boost::json::object{{"email", email}, {"phone", phone}, {"sub", id}}},
        {"provider", provider},
        {"last_sign_in_at", shown_time_or_null(last_sign_in_at)},
        {"created_at", shown_time(created_at)},
        {"updated_at", shown_time(updated_at)},
        {"email", email},
    }};
    return out;
}

void session::renew()
{
    earlier_token = std::exchange(refresh_token, crypto::random_token(9));
}

user* auth_book::add_user(wall_time now)
{
    if (users_.size() >= most_users)
        return nullptr;
    auto& made = users_.emplace_back();
    made.id = crypto::uuid_v4();
    made.created_at = now;
    made.updated_at = now;
    return &made;
}

void auth_book::remove_user(std::string_view id)
{
    close_sessions_of(id);
    users_.remove_if([&](const user& one) { return one.id == id; });
}

user* auth_book::find_user(std::string_view id)
{
    return first(users_, [&](const user& one) { return one.id == id; });
}

user* auth_book::find_by_email(std::string_view email)
{
    return email.empty() ? nullptr : first(users_, [&](const user& one) { return one.email == email; });
}

user* auth_book::find_by_phone(std::string_view phone)
{
    return phone.empty() ? nullptr : first(users_, [&](const user& one) { return one.phone == phone; });
}

session& auth_book::open_session(const user& of)
{
    if (sessions_.size() >= most_sessions)
        sessions_.pop_front();
    return sessions_.emplace_back(session{crypto::uuid_v4(), of.id, crypto::random_token(9)});
}

session* auth_book::find_session(std::string_view id)
{
    return first(sessions_, [&](const session& one) { return one.id == id; });
}

session* auth_book::find_by_refresh_token(std::string_view token)
{
    return first(sessions_, [&](const session& one) {
        return one.refresh_token == token || (!token.empty() && one.earlier_token == token);
    });
}

void auth_book::close_session(std::string_view id)
{
    sessions_.remove_if([&](const session& one) { return one.id == id; });
}

void auth_book::close_sessions_of(std::string_view user_id)
{
    sessions_.remove_if([&](const session& one) { return one.user_id == user_id; });
}

void auth_book::clear()
{
    users_.clear();
    sessions_.clear();
}

} // namespace basekeeper::simulated_stack
