// Names become rows, wishes become changes, changes become jobs.
#include "features/deploy/engine.hpp"

#include "base/text.hpp"
#include "clients/dokploy/instance.hpp"
#include "features/deploy/copied_stack.hpp"
#include "features/deploy/found_stack.hpp"
#include "features/deploy/stacks.hpp"
#include "io/together.hpp"
#include "stack/compose_file.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

constexpr std::size_t most_stacks_read = 50;

/// One service for a list; nothing when it is no Supabase or cannot be read.
io::task<> read_listed(server& on, const placed_service& s, std::optional<listed_stack>& into, io::deadline until)
{
    const auto row = co_await dokploy::read_compose(on.api, s.id, until);
    if (!row || !check_is_text(*row) || !is_supabase(row->file.reveal()))
        co_return;
    listed_stack out{
        .server = on.name,
        .name = s.name,
        .project = s.project,
        .environment = s.environment,
        .status = boost::describe::enum_to_string(s.status, "unknown"),
        .url = public_url(setup_of(*row))
    };
    const auto wanted = containers_in(row->file.reveal(), row->env.reveal());
    if (const auto containers = co_await look_at_containers(on, row->app_name, wanted, until)) {
        const auto well = std::ranges::count(*containers, container_condition::healthy, &container_report::condition);
        out.health = fmt::format("{} of {} healthy", well, containers->size());
    }
    into = std::move(out);
}

std::string verdict_of(const validation& v)
{
    const auto worst = v.findings.empty() ? stack::severity::info : v.findings.front().severity;
    const bool fails = std::ranges::any_of(v.live, [](const auto& e) { return e.outcome == proof::failed; });
    if (fails || worst >= stack::severity::error)
        return "broken";
    const bool warns = std::ranges::any_of(v.live, [](const auto& e) { return e.outcome == proof::warning; });
    return warns || worst == stack::severity::warning ? "works, with warnings" : "healthy";
}

/// Containers that are not well, as findings beside those of the configuration.
void add_containers(validation& into, const std::vector<container_report>& all)
{
    for (const auto& one : all) {
        if (one.condition == container_condition::healthy)
            continue;
        const auto severity =
            one.condition == container_condition::starting ? stack::severity::warning : stack::severity::error;
        // The worst stays first.
        const auto place = std::ranges::find_if(into.findings, [&](const auto& f) { return f.severity < severity; });
        into.findings.insert(
            place,
            {.id = "container_not_healthy",
             .severity = severity,
             .subject = one.service,
             .message = fmt::format("the container is {}", boost::describe::enum_to_string(one.condition, "unknown")),
             .evidence = one.reason.empty() ? one.status : one.reason,
             .fix = fmt::format("read its log: basekeeper dokploy logs {} --service {}", into.name, one.service)}
        );
    }
}

} // namespace

engine::engine(workshop with, jobs::engine& work, history& kept)
    : with_(with), work_(work), kept_(kept), seen_(with_.time)
{
    work_.define(std::string(new_stack_kind), new_stack_recipe(with_));
    work_.define(std::string(change_kind), change_recipe(with_, kept_), jobs::after_failure::taken_back);
}

io::task<result<engine::found>> engine::find(stack_name which, io::deadline until)
{
    found out{.on = CO_TRY(with_.on.find(which.server))};
    out.row = CO_TRY(co_await find_stack(*out.on, std::move(which.name), until));
    out.now = setup_of(out.row);
    co_return out;
}

io::task<> engine::list_on(server& on, stack_list& into, io::deadline until)
{
    const auto all = co_await list_services(on, until);
    if (!all) {
        const auto& why = all.error();
        into.unreachable.push_back(fmt::format("{}: {}; {}", on.name, why.message, why.hint));
        co_return;
    }
    const auto count = std::min(all->size(), most_stacks_read);
    if (count < all->size())
        into.unreachable.push_back(fmt::format("{}: only {} of {} services were looked at", on.name, count, all->size())
        );
    std::vector<std::optional<listed_stack>> read(count);
    const auto look = [&](std::size_t i) -> io::task<> { return read_listed(on, (*all)[i], read[i], until); };
    co_await io::together(count, 4, look);
    for (auto& one : read)
        if (one)
            into.stacks.push_back(*std::move(one));
}

io::task<result<tried_server>> engine::try_server(std::string name, config::dokploy_settings how, io::deadline until)
{
    servers alone(
        {{std::move(name), std::move(how)}}, co_await boost::asio::this_coro::executor, with_.threads, with_.time
    );
    auto& one = *alone.all().front();
    auto version = co_await connect(one, until);
    auto who = version ? co_await dokploy::read_membership(one.api, until) : result<dokploy::membership>{};
    co_await alone.close(until);
    if (!version)
        co_return std::unexpected(std::move(version).error());
    if (!who)
        co_return std::unexpected(std::move(who).error());
    co_return tried_server{
        .url = one.url,
        .version = dokploy::to_string(*version),
        .role = who->role,
        .may_deploy = who->may_do_everything()
    };
}

io::task<result<stack_list>> engine::list(std::string server, io::deadline until)
{
    stack_list out;
    if (!server.empty()) {
        auto* on = CO_TRY(with_.on.find(server));
        co_await list_on(*on, out, until);
        co_return out;
    }
    if (with_.on.empty())
        CO_TRY(with_.on.find(""));
    for (auto* on : with_.on.all())
        co_await list_on(*on, out, until);
    co_return out;
}

io::task<result<std::string>> engine::check_mail(stack::smtp_settings with, io::deadline until)
{
    co_return co_await talk_to_mail_server(with_, std::move(with), until);
}

io::task<result<deployment_review>> engine::review(stack_request what, io::deadline until)
{
    auto notes = CO_TRY(co_await check_request(with_, what, until));
    const auto plan = CO_TRY(co_await plan_request(with_, what, until));
    const auto* on = CO_TRY(with_.on.find(what.server));
    auto out = review_of(what, plan, on->name);
    out.notes.insert(out.notes.begin(), notes.begin(), notes.end());
    co_return out;
}

io::task<result<jobs::view>> engine::deploy(stack_request what, std::string principal, io::deadline until)
{
    const auto* on = CO_TRY(with_.on.find(what.server));
    what.server = on->name;
    CO_TRY(co_await check_request(with_, what, until));
    co_return co_await work_.start(
        {.kind = std::string(new_stack_kind),
         .instance = what.name,
         .principal = std::move(principal),
         .title = fmt::format("deploy {} to {}", what.name, on->name),
         .with = sealed_request(what)}
    );
}

io::task<result<stack_request>>
engine::like(stack_name which, std::string new_name, std::string domain, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    CO_TRY(check_can_be_copied(in.now));
    co_return stack_request{
        .server = in.on->name,
        .name = std::move(new_name),
        .domain = std::move(domain),
        .like = in.row.id,
        .remote_server_id = in.row.server_id.value_or("")
    };
}

io::task<result<validation>> engine::validate(stack_name which, looks how, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    validation out{.server = in.on->name, .name = in.row.name};
    auto containers = co_await look_at_containers(
        *in.on, in.row.app_name, containers_in(in.now.compose.reveal(), in.now.env.reveal()), until
    );
    auto facts = to_check(in.now, in.row.name, with_.time.wall());
    if (containers)
        facts.containers = co_await inspect_containers(*in.on, *containers, until);
    for (const auto& f : CO_TRY(stack::validate(facts))) {
        const auto fix = stack::command(f, in.row.name);
        out.findings.push_back(
            {.id = f.id,
             .severity = f.severity,
             .subject = f.subject,
             .message = f.message,
             .evidence = f.evidence,
             .fix = fix.empty() ? f.remedy.advice : fix}
        );
    }
    if (containers) {
        if (how == looks::at_everything)
            co_await explain(*in.on, in.row.id, *containers, until);
        add_containers(out, *containers);
    }
    if (how == looks::at_everything)
        out.live = co_await examine_with(with_, *in.on, in.now, until);
    out.verdict = verdict_of(out);
    co_return out;
}

io::task<result<std::vector<reported_domain>>> engine::domains(stack_name which, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    const auto address = (co_await dokploy::read_server_address(in.on->api, until)).value_or("");
    std::vector<reported_domain> out;
    for (const auto& d : in.now.domains) {
        reported_domain one{
            .host = d.host,
            .service = d.service,
            .port = d.port,
            .https = d.https,
            .certificate = boost::describe::enum_to_string(d.certificate, "unknown")
        };
        const auto seen = co_await dokploy::validate_domain(in.on->api, d.host, address, until);
        if (!seen)
            one.dns = seen.error().message;
        else if (seen->valid)
            one.dns = seen->cdn_provider.empty() ? "leads here" : "behind " + seen->cdn_provider;
        else
            one.dns = seen->resolved_ip.empty() ? "does not resolve" : "leads to " + seen->resolved_ip;
        out.push_back(std::move(one));
    }
    co_return out;
}

io::task<result<std::vector<kept_setup>>> engine::kept(stack_name which, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    std::vector<kept_setup> out;
    for (const auto& r : CO_TRY(co_await kept_.list(in.on->name, in.row.id)))
        out.push_back({r.id, rfc3339(r.created_at), r.reason, r.principal});
    co_return out;
}

} // namespace basekeeper::deploy
