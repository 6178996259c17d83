// A user of our own that is made, signed in and deleted again: the proof that people can sign up.
#pragma once

#include "clients/supabase/access.hpp"

#include <boost/describe/enum.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace basekeeper::supabase {

/// How the user came to be.
enum class made_by
{
    sign_up,           ///< as anybody would; the session was looked at too
    sign_up_with_mail, ///< a mail for confirmation is on its way
    administration     ///< by the service key, because nobody can sign up: see `obstacle`
};
BOOST_DESCRIBE_ENUM(made_by, sign_up, sign_up_with_mail, administration)

/// Why nobody can sign up with an address and a password.
enum class obstacle
{
    none,
    switched_off,    ///< DISABLE_SIGNUP, ENABLE_EMAIL_SIGNUP: as it is meant
    mail_not_sent,   ///< the mail for confirmation cannot be sent
    address_refused, ///< auth takes no address of example.com
    limited          ///< too many requests just now
};
BOOST_DESCRIBE_ENUM(obstacle, none, switched_off, mail_not_sent, address_refused, limited)

struct probe_user_report
{
    made_by how = made_by::sign_up;
    supabase::obstacle obstacle = supabase::obstacle::none;
    std::string email;                  ///< `basekeeper-probe-RANDOM@example.com`
    std::optional<error> session{};     ///< why its session was of no use; nothing when it was
    std::optional<error> left_behind{}; ///< why it could not be deleted; nothing when it is gone
};

/// Makes the user, looks at its session, deletes it; makes none when the service key could not delete it. Deleting is
/// tried whatever went wrong, also after `until`, for at most `to_delete`; a user that may have been made although no
/// answer came is looked for by its address. Fails when no user could be made; the hint then says the next step, and
/// that the user may be there when that could not be told.
io::task<result<probe_user_report>>
sign_up_and_delete(const gateway& on, std::chrono::milliseconds to_delete, io::deadline until);

} // namespace basekeeper::supabase
