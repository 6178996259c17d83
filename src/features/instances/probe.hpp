// Looks at an instance: does the connection work, which server is it, what may the login do there.
#pragma once

#include "instances/connections.hpp"
#include "json/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::instances {

/// What a login may do, as the server says.
struct login_powers
{
    std::string user;
    bool superuser = false;
    bool bypasses_rls = false;
    bool creates_roles = false;
    bool replicates = false;
    std::vector<std::string> member_of;

    static constexpr auto fields = std::tuple{
        json::required("user", &login_powers::user),
        json::required("superuser", &login_powers::superuser),
        json::required("bypasses_rls", &login_powers::bypasses_rls),
        json::required("creates_roles", &login_powers::creates_roles),
        json::required("replicates", &login_powers::replicates),
        json::required("member_of", &login_powers::member_of),
    };
};

/// What the database says of itself.
struct server_facts
{
    std::string version; ///< "15.20"
    std::string database;
    bool supabase = false; ///< the schemas auth and storage and the role authenticator are there
    bool standby = false;
    int connections = 0; ///< client backends now
    int max_connections = 0;
    std::int64_t size_bytes = 0;
    login_powers login;

    static constexpr auto fields = std::tuple{
        json::required("version", &server_facts::version),
        json::required("database", &server_facts::database),
        json::required("supabase", &server_facts::supabase),
        json::required("standby", &server_facts::standby),
        json::required("connections", &server_facts::connections),
        json::required("max_connections", &server_facts::max_connections),
        json::required("size_bytes", &server_facts::size_bytes),
        json::required("login", &server_facts::login),
    };
};

/// One way of connecting, tried.
struct way_in
{
    std::string login;  ///< `owner` or `read_only`
    std::string way;    ///< `as given`, `direct`, `session pooler`, `transaction pooler`
    std::string target; ///< user@host:port/database, without password
    bool works = false;
    std::int64_t milliseconds = 0;
    std::optional<bool> encrypted;
    std::optional<std::string> pooling; ///< what a pooler in between was seen to do: `session` or `transaction`
    std::optional<std::string> problem;
    std::optional<std::string> server_says;
    std::optional<std::string> next;

    static constexpr auto fields = std::tuple{
        json::required("login", &way_in::login),
        json::required("way", &way_in::way),
        json::required("target", &way_in::target),
        json::required("works", &way_in::works),
        json::required("milliseconds", &way_in::milliseconds),
        json::optional("encrypted", &way_in::encrypted),
        json::optional("pooling", &way_in::pooling),
        json::optional("problem", &way_in::problem),
        json::optional("server_says", &way_in::server_says),
        json::optional("next", &way_in::next),
    };
};

/// Asks the server for its facts on a pooled connection.
io::task<result<server_facts>> look(connections& open, std::string name, io::deadline until);

/// Opens a fresh connection by each way to the database, all at once, and by the narrow login where one works, and says
/// what happened. Failing to connect is a finding, not a
/// failure of the call.
io::task<result<std::vector<way_in>>>
try_ways_in(directory& names, io::executor where, io::offload_pool& threads, std::string name, io::deadline until);

} // namespace basekeeper::instances
