// The simulated auth (GoTrue): sign-up, sign-in, users and their administration.
#pragma once

#include "base/clock.hpp"
#include "env_text/document.hpp"
#include "features/simulated_stack/auth_book.hpp"
#include "features/simulated_stack/service.hpp"
#include "features/simulated_stack/tokens.hpp"

#include <chrono>
#include <string>

namespace basekeeper::simulated_stack {

/// GoTrue's own shape: `{"code":422,"error_code":"weak_password","msg":"…"}`.
answer auth_error(int status, std::string_view code, std::string_view text);

class auth_service
{
public:
    /// The clock must outlive it.
    explicit auth_service(const clock& time) : time_(time) {}

    void start(const env_text::values& in_effect);

    void wipe() { book_.clear(); }

    answer respond(const call& what);

private:
    // auth.cpp
    answer health() const;
    answer settings() const;
    answer own_user(const call& what);
    answer change_own_user(const call& what);
    answer sign_out(const call& what);

    // auth_sign_in.cpp
    answer sign_up(const call& what);
    answer sign_up_anonymously();
    answer sign_up_again(const user& known) const;
    answer sign_in(const call& what);
    answer sign_in_with_password(const boost::json::object& body);
    answer renew(const boost::json::object& body);
    answer signed_in(user& who);
    answer session_of(const user& who, const session& in) const;
    std::string access_token(const user& who, const session& in) const;

    // auth_admin.cpp
    answer administer(const call& what);
    answer list_users(const call& what) const;
    answer create_user(const call& what);
    answer change_user(user& whom, const call& what);

    /// What a token is refused for; nothing for a good one.
    std::optional<answer> refusal(const reading& token) const;
    bool is_on(std::string_view name, std::string_view otherwise = "false") const;
    bool can_send_mail() const;

    const clock& time_;
    env_text::values values_;
    token_keys keys_;
    auth_book book_;
};

} // namespace basekeeper::simulated_stack
