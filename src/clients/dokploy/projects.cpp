// project.* and environment.* of the API.
#include "clients/dokploy/projects.hpp"

#include <fmt/format.h>

namespace basekeeper::dokploy {
namespace {

/// What project.create answers.
struct project_made
{
    project made{};

    static constexpr auto fields = std::tuple{json::required("project", &project_made::made)};
};

struct project_update
{
    std::string id;
    std::optional<std::string> name{};
    std::optional<std::string> description{};
    std::optional<crypto::secret<>> env{};

    static constexpr auto fields = std::tuple{
        json::required("projectId", &project_update::id),
        json::optional("name", &project_update::name),
        json::optional("description", &project_update::description),
        json::optional("env", &project_update::env),
    };
};

struct environment_update
{
    std::string id;
    std::optional<std::string> name{};
    std::optional<std::string> description{};
    std::optional<crypto::secret<>> env{};

    static constexpr auto fields = std::tuple{
        json::required("environmentId", &environment_update::id),
        json::optional("name", &environment_update::name),
        json::optional("description", &environment_update::description),
        json::optional("env", &environment_update::env),
    };
};

io::task<result<std::vector<std::string>>> projects_named(caller& on, std::string name, io::deadline until)
{
    std::vector<std::string> out;
    for (auto& one : CO_TRY(co_await list_projects(on, until)))
        if (one.name == name)
            out.push_back(std::move(one.id));
    co_return out;
}

io::task<result<std::vector<std::string>>>
environments_named(caller& on, std::string project_id, std::string name, io::deadline until)
{
    std::vector<std::string> out;
    for (auto& one : CO_TRY(co_await list_environments(on, std::move(project_id), until)))
        if (one.name == name)
            out.push_back(std::move(one.id));
    co_return out;
}

} // namespace

io::task<result<std::vector<project>>> list_projects(caller& on, io::deadline until)
{
    co_return co_await fetch_rows<project>(on, query("project.all"), until);
}

io::task<result<project>> read_project(caller& on, std::string id, io::deadline until)
{
    co_return co_await fetch_row<project>(on, query("project.one", {{"projectId", id}}), until);
}

io::task<result<created<project>>> create_project(caller& on, new_project what, io::deadline until)
{
    const auto name = what.name;
    creation how{
        .what = mutation("project.create", what),
        .look = [&on, name, until] { return projects_named(on, name, until); },
        .named = fmt::format("a project named \"{}\"", name)
    };
    const auto made = CO_TRY(co_await create_once(on, std::move(how), until));
    if (!made.found_id.empty())
        co_return created<project>{
            CO_TRY(co_await read_project(on, made.found_id, until)), came_through::found_after_lost_answer
        };
    auto row = CO_TRY(read_row<project_made>(made.answer, "project.create")).made;
    const auto* first = made.answer.get_object().if_contains("environment");
    if (first != nullptr && first->is_object() && row.environments.empty())
        row.environments.push_back(CO_TRY(read_row<environment>(*first, "project.create")));
    co_return created<project>{std::move(row), came_through::answered};
}

io::task<result<>> update_project(caller& on, std::string id, name_change to, io::deadline until)
{
    const project_update body{
        .id = std::move(id),
        .name = std::move(to.name),
        .description = std::move(to.description),
        .env = std::move(to.env)
    };
    co_return co_await carry_out(on, mutation("project.update", body), until);
}

io::task<result<>> remove_project(caller& on, std::string id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("project.remove", "projectId", id), until);
}

io::task<result<environment>> read_environment(caller& on, std::string id, io::deadline until)
{
    co_return co_await fetch_row<environment>(on, query("environment.one", {{"environmentId", id}}), until);
}

io::task<result<std::vector<environment>>> list_environments(caller& on, std::string project_id, io::deadline until)
{
    auto what = query("environment.byProjectId", {{"projectId", project_id}});
    co_return co_await fetch_rows<environment>(on, std::move(what), until);
}

io::task<result<std::vector<std::string>>>
services_named(caller& on, std::string environment_id, std::string name, io::deadline until)
{
    std::vector<std::string> out;
    for (auto& one : CO_TRY(co_await read_environment(on, std::move(environment_id), until)).compose)
        if (one.name == name)
            out.push_back(std::move(one.id));
    co_return out;
}

io::task<result<created<environment>>> create_environment(caller& on, new_environment what, io::deadline until)
{
    creation how{
        .what = mutation("environment.create", what),
        .look = [&on, what, until] { return environments_named(on, what.project_id, what.name, until); },
        .named = fmt::format("an environment named \"{}\" in the project", what.name)
    };
    auto made = CO_TRY(co_await create_once(on, std::move(how), until));
    co_return co_await finish_creation<environment>(
        std::move(made),
        "environment.create",
        [&on, until](std::string id) { return read_environment(on, std::move(id), until); }
    );
}

io::task<result<>> update_environment(caller& on, std::string id, name_change to, io::deadline until)
{
    const environment_update body{
        .id = std::move(id),
        .name = std::move(to.name),
        .description = std::move(to.description),
        .env = std::move(to.env)
    };
    co_return co_await carry_out(on, mutation("environment.update", body), until);
}

io::task<result<>> remove_environment(caller& on, std::string id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("environment.remove", "environmentId", id), until);
}

} // namespace basekeeper::dokploy
