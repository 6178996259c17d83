// basekeeper dokploy …: the tools of the group with what a terminal adds: questions, a difference before it is made,
// jobs followed to their end, logs that go on.
#include "cli/commands.hpp"
#include "cli/job_progress.hpp"
#include "cli/render.hpp"
#include "features/deploy/engine.hpp"
#include "io/event.hpp"
#include "json/text.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace basekeeper::cli {
namespace {

boost::json::array list_of(const std::vector<std::string>& items)
{
    boost::json::array out;
    for (const auto& each : items)
        out.emplace_back(each);
    return out;
}

/// Adds what is set.
class arguments
{
public:
    arguments& text(std::string_view name, const std::string& value)
    {
        if (!value.empty())
            all_[name] = value;
        return *this;
    }

    arguments& list(std::string_view name, const std::vector<std::string>& values)
    {
        if (!values.empty())
            all_[name] = list_of(values);
        return *this;
    }

    arguments& number(std::string_view name, int value)
    {
        if (value > 0)
            all_[name] = value;
        return *this;
    }

    arguments& flag(std::string_view name, const bool& value)
    {
        if (value)
            all_[name] = true;
        return *this;
    }

    boost::json::object take() { return std::move(all_); }

private:
    boost::json::object all_;
};

std::string_view tool_of(dokploy_action action)
{
    switch (action) {
    case dokploy_action::connect:
    case dokploy_action::disconnect:
        return {};
    case dokploy_action::list:
        return "dokploy_list_instances";
    case dokploy_action::setup:
        return "dokploy_setup_wizard";
    case dokploy_action::deploy:
        return "dokploy_deploy_supabase";
    case dokploy_action::validate:
        return "dokploy_validate_config";
    case dokploy_action::regenerate_keys:
        return "dokploy_regenerate_keys";
    case dokploy_action::update_env:
        return "dokploy_update_env";
    case dokploy_action::health:
        return "dokploy_monitor_health";
    case dokploy_action::logs:
        return "dokploy_get_logs";
    case dokploy_action::domain:
        return "dokploy_manage_domain";
    case dokploy_action::history:
    case dokploy_action::rollback:
        return "dokploy_rollback";
    case dokploy_action::clone:
        break;
    }
    return "dokploy_clone_instance";
}

void add_new_stack(arguments& to, const dokploy_command& what, const crypto::secret<>& password)
{
    to.text("domain", what.domain)
        .text("project", what.project)
        .text("environment", what.environment)
        .text("site_url", what.site_url)
        .list("versions", what.versions)
        .list("variables", what.variables);
    if (what.no_mail)
        to.text("smtp", "none");
    if (what.smtp_host.empty())
        return;
    to.text("smtp", "given")
        .text("smtp_host", what.smtp_host)
        .number("smtp_port", what.smtp_port)
        .text("smtp_user", what.smtp_user)
        .text("smtp_password", password.reveal())
        .text("smtp_sender", what.smtp_sender)
        .text("smtp_sender_name", what.smtp_sender_name);
}

boost::json::object arguments_of(const dokploy_command& what, const crypto::secret<>& smtp_password)
{
    arguments out;
    out.text("server", what.server).text("name", what.name).flag("dry_run", what.dry_run);
    switch (what.action) {
    case dokploy_action::setup:
    case dokploy_action::deploy:
        add_new_stack(out, what, smtp_password);
        out.flag("fresh", what.fresh);
        break;
    case dokploy_action::validate:
        out.text("look_at", what.configuration_only ? "configuration" : "");
        break;
    case dokploy_action::regenerate_keys:
        out.text("jwt_secret", what.keep_jwt_secret ? "kept" : "");
        break;
    case dokploy_action::update_env:
        out.list("set", what.variables)
            .list("generate", what.generate)
            .list("remove", what.remove)
            .list("mend", what.mend);
        break;
    case dokploy_action::logs:
        out.list("services", what.services)
            .text("level", what.level)
            .text("since", what.since)
            .text("until", what.until)
            .text("contains", what.contains)
            .number("limit", what.lines);
        break;
    case dokploy_action::domain:
        out.text(
               "action",
               what.domain.empty() ? "list"
               : what.take_away    ? "remove"
                                   : "set"
        )
            .text("host", what.domain)
            .text("service", what.service)
            .number("port", what.port);
        break;
    case dokploy_action::rollback:
        out.text("action", "restore").text("id", what.id);
        break;
    case dokploy_action::clone:
        out.text("new_name", what.new_name)
            .text("domain", what.domain)
            .text("project", what.project)
            .text("environment", what.environment);
        break;
    case dokploy_action::connect:
    case dokploy_action::disconnect:
    case dokploy_action::list:
    case dokploy_action::health:
    case dokploy_action::history:
        break;
    }
    auto all = out.take();
    if (what.action == dokploy_action::setup)
        all.erase("dry_run");
    if (what.action == dokploy_action::list)
        all.erase("name");
    return all;
}

/// Changes show what they would change before anybody is asked.
bool is_change(const dokploy_command& what)
{
    switch (what.action) {
    case dokploy_action::regenerate_keys:
    case dokploy_action::update_env:
    case dokploy_action::rollback:
        return true;
    case dokploy_action::domain:
        return !what.domain.empty();
    default:
        return false;
    }
}

const boost::json::value* member(const boost::json::value& in, std::string_view name)
{
    return in.is_object() ? in.get_object().if_contains(name) : nullptr;
}

/// The first object of that name, however deep: results nest what a change or a deployment gives.
const boost::json::value* somewhere(const boost::json::value& in, std::string_view name)
{
    if (!in.is_object())
        return nullptr;
    if (const auto* here = member(in, name))
        return here;
    for (const auto& [key, value] : in.get_object())
        if (const auto* found = somewhere(value, name))
            return found;
    return nullptr;
}

void print(const boost::json::value& answer, presentation show)
{
    show.screen.print(show.format == output::json ? json::to_text(answer) : render(answer));
}

/// Logs that could not be read: what is printed without them is not all.
void say_missing(const std::vector<std::string>& services, presentation show)
{
    for (const auto& each : services)
        show.screen.say(printable("no log of " + each));
}

void print_log_lines(const boost::json::value& page, presentation show)
{
    const auto* lines = member(page, "lines");
    if (show.format == output::json || lines == nullptr || !lines->is_array())
        return print(page, show);
    for (const auto& one : lines->get_array())
        show.screen.print(printable(fmt::format(
            "{} {:<10} {}",
            std::string_view(one.at("time").as_string()),
            std::string_view(one.at("service").as_string()),
            std::string_view(one.at("text").as_string())
        )));
    std::vector<std::string> missing;
    if (const auto* list = member(page, "missing"); list != nullptr && list->is_array())
        for (const auto& each : list->get_array())
            missing.emplace_back(each.as_string());
    say_missing(missing, show);
}

struct conversation
{
    const dokploy_command& what;
    const dokploy_services& with;
    presentation show;

    io::task<result<boost::json::value>> ask(boost::json::object given) const
    {
        const auto* tool = with.calls.offers.find_tool(tool_of(what.action));
        if (tool == nullptr) {
            CO_TRY(with.stacks.on().find(what.server));
            co_return fail(
                condition::not_found,
                "the tools for Dokploy are switched off here",
                "add dokploy to the setting features, and see that this configuration is not read-only"
            );
        }
        const auto text = CO_TRY(co_await call_tool(*tool, std::move(given), what.agreed, with.calls, show.screen));
        co_return json::read(text, {.max_bytes = text.size() + 1});
    }

    /// A call ends at its deadline; its job goes on in this process and is followed to its end here.
    io::task<result<boost::json::value>> to_the_end(boost::json::value answer) const
    {
        const auto* job = somewhere(answer, "job");
        const auto* status = job == nullptr ? nullptr : member(*job, "status");
        if (status == nullptr || (*status != "running" && *status != "undoing"))
            co_return answer;
        const std::string id(job->at("id").as_string());
        const auto end = CO_TRY(co_await follow_on_terminal(with.jobs, id, show));
        if (auto why = jobs::why_stopped(end))
            co_return std::unexpected(*std::move(why));
        if (auto why = jobs::why_taken_back(end))
            co_return std::unexpected(*std::move(why));
        boost::json::object out{{"next", "done and proven"}};
        std::string text;
        json::encode(text, jobs::report_of(end));
        out["job"] = CO_TRY(json::read(text));
        co_return out;
    }
};

/// What was printed already is not printed again.
io::task<result<>> follow_logs(conversation talk)
{
    std::set<std::string> seen;
    std::string last;
    for (;;) {
        auto given = arguments_of(talk.what, talk.with.smtp_password);
        if (!last.empty()) {
            given["since"] = last;
            given["limit"] = 5000;
        }
        const auto page = CO_TRY(co_await talk.ask(std::move(given)));
        std::set<std::string> at_last;
        boost::json::array fresh;
        for (const auto& line : page.at("lines").as_array()) {
            auto text = json::to_text(line);
            const std::string time(line.at("time").as_string());
            if (time != last)
                at_last.clear();
            last = time;
            at_last.insert(text);
            if (!seen.contains(text))
                fresh.push_back(line);
        }
        print_log_lines(boost::json::object{{"lines", std::move(fresh)}}, talk.show);
        if (!at_last.empty())
            seen.insert(at_last.begin(), at_last.end());
        CO_TRY(co_await io::sleep(std::chrono::seconds{2}));
    }
}

io::task<result<>> export_logs(conversation talk)
{
    const auto& what = talk.what;
    const auto now = system_clock().wall();
    deploy::log_filter which{
        .services = what.services,
        .since = CO_TRY(deploy::moment(what.since, "--since", now)),
        .until = CO_TRY(deploy::moment(what.until, "--until", now)),
        .contains = what.contains
    };
    for (const auto level : {deploy::log_level::info, deploy::log_level::warning, deploy::log_level::error})
        if (what.level == boost::describe::enum_to_string(level, ""))
            which.least = level;
    const auto done = CO_TRY(co_await talk.with.stacks.export_logs(
        {what.server, what.name}, std::move(which), what.export_to, io::deadline::after(std::chrono::minutes{10})
    ));
    talk.show.screen.print(fmt::format("{} lines in {}", done.lines, what.export_to));
    if (done.cut)
        talk.show.screen.say(
            "there are earlier lines: of each service at most the newest 10,000 are read, or a megabyte"
        );
    say_missing(done.missing, talk.show);
    co_return result<>{};
}

/// Of the configuration; asked for when a mail server with a login is given and none is there.
crypto::secret<> smtp_password(const conversation& talk)
{
    if (!talk.with.smtp_password.empty() || talk.what.smtp_user.empty())
        return talk.with.smtp_password;
    return talk.show.screen.ask_secret(fmt::format("Password of {}:", talk.what.smtp_user))
        .value_or(crypto::secret<>());
}

io::task<result<>> run(conversation talk)
{
    const auto& what = talk.what;
    if (what.action == dokploy_action::logs && !what.export_to.empty())
        co_return co_await export_logs(talk);
    if (what.action == dokploy_action::logs && what.follow)
        co_return co_await follow_logs(talk);
    auto given = arguments_of(what, smtp_password(talk));
    if (is_change(what) && !what.dry_run && what.agreed == consent::ask && talk.show.screen.interactive()) {
        auto first = given;
        first["dry_run"] = true;
        print(CO_TRY(co_await talk.ask(std::move(first))), talk.show);
    }
    auto answer = CO_TRY(co_await talk.ask(std::move(given)));
    answer = CO_TRY(co_await talk.to_the_end(std::move(answer)));
    if (what.action == dokploy_action::logs)
        print_log_lines(answer, talk.show);
    else
        print(answer, talk.show);
    co_return result<>{};
}

} // namespace

io::task<int> dokploy(dokploy_command what, dokploy_services with, presentation show)
{
    if (what.action == dokploy_action::connect || what.action == dokploy_action::disconnect)
        co_return co_await connect_dokploy(std::move(what), std::move(with), show);
    const auto done = co_await run({what, with, show});
    co_return done ? 0 : report(show.screen, done.error());
}

} // namespace basekeeper::cli
