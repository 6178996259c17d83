// Chooses what a command needs, builds it, runs it, stops it.
#include "app/program.hpp"

#include "app/serve.hpp"
#include "app/services.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"
#include "config/load.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <set>
#include <string>

namespace basekeeper::app {
namespace {

/// A core dump would hold secrets in clear. Sanitizers need to trace their own process, so they are left alone.
void forbid_core_dumps()
{
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
    ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

struct run_command
{
    services& with;
    cli::presentation show;

    cli::bookkeeping book() const { return {with.audit(), local_principal("cli"), system_clock()}; }

    cli::instance_services instances() const
    {
        return {with.store(), with.names(), with.open(), with.runtime().executor(), with.runtime().pool(), book()};
    }

    io::task<int> operator()(const cli::serve_command& c) const
    {
        return c.http ? serve_http(with, *c.http, show.screen) : serve(with);
    }

    io::task<int> operator()(const cli::call_command& c) const
    {
        return cli::call(c, {with.offers(), with.rules(), local_principal("cli")}, show);
    }

    io::task<int> operator()(const cli::types_command& c) const
    {
        return cli::types(c, {with.offers(), with.rules(), local_principal("cli")}, show);
    }

    io::task<int> operator()(const cli::local_command& c) const
    {
        return cli::local(c, with.local(), instances(), show);
    }

    io::task<int> operator()(const cli::instance_command& c) const { return cli::instance(c, instances(), show); }

    io::task<int> operator()(const cli::migration_command& c) const
    {
        const auto& values = with.settings().values;
        return cli::migration(
            c, {with.migrations(), with.names(), *values.pinned_instance, *values.read_only, with.rules(), book()}, show
        );
    }

    io::task<int> operator()(const cli::doctor_command&) const
    {
        return cli::doctor({with.settings(), with.store(), with.names(), with.open(), with.runtime().pool()}, show);
    }

    io::task<int> operator()(const cli::tools_command&) const
    {
        co_return cli::tools(with.offers(), with.rules(), show);
    }

    io::task<int> operator()(const cli::diff_command& c) const
    {
        return cli::diff(
            c, {with.compare(), with.names(), {with.offers(), with.rules(), local_principal("cli")}}, show
        );
    }

    io::task<int> operator()(const cli::jobs_command& c) const
    {
        return cli::jobs(c, {with.jobs(), {with.offers(), with.rules(), local_principal("cli")}}, show);
    }

    io::task<int> operator()(const cli::dokploy_command& c) const
    {
        return cli::dokploy(
            c,
            {with.dokploy(),
             with.jobs(),
             with.store(),
             book(),
             *with.settings().values.smtp.password,
             {with.offers(), with.rules(), local_principal("cli")}},
            show
        );
    }

    io::task<int> operator()(const cli::secrets_command&) const
    {
        co_return cli::rotate_secrets(with.settings().values, with.store(), book(), show);
    }

    io::task<int> operator()(const cli::key_command& c) const
    {
        std::set<std::string> groups;
        for (const auto& t : with.offers().tools())
            groups.insert(t.about.group);
        const auto recorded = book();
        co_return cli::key(
            c, {with.settings().values, {groups.begin(), groups.end()}, with.names().names(), recorded}, show
        );
    }

    io::task<int> operator()(const cli::block_command& c) const
    {
        co_return cli::block(c, with.settings().values, book(), show);
    }

    // These need no services and were run before.
    io::task<int> operator()(const cli::config_command&) const { co_return 0; }

    io::task<int> operator()(const cli::audit_command&) const { co_return 0; }

    io::task<int> operator()(const cli::rehearse_command&) const { co_return 0; }

    io::task<int> operator()(const cli::completion_command&) const { co_return 0; }
};

io::task<int> run_and_stop(services& with, const cli::command& what, cli::presentation show)
{
    with.start();
    int code = co_await std::visit(run_command{with, show}, what);
    const auto stopped = co_await with.stop();
    if (!stopped)
        code = cli::report(show.screen, stopped.error());
    co_return code;
}

int run_line(const cli::command_line& line)
{
    cli::terminal screen(stdin, stdout, stderr);
    const cli::presentation show{screen, line.format};
    if (const auto* completion = std::get_if<cli::completion_command>(&line.what))
        return cli::completion(*completion, show);
    if (const auto* rehearse = std::get_if<cli::rehearse_command>(&line.what))
        return cli::rehearse(*rehearse, show);
    auto settings = config::load(line.config_file, config::process_environment(), line.flags);
    if (!settings)
        return cli::report(screen, settings.error());
    if (std::holds_alternative<cli::config_command>(line.what))
        return cli::config_show(*settings, show);
    if (const auto* audit = std::get_if<cli::audit_command>(&line.what))
        return cli::audit(*audit, settings->values, show);
    auto built = services::build(*std::move(settings));
    if (!built)
        return cli::report(screen, built.error());
    auto& with = **built;
    return with.runtime().run_main(run_and_stop(with, line.what, show));
}

} // namespace

int run(int argc, const char* const* argv) noexcept
{
    try {
        forbid_core_dumps();
        const auto parsed = cli::parse(argc, argv);
        if (const auto* usage = std::get_if<cli::usage>(&parsed)) {
            std::fputs(usage->text.c_str(), usage->exit_code == 0 ? stdout : stderr);
            return usage->exit_code;
        }
        return run_line(std::get<cli::command_line>(parsed));
    } catch (const std::exception& e) {
        std::fprintf(stderr, "basekeeper: internal error: %s\n  next: report this with what you did\n", e.what());
        return exit_code(condition::internal);
    }
}

} // namespace basekeeper::app
