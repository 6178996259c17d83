// One question per service of a running stack: a typed answer, or an error with the next step that never shows a key.
#pragma once

#include "clients/supabase/access.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::supabase {

/// No stack has this table: rest answers 404 by itself once the key and its signature are right.
inline constexpr std::string_view no_such_table = "/rest/v1/basekeeper_probe?limit=0";

struct auth_version
{
    std::string version; ///< of GoTrue
};

/// Whether auth answers through the gateway with this key, which the gateway compares and auth does not verify.
io::task<result<auth_version>> auth_health(const gateway& on, key by, io::deadline until);

struct auth_settings
{
    enum class sign_ups
    {
        open,
        closed,          ///< DISABLE_SIGNUP
        not_with_address ///< ENABLE_EMAIL_SIGNUP is off
    };

    enum class confirmation
    {
        automatic,
        by_mail
    };

    sign_ups sign_up = sign_ups::open;
    confirmation confirmed = confirmation::by_mail;
};

io::task<result<auth_settings>> read_auth_settings(const gateway& on, key by, io::deadline until);

/// Whether the service key opens the administration: gateway, signature and role are right.
io::task<result<>> auth_administration(const gateway& on, io::deadline until);

struct rest_schema
{
    std::size_t tables = 0; ///< and views, that the API shows
};

/// The root of the REST API with the service key: gateway, signature, database and schema cache are right.
io::task<result<rest_schema>> rest(const gateway& on, io::deadline until);

/// Whether the signature of the anon key is right for the REST API.
io::task<result<>> rest_as_anon(const gateway& on, io::deadline until);

struct storage_buckets
{
    std::size_t count = 0;
};

io::task<result<storage_buckets>> storage(const gateway& on, io::deadline until);

struct realtime_state
{
    enum class seen
    {
        tenant_health, ///< with its connection to the database
        handshake      ///< tenant and key are right; the gateway keeps the path of the health closed
    };

    seen by = seen::tenant_health;
};

/// not_found: realtime has no tenant of the name it is called by.
io::task<result<realtime_state>> realtime(const gateway& on, std::string tenant, io::deadline until);

struct functions_state
{
    enum class found
    {
        function_answered,
        runtime_only ///< it answers, and has no such function
    };

    found what = found::function_answered;
};

io::task<result<functions_state>> functions(const gateway& on, std::string function, io::deadline until);

/// `select 1` through postgres-meta, which only the service key opens.
io::task<result<>> database_through_gateway(const gateway& on, io::deadline until);

struct studio_state
{
    enum class door
    {
        opened, ///< by the user and password that were given
        locked, ///< asks for a password; none was given
        open    ///< lets everybody in
    };

    door is = door::locked;
};

/// `login`: `user:password`.
io::task<result<studio_state>> studio(const gateway& on, std::optional<crypto::secret<>> login, io::deadline until);

} // namespace basekeeper::supabase
