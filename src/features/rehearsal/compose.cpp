// compose.create, .one, .update, .saveEnvironment, .delete, .move, .refreshToken and .search.
#include "features/rehearsal/compose_rows.hpp"
#include "features/rehearsal/listing.hpp"
#include "features/rehearsal/world.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

constexpr dokploy::version sources_on_creation{0, 30, 0};

array rows_of(table& in, std::string_view compose_id)
{
    array out;
    for (const auto* one : in.where("composeId", compose_id))
        out.emplace_back(*one);
    return out;
}

array backups_of(world& in, std::string_view compose_id)
{
    array out;
    for (const auto* one : in.backups.where("composeId", compose_id)) {
        auto shown = *one;
        if (const auto* to = in.destinations.find(text_of(*one, "destinationId"))) {
            auto destination = *to;
            destination.erase("accessKey");
            destination.erase("secretAccessKey");
            shown["destination"] = std::move(destination);
        }
        shown["deployments"] = array{};
        out.emplace_back(std::move(shown));
    }
    return out;
}

outcome create(incoming& what)
{
    if (what.on.environments.find(what.text("environmentId")) == nullptr)
        return not_found("Environment not found");
    row columns{
        {"name", what.text("name")},
        {"description", value_or_null(what.input, "description")},
        {"environmentId", what.text("environmentId")},
        {"composeFile", what.text("composeFile")},
    };
    if (what.has("composeType"))
        columns["composeType"] = what.text("composeType");
    if (what.has("sourceType") && what.on.how.version >= sources_on_creation)
        columns["sourceType"] = what.text("sourceType");
    return new_compose_row(what.on, std::move(columns), what.text("appName"));
}

outcome one(incoming& what)
{
    const auto* found = what.on.composes.find(what.text("composeId"));
    if (found == nullptr)
        return not_found("Compose not found");
    auto& in = what.on;
    const auto id = what.text("composeId");
    auto out = *found;
    row environment;
    if (const auto* place = in.environments.find(text_of(*found, "environmentId"))) {
        environment = *place;
        if (const auto* project = in.projects.find(text_of(*place, "projectId")))
            environment["project"] = *project;
    }
    out["environment"] = std::move(environment);
    out["deployments"] = rows_of(in.deployments, id);
    out["mounts"] = rows_of(in.mounts, id);
    out["domains"] = rows_of(in.domains, id);
    out["backups"] = backups_of(in, id);
    for (const auto* none : {"server", "github", "gitlab", "bitbucket", "gitea"})
        out[none] = nullptr;
    out["hasGitProviderAccess"] = true;
    out["unauthorizedProvider"] = nullptr;
    return out;
}

/// An id that is not there changes nothing and is no error.
outcome update(incoming& what)
{
    auto* found = what.on.composes.find(what.text("composeId"));
    if (found == nullptr)
        return nothing();
    auto columns = what.input;
    columns.erase("appName");
    overwrite(*found, columns);
    return *found;
}

outcome save_environment(incoming& what)
{
    auto* found = what.on.composes.find(what.text("composeId"));
    if (found == nullptr)
        return not_found("Compose not found");
    (*found)["env"] = what.input.at("env");
    if (what.has("createEnvFile"))
        (*found)["createEnvFile"] = what.input.at("createEnvFile");
    return true;
}

/// With its containers, its files and, whatever was asked for, the database under `../files`.
outcome remove(incoming& what)
{
    auto& in = what.on;
    const auto id = what.text("composeId");
    auto gone = in.composes.take(id);
    if (!gone)
        return not_found("Compose not found");
    forget_service_parts(in, id);
    in.docker.stacks().erase(text_of(*gone, "appName"));
    return *std::move(gone);
}

outcome move(incoming& what)
{
    auto* found = what.on.composes.find(what.text("composeId"));
    if (found == nullptr)
        return not_found("Compose not found");
    if (what.on.environments.find(what.text("targetEnvironmentId")) == nullptr)
        return not_found("Environment not found");
    (*found)["environmentId"] = what.text("targetEnvironmentId");
    return *found;
}

outcome refresh_token(incoming& what)
{
    auto* found = what.on.composes.find(what.text("composeId"));
    if (found == nullptr)
        return not_found("Compose not found");
    (*found)["refreshToken"] = what.on.chance.id();
    return true;
}

outcome search(incoming& what)
{
    array items;
    for (const auto* found : what.on.composes.all()) {
        const auto* environment = what.on.environments.find(text_of(*found, "environmentId"));
        const auto project = environment == nullptr ? std::string{} : text_of(*environment, "projectId");
        if ((what.has("projectId") && project != what.text("projectId")) ||
            (what.has("environmentId") && text_of(*found, "environmentId") != what.text("environmentId")) ||
            !(matches(*found, "name", what.text("q")) || matches(*found, "appName", what.text("q"))) ||
            !matches(*found, "name", what.text("name")) || !matches(*found, "appName", what.text("appName")))
            continue;
        row shown;
        for (const auto* column :
             {"composeId", "name", "appName", "description", "environmentId", "composeStatus", "sourceType", "createdAt"
             })
            shown[column] = found->at(column);
        items.emplace_back(std::move(shown));
    }
    return page(std::move(items), what.input);
}

} // namespace

row& new_compose_row(world& in, row columns, std::string app_name)
{
    if (app_name.empty())
        app_name = "compose-" + in.chance.word() + "-" + in.chance.word() + "-" + in.chance.word();
    row all{
        {"name", ""},
        {"appName", app_name + "-" + in.chance.suffix()},
        {"description", nullptr},
        {"env", nullptr},
        {"composeFile", ""},
        {"refreshToken", in.chance.id()},
        {"sourceType", "github"},
        {"composeType", "docker-compose"},
    };
    for (const auto* none :
         {"repository",
          "owner",
          "branch",
          "githubId",
          "gitlabId",
          "bitbucketId",
          "giteaId",
          "customGitUrl",
          "customGitBranch",
          "customGitSSHKeyId",
          "icon",
          "watchPaths",
          "serverId"})
        all[none] = nullptr;
    for (const auto& [name, value] : row{
             {"autoDeploy", true},
             {"command", ""},
             {"createEnvFile", true},
             {"enableSubmodules", false},
             {"composePath", "./docker-compose.yml"},
             {"suffix", ""},
             {"randomize", false},
             {"isolatedDeployment", false},
             {"isolatedDeploymentsVolume", false},
             {"triggerType", "push"},
             {"composeStatus", "idle"},
             {"environmentId", nullptr},
             {"createdAt", time_text(in.now)},
             {"serviceNetworks", array{}},
         })
        all[name] = value;
    overwrite(all, columns);
    return in.composes.insert(std::move(all), in.chance);
}

std::vector<procedure> compose_procedures()
{
    return {
        {"compose.create",
         mutation,
         "name!:text(1) environmentId! description:text? composeType:{docker-compose,stack} appName:word(1,63) "
         "serverId:text? composeFile sourceType:{git,github,gitlab,bitbucket,gitea,raw}",
         create},
        {"compose.one", query, "composeId!:text(1)", one},
        {"compose.update",
         mutation,
         "composeId! name:text(1) appName:word(1,63) description:text? env:text? composeFile refreshToken:text? "
         "sourceType:{git,github,gitlab,bitbucket,gitea,raw} composeType:{docker-compose,stack} repository:text? "
         "owner:text? branch:text? autoDeploy:truth? customGitUrl:text? customGitBranch:text? customGitSSHKeyId:text? "
         "command createEnvFile:truth enableSubmodules:truth composePath:text(1) suffix randomize:truth "
         "isolatedDeployment:truth isolatedDeploymentsVolume:truth triggerType:{push,tag}? "
         "composeStatus:{idle,running,done,error} icon:text? environmentId createdAt watchPaths:anything "
         "serviceNetworks:anything",
         update},
        {"compose.saveEnvironment",
         mutation,
         "composeId! env!:text? createEnvFile:truth",
         save_environment,
         audience::managers,
         {0, 29, 0}},
        {"compose.delete", mutation, "composeId!:text(1) deleteVolumes!:truth", remove},
        {"compose.move", mutation, "composeId! targetEnvironmentId!", move},
        {"compose.refreshToken", mutation, "composeId!:text(1)", refresh_token},
        {"compose.search",
         query,
         "q name appName description projectId environmentId limit:number(1,100) offset:number(0)",
         search,
         audience::managers,
         {0, 28, 3}},
    };
}

} // namespace basekeeper::rehearsal
