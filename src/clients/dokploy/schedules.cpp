// schedule.* of the API, for compose services.
#include "clients/dokploy/schedules.hpp"

#include <fmt/format.h>

namespace basekeeper::dokploy {
namespace {

struct schedule_request
{
    std::string name;
    std::string cron;
    crypto::secret<> command;
    std::string type = "compose";
    std::string compose_id;
    std::string service_name;
    std::string shell = "sh"; // not every image has another
    bool enabled = false;

    static constexpr auto fields = std::tuple{
        json::required("name", &schedule_request::name),
        json::required("cronExpression", &schedule_request::cron),
        json::required("command", &schedule_request::command),
        json::required("scheduleType", &schedule_request::type),
        json::required("composeId", &schedule_request::compose_id),
        json::required("serviceName", &schedule_request::service_name),
        json::required("shellType", &schedule_request::shell),
        json::required("enabled", &schedule_request::enabled),
    };
};

io::task<result<std::vector<std::string>>>
schedules_named(caller& on, std::string compose_id, std::string name, io::deadline until)
{
    std::vector<std::string> out;
    for (auto& one : CO_TRY(co_await list_schedules(on, std::move(compose_id), until)))
        if (one.name == name)
            out.push_back(std::move(one.id));
    co_return out;
}

} // namespace

io::task<result<created<schedule>>> create_schedule(caller& on, new_schedule what, io::deadline until)
{
    const schedule_request body{
        .name = what.name,
        .cron = what.cron,
        .command = std::move(what.command),
        .compose_id = what.compose_id,
        .service_name = what.service_name,
        .enabled = what.enabled
    };
    creation how{
        .what = mutation("schedule.create", body),
        .look = [&on, id = what.compose_id, name = what.name, until] { return schedules_named(on, id, name, until); },
        .named = fmt::format("a schedule named \"{}\" of the service", what.name)
    };
    auto made = CO_TRY(co_await create_once(on, std::move(how), until));
    co_return co_await finish_creation<schedule>(std::move(made), "schedule.create", [&on, until](std::string id) {
        return read_schedule(on, std::move(id), until);
    });
}

io::task<result<schedule_run>> run_schedule(caller& on, std::string id, io::deadline until)
{
    auto what = mutation("schedule.runManually", "scheduleId", id);
    what.unanswered = when_unanswered::tell;
    what.on_500 = server_failure::final;
    what.patience = std::chrono::minutes{10};
    co_return co_await fetch_row<schedule_run>(on, std::move(what), until);
}

io::task<result<>> remove_schedule(caller& on, std::string id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("schedule.delete", "scheduleId", id), until);
}

io::task<result<schedule>> read_schedule(caller& on, std::string id, io::deadline until)
{
    co_return co_await fetch_row<schedule>(on, query("schedule.one", {{"scheduleId", id}}), until);
}

io::task<result<std::vector<schedule>>> list_schedules(caller& on, std::string compose_id, io::deadline until)
{
    auto what = query("schedule.list", {{"id", compose_id}, {"scheduleType", "compose"}});
    co_return co_await fetch_rows<schedule>(on, std::move(what), until);
}

} // namespace basekeeper::dokploy
