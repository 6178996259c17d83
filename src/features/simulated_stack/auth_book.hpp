// Users and their sessions as the simulated auth keeps them.
#pragma once

#include "base/clock.hpp"
#include "crypto/digest.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::simulated_stack {

struct user
{
    std::string id;
    std::string email{};
    std::string phone{};
    std::optional<crypto::sha256_digest> password{}; ///< with the id as its salt
    boost::json::object user_metadata{};
    boost::json::object app_metadata{};
    std::optional<wall_time> confirmed_at{};
    std::optional<wall_time> confirmation_sent_at{};
    std::optional<wall_time> last_sign_in_at{};
    wall_time created_at{};
    wall_time updated_at{};

    /// As GoTrue shows it.
    boost::json::object shown() const;

    bool is_anonymous() const { return email.empty() && phone.empty(); }

    void set_password(std::string_view text);
    bool has_password(std::string_view text) const;
};

struct session
{
    std::string id;
    std::string user_id;
    std::string refresh_token;
    std::string earlier_token{}; ///< used up

    /// Its token is used up, the next one takes its place.
    void renew();
};

class auth_book
{
public:
    static constexpr std::size_t most_users = 1000;
    static constexpr std::size_t most_sessions = 2000;

    /// Null when it is full.
    user* add_user(wall_time now);
    void remove_user(std::string_view id);
    user* find_user(std::string_view id);
    user* find_by_email(std::string_view email);
    user* find_by_phone(std::string_view phone);

    const std::list<user>& users() const { return users_; }

    /// The oldest goes when there are too many.
    session& open_session(const user& of);
    session* find_session(std::string_view id);
    session* find_by_refresh_token(std::string_view token);
    void close_session(std::string_view id);
    void close_sessions_of(std::string_view user_id);

    void clear();

private:
    std::list<user> users_; // a list: pointers to the others stay good
    std::list<session> sessions_;
};

/// As PostgreSQL's timestamps come out of GoTrue.
std::string shown_time(wall_time t);

} // namespace basekeeper::simulated_stack
