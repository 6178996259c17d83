// Whose connection is this: the service of a Supabase behind an application name and a role.
#pragma once

#include <boost/describe/enum.hpp>

#include <string_view>

namespace basekeeper::inspection {

enum class service
{
    supavisor,
    realtime,
    auth,
    rest,
    storage,
    meta,
    studio,
    functions,
    analytics,
    jobs, ///< pg_cron and pg_net
    ours,
    other
};
BOOST_DESCRIBE_ENUM(
    service, supavisor, realtime, auth, rest, storage, meta, studio, functions, analytics, jobs, ours, other
)

/// What the server tells of a connection. Application names are the client's own words: they are believed for counting
/// only.
struct connection_words
{
    std::string_view application;
    std::string_view role;
    std::string_view database;
};

/// By the application name, else by the role, else by the database.
service service_of(const connection_words& of);

/// The environment variable or setting that bounds the service's connections; empty where none is known.
std::string_view pool_setting_of(service s);

} // namespace basekeeper::inspection
