// The steps of a deployment: each looks what is there before it makes anything, so that it may run twice.
#include "clients/dokploy/compose_lifecycle.hpp"
#include "features/deploy/containers.hpp"
#include "features/deploy/deploying.hpp"
#include "features/deploy/new_stack.hpp"
#include "features/deploy/stacks.hpp"
#include "features/deploy/writing.hpp"
#include "io/event.hpp"
#include "jobs/run.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

using jobs::run;

constexpr std::chrono::minutes deployment_patience{30};
constexpr std::chrono::minutes health_patience{15};
constexpr std::chrono::minutes proof_patience{4};
constexpr std::chrono::minutes step_patience{5};

std::vector<std::string> list_in(const boost::json::value& in)
{
    std::vector<std::string> out;
    if (in.is_array())
        for (const auto& each : in.get_array())
            if (each.is_string())
                out.emplace_back(each.get_string());
    return out;
}

result<stack_request> request_of(const run& job)
{
    const auto& a = job.arguments();
    stack_request out{
        .server = job.argument("server"),
        .name = job.argument("name"),
        .domain = job.argument("domain"),
        .project = job.argument("project"),
        .environment = job.argument("environment"),
        .site_url = job.argument("site_url"),
        .like = job.argument("like"),
        .remote_server_id = job.argument("remote_server_id")
    };
    if (const auto* versions = a.if_contains("versions"))
        out.versions = list_in(*versions);
    if (const auto variables = job.secret("variables"); !variables.empty())
        out.variables = list_in(TRY(json::read(variables.reveal())));
    if (auto host = job.argument("smtp_host"); !host.empty()) {
        const auto* port = a.if_contains("smtp_port");
        out.smtp = stack::smtp_settings{
            .host = std::move(host),
            .port = static_cast<std::uint16_t>(port != nullptr && port->is_int64() ? port->get_int64() : 587),
            .user = job.argument("smtp_user"),
            .password = job.secret("smtp_password"),
            .sender_address = job.argument("smtp_sender_address"),
            .sender_name = job.argument("smtp_sender_name")
        };
    }
    return out;
}

/// By which what this job made is known again, also when its process ended before it could note the id.
std::string mark_of(const run& job)
{
    return fmt::format("made by basekeeper, job {}", job.record().id);
}

tell telling(run& job)
{
    return [&job](double share, std::string words) { return job.advance(share, std::move(words)); };
}

result<server*> server_of(workshop with, const run& job)
{
    return with.on.find(job.argument("server"));
}

io::deadline step_deadline()
{
    return io::deadline::after(step_patience);
}

io::task<result<>> check(workshop with, run& job)
{
    // Just before it began all of it was looked at; a resumed job has made its own service, which is not in the way.
    if (job.record().attempts == 1 || !job.note("compose_id").empty())
        co_return result<>{};
    auto request = CO_TRY(request_of(job));
    CO_TRY(co_await check_request(with, std::move(request), step_deadline()));
    co_return result<>{};
}

io::task<result<>> plan(workshop with, run& job)
{
    if (!job.secret("setup").empty())
        co_return result<>{};
    const auto request = CO_TRY(request_of(job));
    const auto made = CO_TRY(co_await plan_request(with, request, step_deadline()));
    job.keep_secret("setup", to_text(setup_of(made)));
    boost::json::array images;
    for (const auto& image : made.images)
        images.emplace_back(fmt::format("{} {}:{}", image.service, image.image.repository, image.image.tag));
    job.notes()["images"] = std::move(images);
    job.notes()["url"] = "https://" + made.domains.front().host;
    co_return co_await job.checkpoint();
}

io::task<result<>> make_project(workshop with, run& job)
{
    auto* on = CO_TRY(server_of(with, job));
    const auto name = job.argument("project");
    const auto environment = job.argument("environment");
    const auto until = step_deadline();
    std::optional<dokploy::project> found;
    for (auto& p : CO_TRY(co_await dokploy::list_projects(on->api, until)))
        if (p.name == name) {
            if (found)
                co_return fail(
                    condition::conflict,
                    fmt::format("project: there are two projects \"{}\" in Dokploy", name),
                    "rename one of them there, or choose another project"
                );
            found = std::move(p);
        }
    if (!found) {
        dokploy::new_project what{.name = name, .description = mark_of(job)};
        found = CO_TRY(co_await dokploy::create_project(on->api, std::move(what), until)).row;
        if (found->environments.empty())
            found = CO_TRY(co_await dokploy::read_project(on->api, found->id, until));
    }
    const auto place = std::ranges::find(found->environments, environment, &dokploy::environment::name);
    if (place != found->environments.end())
        job.notes()["environment_id"] = place->id;
    else {
        dokploy::new_environment what{.name = environment, .project_id = found->id, .description = mark_of(job)};
        job.notes()["environment_id"] =
            CO_TRY(co_await dokploy::create_environment(on->api, std::move(what), until)).row.id;
    }
    co_return co_await job.checkpoint();
}

/// The project in which the stack is, or was to be, by its name; also when its process ended before it was noted.
io::task<result<std::optional<dokploy::project>>> project_of(server& on, const run& job, io::deadline until)
{
    for (const auto& p : CO_TRY(co_await dokploy::list_projects(on.api, until)))
        if (p.name == job.argument("project"))
            co_return CO_TRY(co_await dokploy::read_project(on.api, p.id, until));
    co_return std::nullopt;
}

/// Takes away the environment and the project that this job made. What somebody has put something into meanwhile stays.
io::task<result<>> unmake_project(workshop with, run& job)
{
    auto* on = CO_TRY(server_of(with, job));
    const auto until = step_deadline();
    const auto project = CO_TRY(co_await project_of(*on, job, until));
    if (!project)
        co_return result<>{};
    if (project->description == mark_of(job)) {
        if (std::ranges::all_of(project->environments, &dokploy::environment::is_empty))
            CO_TRY(co_await dokploy::remove_project(on->api, project->id, until));
        co_return result<>{};
    }
    for (const auto& e : project->environments)
        if (e.description == mark_of(job) && e.is_empty())
            CO_TRY(co_await dokploy::remove_environment(on->api, e.id, until));
    co_return result<>{};
}

/// The service that this job made before its process ended, if it did.
io::task<result<std::optional<dokploy::compose>>>
made_before(server& on, run& job, const std::string& environment_id, const std::string& name, io::deadline until)
{
    for (const auto& id : CO_TRY(co_await dokploy::services_named(on.api, environment_id, name, until))) {
        auto row = CO_TRY(co_await dokploy::read_compose(on.api, id, until));
        if (row.description == mark_of(job))
            co_return row;
    }
    co_return std::nullopt;
}

io::task<result<>> make_service(workshop with, run& job)
{
    if (!job.note("compose_id").empty())
        co_return result<>{};
    auto* on = CO_TRY(server_of(with, job));
    const auto name = job.argument("name");
    const auto remote = job.argument("remote_server_id");
    const auto until = step_deadline();
    std::optional<dokploy::compose> row;
    if (job.record().attempts > 1)
        row = CO_TRY(co_await made_before(*on, job, job.note("environment_id"), name, until));
    if (!row) {
        dokploy::new_compose what{
            .name = name,
            .environment_id = job.note("environment_id"),
            .description = mark_of(job),
            .app_name = name,
            .server_id = remote.empty() ? std::nullopt : std::optional(remote)
        };
        row = CO_TRY(co_await dokploy::create_compose(on->api, std::move(what), until)).row;
    }
    job.notes()["compose_id"] = row->id;
    job.notes()["app_name"] = row->app_name;
    co_return co_await job.checkpoint();
}

io::task<result<>> unmake_service(workshop with, run& job)
{
    auto* on = CO_TRY(server_of(with, job));
    const auto until = step_deadline();
    auto id = job.note("compose_id");
    const auto environment = job.note("environment_id");
    if (id.empty() && !environment.empty()) {
        const auto row = CO_TRY(co_await made_before(*on, job, environment, job.argument("name"), until));
        id = row ? row->id : std::string();
    }
    if (id.empty())
        co_return result<>{};
    auto removed = co_await dokploy::remove_compose(on->api, id, dokploy::named_volumes::removed, until);
    if (!removed && removed.error().code != condition::not_found)
        co_return removed;
    co_return result<>{};
}

io::task<result<>> write(workshop with, run& job)
{
    auto* on = CO_TRY(server_of(with, job));
    const auto wanted = CO_TRY(setup_from(job.secret("setup")));
    co_return co_await write_setup(*on, job.note("compose_id"), wanted, step_deadline());
}

io::task<result<>> rehearse(workshop with, run& job)
{
    auto* on = CO_TRY(server_of(with, job));
    CO_TRY(co_await dokploy::preview_deployment(on->api, job.note("compose_id"), step_deadline()));
    co_return result<>{};
}

io::task<result<>> deploy(workshop with, run& job)
{
    auto* on = CO_TRY(server_of(with, job));
    const auto title = fmt::format("basekeeper deploys, job {}", job.record().id);
    const auto until = io::deadline::after(deployment_patience);
    auto done = co_await deploy_and_follow(*on, job.note("compose_id"), title, telling(job), until);
    // A slow service at the first start fails the deployment of all that wait for it, although it comes up after it.
    const bool came_late = !done && done.error().code == condition::conflict &&
                           (done.error().server_text.contains("is unhealthy") ||
                            done.error().server_text.contains("dependency failed to start"));
    if (came_late && job.note("deployed_again").empty()) {
        job.notes()["deployed_again"] = "a service was slow at its first start";
        CO_TRY(co_await job.checkpoint());
        done = co_await deploy_and_follow(*on, job.note("compose_id"), title, telling(job), until);
    }
    co_return done;
}

io::task<result<>> wait_for_health(workshop with, run& job)
{
    auto* on = CO_TRY(server_of(with, job));
    const auto wanted = CO_TRY(setup_from(job.secret("setup")));
    const dokploy::compose of{
        .id = job.note("compose_id"), .app_name = job.note("app_name"), .env = wanted.env, .file = wanted.compose
    };
    co_return co_await wait_until_healthy(*on, of, health_patience, telling(job), io::deadline::after(health_patience));
}

io::task<result<>> prove(workshop with, run& job)
{
    auto* on = CO_TRY(server_of(with, job));
    const auto wanted = CO_TRY(setup_from(job.secret("setup")));
    const auto until = io::deadline::after(proof_patience);
    // The certificate is asked for with the first request and takes a moment.
    for (int attempt = 1;; ++attempt) {
        const auto seen = co_await examine_with(with, *on, wanted, until);
        if (failures(seen).empty()) {
            std::string words;
            for (const auto& each : seen)
                if (each.outcome == proof::passed)
                    words += fmt::format("{}{}", words.empty() ? "" : ", ", each.name);
            co_return co_await job.advance(1, "it works: " + words);
        }
        if (attempt == 5 || until.expired())
            co_return fail(
                condition::unavailable,
                failure_words(seen),
                fmt::format(
                    "run `basekeeper dokploy validate {}` for each with its cure, then resume the job, or take it back "
                    "with undo",
                    job.argument("name")
                )
            );
        CO_TRY(co_await job.advance(0.15 * attempt, "not yet: " + failure_words(seen)));
        CO_TRY(co_await io::sleep(until.capped(on->poll_interval * 5).remaining()));
    }
}

io::task<result<>> remember(workshop with, run& job)
{
    const auto wanted = CO_TRY(setup_from(job.secret("setup")));
    const auto* on = CO_TRY(server_of(with, job));
    job.notes()["remembered"] = true;
    CO_TRY(co_await job.checkpoint());
    co_return co_await remember_instance(
        with, {.name = job.argument("name"), .server = on->name, .compose_id = job.note("compose_id")}, wanted
    );
}

io::task<result<>> forget(workshop with, run& job)
{
    if (!job.notes().contains("remembered"))
        co_return result<>{};
    co_return co_await with.known.forget(job.argument("name"));
}

} // namespace

jobs::recipe new_stack_recipe(workshop with)
{
    using work = io::task<result<>> (*)(workshop, run&);
    const auto as = [with](work what) { return [with, what](run& job) { return what(with, job); }; };
    return [as](const boost::json::object&) -> result<std::vector<jobs::step>> {
        return std::vector<jobs::step>{
            {.name = "check server, name and domain", .work = as(check)},
            {.name = "plan the stack", .work = as(plan)},
            {.name = "make the project", .work = as(make_project), .undo = as(unmake_project)},
            {.name = "make the service", .work = as(make_service), .undo = as(unmake_service)},
            {.name = "write configuration, files and domain", .weight = 3, .work = as(write)},
            {.name = "rehearse the deployment", .work = as(rehearse)},
            {.name = "deploy", .weight = 20, .work = as(deploy)},
            {.name = "wait until all containers are healthy", .weight = 20, .work = as(wait_for_health)},
            {.name = "prove that it works", .weight = 3, .work = as(prove)},
            {.name = "remember the instance", .work = as(remember), .undo = as(forget)},
        };
    };
}

} // namespace basekeeper::deploy
