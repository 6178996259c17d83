// The grammar of `basekeeper dokploy …`.
#include "cli/grammar.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace basekeeper::cli {
namespace {

/// What says how a new stack is to be.
void add_stack_options(CLI::App& c, dokploy_command& d)
{
    c.add_option("--project", d.project, "In Dokploy (default: as the name)");
    c.add_option("--environment", d.environment, "In the project (default: production)");
    c.add_option("--site-url", d.site_url, "Of the application");
    c.add_option("--smtp-host", d.smtp_host, "Mail server (default: [smtp] of the configuration)");
    c.add_option("--smtp-port", d.smtp_port)->check(CLI::Range(1, 65'535));
    c.add_option("--smtp-user", d.smtp_user, "Its password is read from BASEKEEPER_SMTP_PASSWORD or asked for");
    c.add_option("--smtp-sender", d.smtp_sender, "Address that mails come from");
    c.add_option("--smtp-sender-name", d.smtp_sender_name);
    c.add_flag("--no-mail", d.no_mail, "Send none; mail addresses then count without a proof");
    c.add_option("--image", d.versions, "SERVICE=TAG; may be repeated")->take_all()->expected(1);
    c.add_option("--set", d.variables, "NAME=VALUE; may be repeated")->take_all()->expected(1);
}

void add_dokploy_servers(CLI::App& dokploy, draft& d)
{
    auto& what = d.dokploy;
    const auto finish = chooser(d, &draft::dokploy);
    auto* connect = dokploy.add_subcommand("connect", "Make a Dokploy server known, with a key that is kept encrypted");
    connect->add_option("name", what.name, "For you: a-z, 0-9 and hyphens")->required();
    connect->add_option("--url", what.url, "Of Dokploy's interface, without a path")->required();
    connect->add_option("--pin", what.pin, "Of a certificate that no authority signed");
    finish(connect, dokploy_action::connect);
    auto* forget = dokploy.add_subcommand("disconnect", "Forget a server that was connected");
    forget->add_option("name", what.name)->required();
    finish(forget, dokploy_action::disconnect);
}

void add_dokploy_changes(CLI::App& dokploy, draft& d)
{
    auto& what = d.dokploy;
    const auto finish = chooser(d, &draft::dokploy);
    const auto changing = [&](const char* name, const char* help, dokploy_action action) {
        auto* c = dokploy.add_subcommand(name, help);
        c->add_option("name", what.name, "The stack: NAME, PROJECT/NAME or an id")->required();
        c->add_flag("--dry-run", what.dry_run, "Only show what would change");
        c->add_flag("-y,--yes", d.yes, "Do not ask");
        finish(c, action);
        return c;
    };
    changing("regenerate-keys", "New API keys, proven, put back when it works worse", dokploy_action::regenerate_keys)
        ->add_flag("--keep-jwt-secret", what.keep_jwt_secret, "Users stay logged in; not after a leak");
    auto* env = changing("update-env", "Set, make anew or remove variables, mend findings", dokploy_action::update_env);
    env->add_option("variables", what.variables, "NAME=VALUE");
    env->add_option("--generate", what.generate, "A secret to be made anew")->take_all()->expected(1);
    env->add_option("--remove", what.remove, "A variable to be removed")->take_all()->expected(1);
    env->add_option("--mend", what.mend, "The id of a finding")->take_all()->expected(1);
    auto* domain =
        changing("domain", "Show the domains, give it one with --host, or take one away", dokploy_action::domain);
    domain->add_option("--host", what.domain, "Such as db.example.com");
    domain->add_option("--service", what.service, "That answers (default: the gateway)");
    domain->add_option("--port", what.port, "Of the service (default: 8000)")->check(CLI::Range(1, 65'535));
    domain->add_flag_callback("--https", [] {}, "Always so; accepted because findings say it");
    domain->add_flag("--remove", what.take_away, "Take the domain away");
    changing("rollback", "Back to a configuration of the history", dokploy_action::rollback)
        ->add_option("--to", what.id, "Its id (default: the newest that differs)");
    auto* clone = changing("clone", "A second stack like this one, with secrets of its own", dokploy_action::clone);
    clone->add_option("new-name", what.new_name)->required();
    clone->add_option("--domain", what.domain, "Of the new one")->required();
    clone->add_option("--project", what.project);
    clone->add_option("--environment", what.environment);
}

void add_dokploy_looks(CLI::App& dokploy, draft& d)
{
    auto& what = d.dokploy;
    const auto finish = chooser(d, &draft::dokploy);
    finish(dokploy.add_subcommand("list", "The Supabase stacks on the Dokploy servers"), dokploy_action::list);
    const auto looking = [&](const char* name, const char* help, dokploy_action action) {
        auto* c = dokploy.add_subcommand(name, help);
        c->add_option("name", what.name, "The stack: NAME, PROJECT/NAME or an id")->required();
        finish(c, action);
        return c;
    };
    looking("validate", "What is wrong with it, and the command that mends it", dokploy_action::validate)
        ->add_flag("--configuration", what.configuration_only, "Do not ask the running stack");
    looking("health", "Containers, resources, certificates", dokploy_action::health);
    looking("history", "Configurations that were replaced", dokploy_action::history);
    auto* logs = looking("logs", "The logs of all services in the order of time", dokploy_action::logs);
    logs->add_option("--service", what.services, "May be repeated")->take_all()->expected(1);
    logs->add_option("--level", what.level, "The least")->check(CLI::IsMember({"debug", "info", "warning", "error"}));
    logs->add_option("--since", what.since, "RFC 3339 time, or back from now: 15m, 2h");
    logs->add_option("--until", what.until, "The same");
    logs->add_option("--contains", what.contains, "Upper and lower case alike");
    logs->add_option("--lines", what.lines, "The newest")->check(CLI::Range(1, 5000));
    logs->add_flag("-f,--follow", what.follow, "Go on with what comes; Ctrl-C ends it");
    logs->add_option("--export", what.export_to, "Into this new file, up to 10,000 lines of each service");
}

} // namespace

void add_dokploy(CLI::App& app, draft& d)
{
    auto* dokploy = app.add_subcommand("dokploy", "Supabase on Dokploy: deploy, check, mend, watch");
    dokploy->require_subcommand(1);
    dokploy->add_option("--server", d.dokploy.server, "Which Dokploy server, when there are several");
    const auto finish = chooser(d, &draft::dokploy);
    add_dokploy_servers(*dokploy, d);
    const auto making = [&](const char* name, const char* help, dokploy_action action) {
        auto* c = dokploy->add_subcommand(name, help);
        c->add_option("name", d.dokploy.name, "a-z, 0-9 and hyphens, at most 32")
            ->required(action == dokploy_action::deploy);
        c->add_option("--domain", d.dokploy.domain, "Whose DNS leads to the server")
            ->required(action == dokploy_action::deploy);
        add_stack_options(*c, d.dokploy);
        c->add_flag("--dry-run", d.dokploy.dry_run, "Check everything and show what would be made");
        c->add_flag("-y,--yes", d.yes, "Do not ask");
        finish(c, action);
        return c;
    };
    making("setup", "Nine steps to a working Supabase; asks for what is missing", dokploy_action::setup)
        ->add_flag("--fresh", d.dokploy.fresh, "Without the answers of an earlier setup that was left");
    making("deploy", "A new Supabase with everything given", dokploy_action::deploy);
    add_dokploy_changes(*dokploy, d);
    add_dokploy_looks(*dokploy, d);
}

} // namespace basekeeper::cli
