// The steps of a change; the undoing stands with the first step that changes anything and puts all of it back.
#include "features/deploy/change.hpp"

#include "clients/dokploy/compose_lifecycle.hpp"
#include "features/deploy/containers.hpp"
#include "features/deploy/deploying.hpp"
#include "features/deploy/password.hpp"
#include "features/deploy/targets.hpp"
#include "features/deploy/writing.hpp"
#include "io/event.hpp"
#include "jobs/run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

using jobs::run;

constexpr std::chrono::minutes step_patience{5};
constexpr std::chrono::minutes deployment_patience{30};
constexpr std::chrono::minutes health_patience{15};
constexpr std::chrono::minutes proof_patience{2};
constexpr int most_proofs = 4;
constexpr std::string_view held_by_containers =
    "; what ran before the deployment was held by the containers alone, so that nothing of it can be put back";

struct tools
{
    workshop with;
    history& kept;
};

result<server*> server_of(const tools& t, const run& job)
{
    return t.with.on.find(job.argument("server"));
}

io::deadline step_deadline()
{
    return io::deadline::after(step_patience);
}

tell telling(run& job)
{
    return [&job](double share, std::string words) { return job.advance(share, std::move(words)); };
}

boost::json::array as_list(const std::vector<std::string>& of)
{
    boost::json::array out;
    for (const auto& each : of)
        out.emplace_back(each);
    return out;
}

std::vector<std::string> list_in(const boost::json::object& in, std::string_view name)
{
    std::vector<std::string> out;
    if (const auto* list = in.if_contains(name); list != nullptr && list->is_array())
        for (const auto& each : list->get_array())
            if (each.is_string())
                out.emplace_back(each.get_string());
    return out;
}

io::task<result<>> keep(tools t, run& job)
{
    auto* on = CO_TRY(server_of(t, job));
    const auto before = CO_TRY(setup_from(job.secret("before")));
    const auto after = CO_TRY(setup_from(job.secret("after")));
    const auto now = CO_TRY(co_await read_setup(*on, job.argument("compose_id"), step_deadline()));
    if (!(now == before) && !(now == after))
        co_return fail(
            condition::conflict,
            "the configuration was changed by somebody else meanwhile, and nothing was done",
            fmt::format("look at it again: basekeeper dokploy validate {}", job.argument("name"))
        );
    const auto record = CO_TRY(co_await t.kept.keep(
        {.server = on->name,
         .service = job.argument("compose_id"),
         .instance = job.argument("name"),
         .reason = "before: " + job.argument("reason"),
         .principal = job.record().principal},
        before
    ));
    job.notes()["kept"] = record.id;
    if (!job.notes().contains("worked")) {
        std::vector<std::string> worked;
        for (const auto& each : co_await examine_with(t.with, *on, before, io::deadline::after(proof_patience)))
            if (each.outcome == proof::passed || each.outcome == proof::warning)
                worked.push_back(each.name);
        job.notes()["worked"] = as_list(worked);
    }
    co_return co_await job.checkpoint();
}

io::task<result<>> write(tools t, run& job)
{
    auto* on = CO_TRY(server_of(t, job));
    const auto after = CO_TRY(setup_from(job.secret("after")));
    CO_TRY(co_await write_setup(*on, job.argument("compose_id"), after, step_deadline()));
    job.notes()["written"] = true;
    co_return co_await job.checkpoint();
}

io::task<result<>> rehearse(tools t, run& job)
{
    auto* on = CO_TRY(server_of(t, job));
    CO_TRY(co_await dokploy::preview_deployment(on->api, job.argument("compose_id"), step_deadline()));
    co_return result<>{};
}

io::task<result<>> give_password(tools t, run& job, crypto::secret<> password, std::string_view mark)
{
    auto* on = CO_TRY(server_of(t, job));
    const auto until = step_deadline();
    const auto row = CO_TRY(co_await dokploy::read_compose(on->api, job.argument("compose_id"), until));
    co_return co_await change_database_password(
        *on, row, fmt::format("{} {}", mark, job.record().id), std::move(password), until
    );
}

io::task<result<>> change_password(tools t, run& job)
{
    const auto before = CO_TRY(setup_from(job.secret("before")));
    const auto after = CO_TRY(setup_from(job.secret("after")));
    const auto change = database_password(before, after);
    if (!change)
        co_return result<>{};
    // Noted before it is done: what may have been done is put back.
    job.notes()["password_changed"] = true;
    CO_TRY(co_await job.checkpoint());
    co_return co_await give_password(t, job, change->to, "password");
}

/// A change of no text deploys what was never deployed.
bool deploys(const touched_services& what, const setup& from, const setup& to)
{
    return !what.by_deployment.empty() || from == to;
}

/// Deploys `to`, coming from `from`, as far as containers are touched by the difference.
io::task<result<>> restart(tools t, run& job, const setup& from, const setup& to, std::string title, tell told)
{
    auto* on = CO_TRY(server_of(t, job));
    const auto id = job.argument("compose_id");
    auto what = CO_TRY(touched(from, to));
    if (from == to)
        what.by_restart = CO_TRY(restarted_by_deployment(to));
    if (deploys(what, from, to))
        CO_TRY(co_await deploy_and_follow(*on, id, std::move(title), told, io::deadline::after(deployment_patience)));
    if (what.by_restart.empty())
        co_return result<>{};
    const auto until = step_deadline();
    for (const auto& one : CO_TRY(co_await look_at_containers(
             *on, job.argument("app_name"), containers_in(to.compose.reveal(), to.env.reveal()), until
         )))
        if (!one.id.empty() && std::ranges::find(what.by_restart, one.service) != what.by_restart.end())
            CO_TRY(co_await dokploy::act_on_container(on->api, one.id, dokploy::container_action::restart, until));
    co_return result<>{};
}

/// Of the deployment with the new setup.
std::string title_of(const run& job)
{
    return fmt::format("basekeeper: {}, job {}", job.argument("reason"), job.record().id);
}

io::task<result<>> restart_after(tools t, run& job)
{
    const auto before = CO_TRY(setup_from(job.secret("before")));
    const auto after = CO_TRY(setup_from(job.secret("after")));
    job.notes()["restarting"] = true;
    CO_TRY(co_await job.checkpoint());
    co_return co_await restart(t, job, before, after, title_of(job), telling(job));
}

io::task<result<>> wait_for_health(tools t, run& job, const setup& running, tell told)
{
    auto* on = CO_TRY(server_of(t, job));
    const dokploy::compose of{
        .id = job.argument("compose_id"),
        .app_name = job.argument("app_name"),
        .env = running.env,
        .file = running.compose
    };
    co_return co_await wait_until_healthy(
        *on, of, health_patience, std::move(told), io::deadline::after(health_patience)
    );
}

io::task<result<>> wait(tools t, run& job)
{
    const auto after = CO_TRY(setup_from(job.secret("after")));
    co_return co_await wait_for_health(t, job, after, telling(job));
}

/// What worked before and does not now.
std::vector<examined> worse(const std::vector<examined>& seen, const std::vector<std::string>& worked)
{
    std::vector<examined> out;
    std::ranges::copy_if(seen, std::back_inserter(out), [&](const examined& e) {
        return e.outcome == proof::failed && std::ranges::find(worked, e.name) != worked.end();
    });
    return out;
}

io::task<result<>> prove(tools t, run& job)
{
    auto* on = CO_TRY(server_of(t, job));
    const auto before = CO_TRY(setup_from(job.secret("before")));
    const auto after = CO_TRY(setup_from(job.secret("after")));
    const auto worked = list_in(job.notes(), "worked");
    const auto until = io::deadline::after(proof_patience);
    for (int attempt = 1;; ++attempt) {
        const auto seen = co_await examine_with(t.with, *on, after, until);
        const auto lost = worse(seen, worked);
        if (lost.empty()) {
            const auto still = failures(seen);
            job.notes()["still_failing"] = as_list(still);
            co_return co_await job.advance(
                1,
                still.empty() ? std::string("everything works")
                              : fmt::format("nothing is worse; as before these fail: {}", fmt::join(still, ", "))
            );
        }
        if (attempt == most_proofs || until.expired())
            co_return fail(
                condition::unavailable,
                "worse than before: " + failure_words(lost) + (before == after ? std::string(held_by_containers) : ""),
                "take it back with undo; the configuration before it is kept"
            );
        CO_TRY(co_await job.advance(0.2 * attempt, "not yet: " + failure_words(lost)));
        CO_TRY(co_await io::sleep(until.capped(on->poll_interval * 3).remaining()));
    }
}

/// The tools for instances work with the keys that are in use.
io::task<result<>> renew(tools t, const run& job, const setup& in_use)
{
    const auto* on = CO_TRY(server_of(t, job));
    co_return co_await renew_instance(
        t.with, {.name = job.argument("name"), .server = on->name, .compose_id = job.argument("compose_id")}, in_use
    );
}

io::task<result<>> renew_after(tools t, run& job)
{
    const auto after = CO_TRY(setup_from(job.secret("after")));
    co_return co_await renew(t, job, after);
}

io::task<result<>> renew_before(tools t, run& job)
{
    const auto before = CO_TRY(setup_from(job.secret("before")));
    co_return co_await renew(t, job, before);
}

/// Whether containers may have seen the new setup: Dokploy took its deployment, or there was none to be taken.
io::task<result<bool>> may_have_restarted(tools t, run& job, const setup& before, const setup& after)
{
    if (!job.notes().contains("restarting"))
        co_return false;
    const auto what = CO_TRY(touched(before, after));
    if (!deploys(what, before, after))
        co_return true;
    auto* on = CO_TRY(server_of(t, job));
    co_return co_await was_asked_for(*on, job.argument("compose_id"), title_of(job), step_deadline());
}

io::task<result<>> restart_before(tools t, run& job, const setup& before, const setup& after)
{
    const auto title = fmt::format("basekeeper takes back: {}, job {}", job.argument("reason"), job.record().id);
    return restart(t, job, after, before, title, telling(job));
}

/// Everything back as it was. Nobody can stop it half-way, so that it tells how far it is and never asks.
io::task<result<>> put_back(tools t, run& job)
{
    auto* on = CO_TRY(server_of(t, job));
    const auto id = job.argument("compose_id");
    const auto before = CO_TRY(setup_from(job.secret("before")));
    const auto after = CO_TRY(setup_from(job.secret("after")));
    const auto now = CO_TRY(co_await read_setup(*on, id, step_deadline()));
    // What is neither was written by half, by this job, or by somebody else since.
    const bool by_half = !job.notes().contains("written") || job.notes().contains("putting_back");
    if (!by_half && !(now == before) && !(now == after))
        co_return fail(
            condition::conflict,
            "the configuration was changed by somebody else since, and taking this change back would undo that as well",
            fmt::format(
                "go back to what was before it by hand: basekeeper dokploy rollback {} --to {}",
                job.argument("name"),
                job.note("kept")
            )
        );
    if (before == after)
        co_return result<>{}; // what ran before was held by the containers alone; the failure says so
    job.notes()["putting_back"] = true;
    CO_TRY(co_await job.checkpoint());
    if (!(now == before))
        CO_TRY(co_await write_setup(*on, id, before, step_deadline()));
    const auto change =
        job.notes().contains("password_changed") ? database_password(before, after) : std::optional<password_change>();
    auto given = change ? co_await give_password(t, job, change->from, "back") : result<>{};
    const bool was_edited =
        change && job.arguments().contains("password_was_edited") && job.arguments().at("password_was_edited") == true;
    const bool restarts = CO_TRY(co_await may_have_restarted(t, job, before, after)) || was_edited;
    auto restarted = restarts ? co_await restart_before(t, job, before, after) : result<>{};
    // A database that did not run with the new setup runs with the old one, and takes its password now.
    if (!given) {
        CO_TRY(co_await give_password(t, job, change->from, "back"));
        if (!restarted)
            restarted = co_await restart_before(t, job, before, after);
    }
    CO_TRY(std::move(restarted));
    co_return restarts ? co_await wait_for_health(t, job, before, telling(job)) : result<>{};
}

} // namespace

jobs::sealed_part sealed_change(const change& what)
{
    jobs::sealed_part out;
    out.arguments = {
        {"server", what.server},
        {"compose_id", what.compose_id},
        {"name", what.name},
        {"app_name", what.app_name},
        {"reason", what.reason},
        {"password_was_edited", what.password_was_edited},
    };
    out.secrets.emplace("before", to_text(what.before));
    out.secrets.emplace("after", to_text(what.after));
    return out;
}

jobs::recipe change_recipe(workshop with, history& kept)
{
    using work = io::task<result<>> (*)(tools, run&);
    const tools t{with, kept};
    const auto as = [t](work what) { return [t, what](run& job) { return what(t, job); }; };
    return [as](const boost::json::object&) -> result<std::vector<jobs::step>> {
        return std::vector<jobs::step>{
            {.name = "keep the configuration", .work = as(keep)},
            {.name = "write the new one", .weight = 2, .work = as(write), .undo = as(put_back)},
            {.name = "rehearse the deployment", .work = as(rehearse)},
            {.name = "change the password inside the database", .work = as(change_password)},
            {.name = "restart what the change touches", .weight = 10, .work = as(restart_after)},
            {.name = "wait until all containers are healthy", .weight = 10, .work = as(wait)},
            {.name = "prove that nothing is worse", .weight = 3, .work = as(prove)},
            {.name = "renew what is known of the instance", .work = as(renew_after), .undo = as(renew_before)},
        };
    };
}

} // namespace basekeeper::deploy
