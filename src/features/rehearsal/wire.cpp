// The order of checks, and the shapes of errors.
#include "features/rehearsal/wire.hpp"

#include "features/rehearsal/catalogue.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using boost::json::value;

constexpr std::size_t most_body_bytes = 1'048'576;
constexpr std::string_view json_type = "application/json";

answer said(unsigned status, const value& body)
{
    return {.status = status, .body = json::to_text(body)};
}

answer plain(unsigned status, std::string text)
{
    return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
}

answer unauthenticated()
{
    return said(401, row{{"message", "Unauthorized"}});
}

answer failure(const refusal& why, std::string_view path, array issues = {})
{
    row fields;
    for (const auto& issue : issues) {
        const auto& steps = issue.at("path").get_array();
        const auto name = steps.empty() ? std::string("input") : std::string(steps.front().get_string());
        if (!fields.contains(name))
            fields[name] = array{};
        fields.at(name).get_array().push_back(issue.at("message"));
    }
    row data{{"code", why.code}, {"httpStatus", why.status}};
    if (!path.empty())
        data["path"] = path;
    data["zodError"] =
        issues.empty() ? value(nullptr) : value(row{{"formErrors", array{}}, {"fieldErrors", std::move(fields)}});
    row body{{"message", why.message}, {"code", why.code}, {"data", std::move(data)}};
    if (!issues.empty())
        body["issues"] = std::move(issues);
    return said(why.status, body);
}

answer no_such_procedure()
{
    return failure({404, "NOT_FOUND", "Not found"}, "");
}

/// What a proxy in front of Dokploy shows.
answer page(unsigned status)
{
    answer out{
        .status = status,
        .content_type = "text/html; charset=utf-8",
        .body = fmt::format("<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>", status)
    };
    if (status == 429)
        out.headers.emplace_back("Retry-After", "1");
    return out;
}

answer broken(const planned_fault& fault)
{
    switch (fault.what) {
    case call_fault::hang:
        return {.how = delivery::never};
    case call_fault::drop_before:
    case call_fault::drop_after:
        return {.how = delivery::dropped};
    case call_fault::html:
        return page(200);
    case call_fault::empty:
        return {.status = 200};
    case call_fault::status:
        break;
    }
    if (fault.status == 429 || (fault.status >= 502 && fault.status <= 504))
        return page(fault.status);
    if (fault.status == 401)
        return unauthenticated();
    return failure({fault.status, "INTERNAL_SERVER_ERROR", "simulated failure"}, "");
}

std::string_view media_type(std::string_view content_type)
{
    auto out = content_type.substr(0, content_type.find(';'));
    while (out.ends_with(' '))
        out.remove_suffix(1);
    return out;
}

std::string_view member_refusal(std::string_view procedure)
{
    if (procedure.starts_with("docker.") || procedure.starts_with("swarm."))
        return "unauthorized to access resource \"docker\"";
    if (procedure.starts_with("compose.") || procedure.starts_with("deployment.") || procedure.starts_with("domain.") ||
        procedure.starts_with("mounts."))
        return "You don't have access to this service";
    return "UNAUTHORIZED";
}

array rows_of(table& of)
{
    array out;
    for (const auto* one : of.all())
        out.emplace_back(*one);
    return out;
}

row calls_of(const world& in)
{
    row out;
    for (const auto& [name, count] : in.calls)
        out[name] = count;
    return out;
}

row state_of(world& in)
{
    array stacks;
    for (const auto& [name, stack] : in.docker.stacks()) {
        array containers;
        for (const auto& c : stack.containers)
            containers.emplace_back(row{{"name", c.name}, {"status", status_text(stack, c, in.faults, in.now)}});
        stacks.emplace_back(row{{"appName", name}, {"containers", std::move(containers)}});
    }
    array faults;
    for (const auto& one : in.faults.texts())
        faults.emplace_back(one);
    return {
        {"now", time_text(in.now)},
        {"calls", calls_of(in)},
        {"faults", std::move(faults)},
        {"projects", rows_of(in.projects)},
        {"environments", rows_of(in.environments)},
        {"composes", rows_of(in.composes)},
        {"mounts", rows_of(in.mounts)},
        {"domains", rows_of(in.domains)},
        {"deployments", rows_of(in.deployments)},
        {"schedules", rows_of(in.schedules)},
        {"queued", in.queue.size()},
        {"stacks", std::move(stacks)},
    };
}

answer change_faults(world& in, const std::string& body)
{
    const auto parsed = json::read(body);
    if (!parsed || !parsed->is_object())
        return plain(400, "Invalid JSON");
    if (truth_of(parsed->get_object(), "clear"))
        in.faults.clear();
    if (const auto text = text_of(parsed->get_object(), "add"); !text.empty())
        if (const auto added = in.faults.add(text, in.now); !added)
            return said(400, row{{"message", added.error().message}, {"hint", added.error().hint}});
    array faults;
    for (const auto& one : in.faults.texts())
        faults.emplace_back(one);
    return said(200, row{{"faults", std::move(faults)}});
}

} // namespace

wire::wire(world& serves) : world_(serves)
{
    for (auto subject :
         {settings_procedures,
          user_procedures,
          project_procedures,
          environment_procedures,
          compose_procedures,
          compose_lifecycle_procedures,
          compose_view_procedures,
          template_procedures,
          domain_procedures,
          mount_procedures,
          deployment_procedures,
          docker_procedures,
          schedule_procedures,
          backup_procedures})
        for (const auto& one : subject()) {
            inputs_.emplace(one.name, parse_inputs(one.inputs));
            procedures_.emplace(one.name, one);
        }
}

answer wire::respond(const asked& what)
{
    constexpr std::string_view api = "/api/";
    constexpr std::string_view hooks = "/api/deploy/compose/";
    constexpr std::string_view templates = "/templates";
    if (world_.faults.is_down(world_.now))
        return {.how = delivery::dropped};
    if (what.path == "/api/health")
        return said(200, row{{"ok", true}});
    if (what.path == "/api/trpc/settings.health")
        return said(200, row{{"result", row{{"data", row{{"json", row{{"status", "ok"}}}}}}}});
    if (what.path.starts_with(hooks))
        return webhook(std::string_view(what.path).substr(hooks.size()));
    if (what.path.starts_with("/rehearsal/"))
        return control(what);
    if (what.path.starts_with(templates)) {
        auto file = catalogue_file(world_.how.blueprint, std::string_view(what.path).substr(templates.size()));
        return file.empty() ? plain(404, "404 page not found") : plain(200, std::move(file));
    }
    if (what.path.starts_with(api))
        return call(std::string_view(what.path).substr(api.size()), what);
    return {.status = 200, .content_type = "text/html; charset=utf-8", .body = "<!DOCTYPE html><title>Dokploy</title>"};
}

answer wire::call(std::string_view name, const asked& what)
{
    ++world_.calls[std::string(name)];
    const auto fault = world_.faults.of_call(name);
    if (fault && fault->what != call_fault::drop_after)
        return broken(*fault);
    // The body is parsed before anybody looks at the key.
    const bool has_json = media_type(what.content_type.value_or("")) == json_type;
    if (what.body.size() > most_body_bytes)
        return plain(413, "Body exceeded 1mb limit");
    if (what.method == "POST" && has_json && !what.body.empty() && !json::read(what.body))
        return plain(400, "Invalid JSON");
    switch (world_.keys.check(what.key.value_or(""), world_.now)) {
    case key_verdict::refused:
        return unauthenticated();
    case key_verdict::refused_later:
        return failure({401, "UNAUTHORIZED", "UNAUTHORIZED"}, name);
    case key_verdict::good:
        break;
    }
    const auto found = procedures_.find(name);
    if (found == procedures_.end() || found->second.since > world_.how.version)
        return no_such_procedure();
    const auto& p = found->second;
    if (what.method != (p.kind == procedure_kind::query ? "GET" : "POST"))
        return no_such_procedure();
    if (what.method == "POST" && !has_json)
        return failure(
            {415,
             "UNSUPPORTED_MEDIA_TYPE",
             what.content_type ? fmt::format("Unsupported content-type \"{}\"", *what.content_type)
                               : "Missing content-type header"},
            name
        );
    auto out = carry_out(p, what, *world_.keys.find(*what.key));
    return fault ? broken(*fault) : out;
}

answer wire::carry_out(const procedure& p, const asked& what, const access_key& by)
{
    refused_input refused;
    std::optional<row> input;
    if (p.kind == procedure_kind::query) {
        input = read_query(what.query, inputs_.at(p.name), refused);
    } else {
        auto parsed = json::read(what.body.empty() ? "{}" : std::string_view(what.body));
        input = read_body(parsed ? *parsed : value(nullptr), inputs_.at(p.name), refused);
    }
    if (!input)
        return failure({400, "BAD_REQUEST", "Input validation failed"}, p.name, std::move(refused.issues));
    if (by.role == member_role::member && p.who == audience::managers)
        return failure({401, "UNAUTHORIZED", std::string(member_refusal(p.name))}, p.name);
    incoming arguments{world_, *input, by};
    const auto came = p.work(arguments);
    if (!came)
        return failure(came.error(), p.name);
    answer out{.status = 200};
    if (*came)
        out.body = json::to_text(**came);
    return out;
}

/// What tests ask for beside Dokploy: faults while it runs, and everything there is.
answer wire::control(const asked& what)
{
    const auto* by = world_.keys.find(what.key.value_or(""));
    if (by == nullptr || by->role != member_role::owner)
        return unauthenticated();
    if (what.path == "/rehearsal/state" && what.method == "GET")
        return said(200, state_of(world_));
    if (what.path == "/rehearsal/faults" && what.method == "POST")
        return change_faults(world_, what.body);
    return no_such_procedure();
}

/// Who knows the token of a service may deploy it.
answer wire::webhook(std::string_view token)
{
    for (auto* service : world_.composes.where("refreshToken", token)) {
        if (!truth_of(*service, "autoDeploy"))
            return said(400, row{{"message", "Automatic deployments are disabled for this compose"}});
        world_.queue.push_back({
            .number = ++world_.jobs,
            .compose_id = text_of(*service, "composeId"),
            .title = "Webhook",
            .queued_at = world_.now,
        });
        return said(200, row{{"message", "Compose deployed successfully"}});
    }
    return said(404, row{{"message", "Compose Not Found"}});
}

} // namespace basekeeper::rehearsal
