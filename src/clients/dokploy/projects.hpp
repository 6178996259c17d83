// Projects and their environments.
#pragma once

#include "clients/dokploy/call.hpp"
#include "clients/dokploy/create_once.hpp"
#include "clients/dokploy/status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::dokploy {

/// A compose service as it is listed; which members are filled depends on the list.
struct listed_compose
{
    std::string id;
    std::string name;
    std::string app_name; ///< empty in project.all and environment.one
    std::string description;
    service_status status = service_status::unknown;
    std::string environment_id;
    std::string created_at;

    static constexpr auto fields = std::tuple{
        json::required("composeId", &listed_compose::id),
        json::optional("name", &listed_compose::name),
        json::optional("appName", &listed_compose::app_name),
        json::optional("description", &listed_compose::description),
        json::optional("composeStatus", &listed_compose::status),
        json::optional("environmentId", &listed_compose::environment_id),
        json::optional("createdAt", &listed_compose::created_at),
    };
};

struct environment
{
    std::string id;
    std::string name;
    std::string description;
    bool is_default = false;
    std::string project_id;
    crypto::secret<> env; ///< variables that services may refer to as `${{environment.NAME}}`
    std::vector<listed_compose> compose{};

    // Of these only how many there are matters: a project with one of them is not empty.
    std::vector<boost::json::value> applications{};
    std::vector<boost::json::value> mariadb{};
    std::vector<boost::json::value> mongo{};
    std::vector<boost::json::value> mysql{};
    std::vector<boost::json::value> postgres{};
    std::vector<boost::json::value> redis{};
    std::vector<boost::json::value> libsql{};

    /// True when it holds no service of any kind.
    bool is_empty() const
    {
        return compose.empty() && applications.empty() && mariadb.empty() && mongo.empty() && mysql.empty() &&
               postgres.empty() && redis.empty() && libsql.empty();
    }

    static constexpr auto fields = std::tuple{
        json::required("environmentId", &environment::id),
        json::optional("name", &environment::name),
        json::optional("description", &environment::description),
        json::optional("isDefault", &environment::is_default),
        json::optional("projectId", &environment::project_id),
        json::optional("env", &environment::env),
        json::optional("compose", &environment::compose),
        json::optional("applications", &environment::applications),
        json::optional("mariadb", &environment::mariadb),
        json::optional("mongo", &environment::mongo),
        json::optional("mysql", &environment::mysql),
        json::optional("postgres", &environment::postgres),
        json::optional("redis", &environment::redis),
        json::optional("libsql", &environment::libsql),
    };
};

struct project
{
    std::string id;
    std::string name;
    std::string description;
    std::string created_at;
    std::string organization_id;
    crypto::secret<> env;
    std::vector<environment> environments{};

    static constexpr auto fields = std::tuple{
        json::required("projectId", &project::id),
        json::optional("name", &project::name),
        json::optional("description", &project::description),
        json::optional("createdAt", &project::created_at),
        json::optional("organizationId", &project::organization_id),
        json::optional("env", &project::env),
        json::optional("environments", &project::environments),
    };
};

/// All that the key may see, the newest first, with environments and services.
io::task<result<std::vector<project>>> list_projects(caller& on, io::deadline until);
io::task<result<project>> read_project(caller& on, std::string id, io::deadline until);

struct new_project
{
    std::string name;
    std::optional<std::string> description{};
    std::optional<crypto::secret<>> env{}; ///< a dotenv text for all services of the project

    static constexpr auto fields = std::tuple{
        json::required("name", &new_project::name),
        json::optional("description", &new_project::description),
        json::optional("env", &new_project::env),
    };
};

/// With its environment `production`. Fails with conflict when a project of that name is there: Dokploy would make a
/// second one.
io::task<result<created<project>>> create_project(caller& on, new_project what, io::deadline until);

/// What of a project or an environment is to be replaced.
struct name_change
{
    std::optional<std::string> name{};
    std::optional<std::string> description{};
    std::optional<crypto::secret<>> env{};
};

io::task<result<>> update_project(caller& on, std::string id, name_change to, io::deadline until);

/// Removes the rows alone: containers and files of its services stay. Delete every service first.
io::task<result<>> remove_project(caller& on, std::string id, io::deadline until);

io::task<result<environment>> read_environment(caller& on, std::string id, io::deadline until);
io::task<result<std::vector<environment>>> list_environments(caller& on, std::string project_id, io::deadline until);

/// The ids of the services of that name in an environment. Not by compose.search, which may miss those of others.
io::task<result<std::vector<std::string>>>
services_named(caller& on, std::string environment_id, std::string name, io::deadline until);

struct new_environment
{
    std::string name; ///< not `production`, which every project has
    std::string project_id;
    std::optional<std::string> description{};

    static constexpr auto fields = std::tuple{
        json::required("name", &new_environment::name),
        json::required("projectId", &new_environment::project_id),
        json::optional("description", &new_environment::description),
    };
};

/// Fails with conflict when the project has one of that name.
io::task<result<created<environment>>> create_environment(caller& on, new_environment what, io::deadline until);

/// The default one keeps its name.
io::task<result<>> update_environment(caller& on, std::string id, name_change to, io::deadline until);

/// Refused for the default one and for one that holds services.
io::task<result<>> remove_environment(caller& on, std::string id, io::deadline until);

} // namespace basekeeper::dokploy
