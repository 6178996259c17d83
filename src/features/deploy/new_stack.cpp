// What a request is checked against, and the plan that it becomes.
#include "features/deploy/new_stack.hpp"

#include "base/text.hpp"
#include "clients/dokploy/domains.hpp"
#include "clients/dokploy/instance.hpp"
#include "clients/dokploy/servers.hpp"
#include "clients/smtp/check.hpp"
#include "env_text/shown.hpp"
#include "features/deploy/copied_stack.hpp"
#include "features/deploy/stacks.hpp"
#include "features/deploy/targets.hpp"
#include "features/deploy/template.hpp"
#include "io/together.hpp"
#include "json/text.hpp"
#include "stack/names.hpp"
#include "stack/variables.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

constexpr std::size_t most_services_looked_at = 20;

std::string project_of(const stack_request& what)
{
    return what.project.empty() ? what.name : what.project;
}

std::string environment_of(const stack_request& what)
{
    return what.environment.empty() ? std::string("production") : what.environment;
}

/// The stack becomes an instance of its name at the end: that it cannot is found out at the beginning.
result<> check_instance_is_free(const instances::directory& known, const std::string& name)
{
    if (known.find(name) == nullptr)
        return {};
    return fail(
        condition::conflict,
        fmt::format("name: there is an instance \"{}\" already, and a stack becomes one of its name", name),
        fmt::format("choose another name, or forget that one: basekeeper instance remove {}", name)
    );
}

/// Owners and admins may everything; what a member may not is found out here and not half-way.
io::task<result<>> check_key(server& on, io::deadline until)
{
    const auto who = CO_TRY(co_await dokploy::read_membership(on.api, until));
    if (who.may_do_everything())
        co_return result<>{};
    co_return fail(
        condition::denied,
        fmt::format(
            "server: the key of \"{}\" belongs to a {}, who may not do all that a deployment needs", on.name, who.role
        ),
        "make a key as an owner or admin: Settings > Profile > API/CLI Keys"
    );
}

result<> check_name_is_free(const std::vector<placed_service>& all, const stack_request& what)
{
    const auto project = project_of(what);
    for (const auto& s : all)
        if (s.name == what.name && s.project == project && s.environment == environment_of(what))
            return fail(
                condition::conflict,
                fmt::format("name: the project \"{}\" has a service \"{}\" already", project, what.name),
                fmt::format(
                    "choose another name, another project, or look at that one: basekeeper dokploy validate {}/{}",
                    project,
                    what.name
                )
            );
    return {};
}

/// Another service with that host would take turns with this one.
io::task<> look_for_domain(
    server& on, const placed_service& in, const std::string& host, std::optional<error>& failed, io::deadline until
)
{
    if (failed)
        co_return;
    const auto domains = co_await dokploy::list_domains(on.api, in.id, until);
    if (!domains)
        failed = domains.error();
    else if (std::ranges::find(*domains, host, &dokploy::domain::host) != domains->end())
        failed = error(
            condition::conflict,
            fmt::format("domain: {} belongs to the service \"{}\" already", host, in.name),
            "choose another domain, or take it from that service first"
        );
}

/// Of the machine that the stack is to run on.
io::task<result<std::string>> machine_address(server& on, const std::string& remote_server_id, io::deadline until)
{
    if (remote_server_id.empty())
        co_return co_await dokploy::read_server_address(on.api, until);
    std::vector<std::string> known;
    for (const auto& one : CO_TRY(co_await dokploy::list_servers(on.api, until))) {
        if (one.id == remote_server_id)
            co_return one.address;
        known.push_back(fmt::format("{} ({})", one.id, one.name));
    }
    co_return fail(
        condition::not_found,
        fmt::format("remote_server_id: Dokploy knows no server \"{}\"", utf8_prefix(remote_server_id, 60)),
        known.empty() ? std::string("leave it out: this Dokploy has no remote servers")
                      : fmt::format("use one of: {}", fmt::join(known, ", "))
    );
}

io::task<result<std::string>>
check_dns(server& on, const std::string& host, const std::string& remote_server_id, io::deadline until)
{
    const auto address = CO_TRY(co_await machine_address(on, remote_server_id, until));
    const auto seen = CO_TRY(co_await dokploy::validate_domain(on.api, host, address, until));
    if (!seen.valid)
        co_return fail(
            condition::invalid_argument,
            fmt::format(
                "domain: {} {}",
                host,
                seen.resolved_ip.empty() ? "does not resolve"
                                         : fmt::format("leads to {} and not to this server", seen.resolved_ip)
            ),
            fmt::format(
                "add an A record {} → {} where your DNS is kept, wait until it is known, and try again",
                host,
                address.empty() ? "the address of the server" : address
            )
        );
    co_return seen.cdn_provider.empty()
        ? std::string()
        : fmt::format(
              "{} is behind {}: set its TLS mode to full, or certificates cannot be renewed", host, seen.cdn_provider
          );
}

io::task<result<>> check_certificates(server& on, const std::string& remote_server_id, io::deadline until)
{
    const auto web = CO_TRY(co_await dokploy::read_web_server_settings(on.api, until));
    if (web.remote_servers_only && remote_server_id.empty())
        co_return fail(
            condition::conflict,
            "server: this Dokploy deploys to remote servers only",
            "name one with remote_server_id; Dokploy shows them under Remote Servers"
        );
    if (web.lets_encrypt_email.empty())
        co_return fail(
            condition::conflict,
            "domain: no certificate can be had: Dokploy has no e-mail address for Let's Encrypt",
            "set it in Dokploy under Web Server > Let's Encrypt Email"
        );
    co_return result<>{};
}

result<std::vector<stack::version_wish>> versions_of(const std::vector<std::string>& given)
{
    std::vector<stack::version_wish> out;
    out.reserve(given.size());
    for (const auto& one : given) {
        const auto equals = one.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == one.size())
            return fail(
                condition::invalid_argument,
                fmt::format("versions: \"{}\" is no version of a service", utf8_prefix(one, 60)),
                "write SERVICE=TAG, such as auth=v2.189.0"
            );
        out.push_back({one.substr(0, equals), one.substr(equals + 1)});
    }
    return out;
}

result<stack::stack_wishes> wishes_of(const stack_request& what)
{
    return stack::stack_wishes{
        .name = what.name,
        .domain = what.domain,
        .site_url = what.site_url,
        .smtp = what.smtp,
        .keeps_mail = !what.like.empty(),
        .versions = TRY(versions_of(what.versions)),
        .variables = TRY(parse_assignments(what.variables, "variables"))
    };
}

} // namespace

io::task<result<>> remember_instance(workshop with, instance_place at, const setup& of)
{
    const auto env = CO_TRY(env_text::document::parse(of.env.reveal()));
    state::instance_record record{.name = at.name, .kind = "dokploy"};
    record.settings = {
        {"url", public_url(of)}, {"dokploy_server", std::move(at.server)}, {"compose_id", std::move(at.compose_id)}
    };
    state::instance_secrets secrets;
    if (const auto* key = env.find("ANON_KEY"))
        secrets.emplace(instances::anon_key_secret, *key);
    if (const auto* key = env.find("SERVICE_ROLE_KEY"))
        secrets.emplace(instances::service_role_key_secret, *key);
    co_return co_await with.known.remember(std::move(record), std::move(secrets));
}

io::task<result<>> renew_instance(workshop with, instance_place at, const setup& of)
{
    const auto known = CO_TRY(co_await with.known.stored_settings(at.name));
    const auto* id = known ? known->if_contains("compose_id") : nullptr;
    if (id == nullptr || !id->is_string() || id->get_string() != at.compose_id)
        co_return result<>{};
    co_return co_await remember_instance(with, std::move(at), of);
}

io::task<result<std::string>> talk_to_mail_server(workshop with, stack::smtp_settings account, io::deadline until)
{
    const auto place = fmt::format("{}:{}", account.host, account.port);
    auto said = co_await smtp::check_mail_server(
        co_await boost::asio::this_coro::executor,
        with.threads,
        {.host = account.host,
         .port = account.port,
         .user = account.user,
         .password = account.password,
         .sender = account.sender_address},
        until.capped(std::chrono::seconds{30})
    );
    if (!said)
        co_return fail(std::move(said).error().within("smtp"));
    co_return fmt::format(
        "{}, {}, {}",
        place,
        said->encrypted ? said->tls_version : std::string("not encrypted"),
        said->login_method.empty() ? std::string("without a login") : "logged in by " + said->login_method
    );
}

io::task<std::vector<examined>> examine_with(workshop with, server& on, setup of, io::deadline until)
{
    return examine(with.on, on, with.threads, std::move(of), with.time.wall(), until);
}

io::task<result<std::string>> check_domain_is_free(
    server& on, const std::vector<placed_service>& all, std::string own_id, std::string host, io::deadline until
)
{
    std::vector<const placed_service*> others;
    for (const auto& s : all)
        if (s.id != own_id)
            others.push_back(&s);
    const auto looked_at = std::min(others.size(), most_services_looked_at);
    std::optional<error> failed;
    const auto look = [&](std::size_t i) -> io::task<> { return look_for_domain(on, *others[i], host, failed, until); };
    co_await io::together(looked_at, 4, look);
    if (failed)
        co_return fail(*std::move(failed));
    co_return looked_at == others.size()
        ? std::string()
        : fmt::format("only {} of {} services were asked whether {} is theirs", looked_at, others.size(), host);
}

result<> check_wishes(const stack_request& what)
{
    TRY(wishes_of(what));
    return {};
}

io::task<result<std::vector<std::string>>> check_request(workshop with, stack_request what, io::deadline until)
{
    std::vector<std::string> notes;
    CO_TRY(stack::check_name(what.name));
    const auto host = CO_TRY(stack::domain_of(what.domain));
    CO_TRY(check_wishes(what));
    auto* on = CO_TRY(with.on.find(what.server));
    const auto version = CO_TRY(co_await connect(*on, until));
    CO_TRY(dokploy::require(version, dokploy::feature::environments));
    for (const auto& lacks : dokploy::missing_features(version))
        notes.push_back(
            fmt::format("this Dokploy is older than {}: without {}", dokploy::to_string(lacks.since), lacks.named)
        );
    CO_TRY(co_await check_key(*on, until));
    const auto services = CO_TRY(co_await list_services(*on, until));
    CO_TRY(check_name_is_free(services, what));
    CO_TRY(check_instance_is_free(with.known, what.name));
    if (auto note = CO_TRY(co_await check_domain_is_free(*on, services, {}, host, until)); !note.empty())
        notes.push_back(std::move(note));
    if (auto note = CO_TRY(co_await check_dns(*on, host, what.remote_server_id, until)); !note.empty())
        notes.push_back(std::move(note));
    CO_TRY(co_await check_certificates(*on, what.remote_server_id, until));
    if (what.smtp)
        notes.push_back("mail: " + CO_TRY(co_await talk_to_mail_server(with, *what.smtp, until)));
    co_return notes;
}

io::task<result<stack::stack_plan>> plan_request(workshop with, const stack_request& what, io::deadline until)
{
    auto* on = CO_TRY(with.on.find(what.server));
    const auto wishes = CO_TRY(wishes_of(what));
    const auto now = with.time.wall();
    const stack::stack_secrets secrets{stack::new_api_keys({.now = now}), stack::new_service_secrets()};
    const auto host = CO_TRY(stack::domain_of(what.domain));
    const auto read = CO_TRY(
        what.like.empty() ? co_await read_template(with.on.catalogue(), *on, {.project = what.name, .now = now}, until)
                          : co_await read_as_template(*on, what.like, {.domain = host, .secrets = secrets}, until)
    );
    auto plan = CO_TRY(stack::plan_stack(read.filled, read.compose, wishes, secrets));
    if (!read.note.empty())
        plan.notes.push_back({stack::note_kind::remark, read.note});
    co_return plan;
}

deployment_review review_of(const stack_request& what, const stack::stack_plan& plan, std::string_view server)
{
    deployment_review out{
        .server = std::string(server),
        .project = project_of(what),
        .environment = environment_of(what),
        .name = what.name,
        .url = plan.domains.empty() ? std::string() : "https://" + plan.domains.front().host,
        .smtp = !what.like.empty() ? std::string("as the stack that is copied")
                : what.smtp        ? fmt::format("{}:{} as {}", what.smtp->host, what.smtp->port, what.smtp->user)
                                   : std::string("none: no mail is sent, mail addresses count without a proof")
    };
    out.images.reserve(plan.images.size());
    for (const auto& image : plan.images)
        out.images.push_back(fmt::format("{} {}:{}", image.service, image.image.repository, image.image.tag));
    out.notes.reserve(plan.notes.size());
    for (const auto& note : plan.notes)
        out.notes.push_back((note.kind == stack::note_kind::mended ? "mended: " : "") + note.text);
    for (const auto& name : plan.env.names())
        out.variables.push_back(
            fmt::format("{}={}", name, env_text::shown(name, plan.env.value_or_empty(name), stack::may_show))
        );
    return out;
}

jobs::sealed_part sealed_request(const stack_request& what)
{
    jobs::sealed_part out;
    const auto list = [](const std::vector<std::string>& of) {
        boost::json::array items;
        for (const auto& each : of)
            items.emplace_back(each);
        return items;
    };
    out.arguments = {
        {"server", what.server},
        {"name", what.name},
        {"domain", what.domain},
        {"project", project_of(what)},
        {"environment", environment_of(what)},
        {"site_url", what.site_url},
        {"versions", list(what.versions)},
        {"like", what.like},
        {"remote_server_id", what.remote_server_id},
    };
    if (what.smtp) {
        out.arguments["smtp_host"] = what.smtp->host;
        out.arguments["smtp_port"] = std::int64_t{what.smtp->port};
        out.arguments["smtp_user"] = what.smtp->user;
        out.arguments["smtp_sender_address"] = what.smtp->sender_address;
        out.arguments["smtp_sender_name"] = what.smtp->sender_name;
        out.secrets.emplace("smtp_password", what.smtp->password);
    }
    // Among them may be secrets of the person's own.
    out.secrets.emplace("variables", crypto::secret<>(json::to_text(list(what.variables))));
    return out;
}

} // namespace basekeeper::deploy
