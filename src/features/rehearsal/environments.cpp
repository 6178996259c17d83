// environment.*: every project has one named production, which stays.
#include "features/rehearsal/listing.hpp"
#include "features/rehearsal/world.hpp"

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

outcome one(incoming& what)
{
    auto* found = what.on.environments.find(what.text("environmentId"));
    if (found == nullptr)
        return not_found("Environment not found");
    auto out = environment_view(what.on, *found, detail::whole);
    for (auto& service : out.at("compose").get_array())
        service.get_object().erase("appName");
    const auto* project = what.on.projects.find(text_of(*found, "projectId"));
    out["project"] = project == nullptr ? boost::json::value(nullptr) : boost::json::value(*project);
    return out;
}

outcome by_project(incoming& what)
{
    if (what.on.projects.find(what.text("projectId")) == nullptr)
        return not_found("Project not found");
    array out;
    for (const auto* found : what.on.environments.where("projectId", what.text("projectId")))
        out.emplace_back(environment_view(what.on, *found, detail::whole));
    return out;
}

outcome create(incoming& what)
{
    if (what.text("name") == "production")
        return bad_request("You cannot create a environment with the name 'production'");
    if (what.on.projects.find(what.text("projectId")) == nullptr)
        return bad_request("Error creating the environment: Project not found");
    return what.on.environments.insert(
        {{"name", what.text("name")},
         {"description", what.text("description")},
         {"createdAt", time_text(what.on.now)},
         {"env", ""},
         {"projectId", what.text("projectId")},
         {"isDefault", false}},
        what.on.chance
    );
}

outcome update(incoming& what)
{
    auto* found = what.on.environments.find(what.text("environmentId"));
    if (found == nullptr)
        return bad_request("Error updating the environment: Environment not found");
    if (truth_of(*found, "isDefault") && what.has("name") && what.text("name") != text_of(*found, "name"))
        return bad_request("You cannot rename the default environment");
    overwrite(*found, what.input);
    return *found;
}

outcome remove(incoming& what)
{
    const auto id = what.text("environmentId");
    const auto* found = what.on.environments.find(id);
    if (found == nullptr)
        return not_found("Environment not found");
    if (truth_of(*found, "isDefault"))
        return bad_request("You cannot delete the default environment");
    if (!what.on.composes.where("environmentId", id).empty())
        return bad_request("Cannot delete environment: it has active services. Please delete all services first.");
    return *what.on.environments.take(id);
}

} // namespace

std::vector<procedure> environment_procedures()
{
    return {
        {"environment.one", query, "environmentId!:text(1)", one},
        {"environment.byProjectId", query, "projectId!", by_project},
        {"environment.create", mutation, "name!:text(1) projectId!:text(1) description", create},
        {"environment.update", mutation, "environmentId!:text(1) name:text(1) description projectId env", update},
        {"environment.remove", mutation, "environmentId!:text(1)", remove},
    };
}

} // namespace basekeeper::rehearsal
