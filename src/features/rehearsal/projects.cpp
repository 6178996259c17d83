// project.*: names may repeat, and removing one leaves its containers running.
#include "features/rehearsal/listing.hpp"
#include "features/rehearsal/world.hpp"

#include <algorithm>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

array environments_of(world& in, std::string_view project_id, detail how)
{
    array out;
    for (const auto* one : in.environments.where("projectId", project_id))
        out.emplace_back(environment_view(in, *one, how));
    return out;
}

row view(world& in, const row& project, detail how)
{
    auto out = project;
    out["environments"] = environments_of(in, text_of(project, "projectId"), how);
    out["projectTags"] = array{};
    return out;
}

outcome all(incoming& what)
{
    array out;
    if (what.by.role == member_role::member)
        return out; // nothing was given to them
    auto rows = what.on.projects.all();
    std::ranges::reverse(rows);
    for (const auto* one : rows)
        out.emplace_back(view(what.on, *one, detail::brief));
    return out;
}

outcome one(incoming& what)
{
    const auto* found = what.on.projects.find(what.text("projectId"));
    if (found == nullptr)
        return not_found("Project not found");
    return view(what.on, *found, detail::whole);
}

outcome create(incoming& what)
{
    auto& in = what.on;
    const auto& project = in.projects.insert(
        {{"name", what.text("name")},
         {"description", value_or_null(what.input, "description")},
         {"createdAt", time_text(in.now)},
         {"organizationId", in.organization_id},
         {"env", what.text("env")}},
        in.chance
    );
    const auto& environment = in.environments.insert(
        {{"name", "production"},
         {"description", "Production environment"},
         {"createdAt", time_text(in.now)},
         {"env", ""},
         {"projectId", text_of(project, "projectId")},
         {"isDefault", true}},
        in.chance
    );
    return row{{"project", project}, {"environment", environment}};
}

outcome update(incoming& what)
{
    auto* found = what.on.projects.find(what.text("projectId"));
    if (found == nullptr)
        return not_found("Project not found");
    overwrite(*found, what.input);
    return *found;
}

/// The rows alone go: containers, files and the database of its services stay.
outcome remove(incoming& what)
{
    auto& in = what.on;
    auto gone = in.projects.take(what.text("projectId"));
    if (!gone)
        return not_found("Project not found");
    for (const auto* environment : in.environments.where("projectId", what.text("projectId")))
        for (const auto* service : in.composes.where("environmentId", text_of(*environment, "environmentId")))
            forget_service_parts(in, text_of(*service, "composeId"));
    for (const auto* environment : in.environments.where("projectId", what.text("projectId")))
        in.composes.remove_where("environmentId", text_of(*environment, "environmentId"));
    in.environments.remove_where("projectId", what.text("projectId"));
    return *std::move(gone);
}

outcome search(incoming& what)
{
    array items;
    const auto rows = what.on.projects.all();
    for (const auto* one : rows)
        if (matches(*one, "name", what.text("q")) && matches(*one, "name", what.text("name")) &&
            matches(*one, "description", what.text("description")))
            items.emplace_back(*one);
    return page(std::move(items), what.input);
}

} // namespace

std::vector<procedure> project_procedures()
{
    return {
        {"project.all", query, "", all, audience::everyone},
        {"project.one", query, "projectId!:text(1)", one},
        {"project.create", mutation, "name!:text(1) description:text? env", create},
        {"project.update",
         mutation,
         "projectId!:text(1) name:text(1) description:text? createdAt organizationId env",
         update},
        {"project.remove", mutation, "projectId!:text(1)", remove},
        {"project.search", query, "q name description limit:number(1,100) offset:number(0)", search},
    };
}

} // namespace basekeeper::rehearsal
