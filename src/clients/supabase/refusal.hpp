// Why the gateway or a service behind it refused: the words of six programs, brought down to what can be done; pure.
#pragma once

#include "base/error.hpp"
#include "clients/supabase/access.hpp"
#include "http/client.hpp"

#include <boost/describe/enum.hpp>

#include <string_view>

namespace basekeeper::supabase {

enum class refusal
{
    none,            ///< an answer of 2xx
    no_key,          ///< the gateway saw none
    unknown_key,     ///< the gateway knows another one: its configuration and the variables differ
    wrong_kind,      ///< the gateway lets only the service key through
    wrong_signature, ///< the service verifies with another JWT_SECRET than the key was made with
    no_token,        ///< the service got something that is no JWT, such as an opaque key that was not translated
    expired,
    not_admin,      ///< a good key without the role service_role
    service_away,   ///< the gateway does not find the container
    service_silent, ///< the container is there and does not answer
    database_away,  ///< the service answers and does not reach the database
    too_many,       ///< a limit of requests
    not_there,      ///< no such path
    elsewhere,      ///< not the gateway: a page, a redirect, the router before it
    other
};
BOOST_DESCRIBE_ENUM(
    refusal,
    none,
    no_key,
    unknown_key,
    wrong_kind,
    wrong_signature,
    no_token,
    expired,
    not_admin,
    service_away,
    service_silent,
    database_away,
    too_many,
    not_there,
    elsewhere,
    other
)

refusal refusal_of(const http::client_response& came);

/// Which service was asked with which key.
struct asked
{
    std::string_view service; ///< as the compose file names it: `auth`, `rest`
    key by = key::none;
};

/// What it means and the next step; names variables, never their values. Nothing that the other side said is repeated.
error explain(refusal why, const asked& what, int status);

/// The same for an answer that is no success.
error explain(const http::client_response& came, const asked& what);

} // namespace basekeeper::supabase
