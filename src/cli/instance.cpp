// basekeeper instance add, list, remove, harden.
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "features/database/harden.hpp"
#include "json/fields.hpp"
#include "pg/target.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace basekeeper::cli {
namespace {

result<> add(const instance_command& what, instance_services with, presentation show)
{
    TRY(state::check_instance_name(what.name));
    if (!instances::kind_from(what.kind))
        return fail(
            condition::invalid_argument,
            fmt::format("--kind: \"{}\" is not known", what.kind),
            "use self_hosted, cloud, dokploy or local"
        );
    auto url = what.database_url;
    if (url == "-") {
        url = show.screen.read_input(8'192);
        while (!url.empty() && (url.back() == '\n' || url.back() == '\r' || url.back() == ' '))
            url.pop_back();
    }
    TRY(pg::parse_target(url));
    boost::json::object settings;
    if (!what.url.empty())
        settings["url"] = what.url;
    if (!what.tags.empty())
        settings["tags"] = boost::json::array(what.tags.begin(), what.tags.end());
    state::instance_secrets secrets;
    secrets.emplace(instances::database_url_secret, crypto::secret<>(std::move(url)));
    TRY(with.store.add_instance({.name = what.name, .kind = what.kind, .settings = std::move(settings)}, secrets));
    if (show.format == output::json) {
        show.screen.print(json::to_text(boost::json::object{{"name", what.name}, {"outcome", "added"}}));
        return {};
    }
    show.screen.print(fmt::format(
        "added {}\n  next: basekeeper call test_connection --arg instance={}\n        basekeeper instance harden {}",
        what.name,
        what.name,
        what.name
    ));
    return {};
}

/// The role stays on the server, which is not touched. Its owner's login need not be a superuser: then DROP OWNED wants
/// membership.
std::string how_to_drop(std::string_view role)
{
    return fmt::format("grant {0} to current_user; drop owned by {0}; drop role {0}", role);
}

bool agrees_to_remove(const instance_command& what, presentation show)
{
    if (what.agreed == consent::given)
        return true;
    const auto said = show.screen.ask(
        fmt::format("Forget instance \"{}\" and its stored secrets? The database is not touched. [y/N]", what.name)
    );
    return said == "y" || said == "yes";
}

io::task<result<>> remove(instance_command what, instance_services with, presentation show)
{
    const auto role = co_await with.names.read_only_role(what.name);
    CO_TRY(with.store.remove_instance(what.name));
    if (show.format == output::json) {
        boost::json::object out{{"name", what.name}, {"outcome", "removed"}};
        if (role && *role)
            out["read_only_role"] = **role;
        show.screen.print(json::to_text(out));
        co_return result<>{};
    }
    show.screen.print(fmt::format("removed {}", what.name));
    // A role whose name cannot be decrypted any more must not keep the instance.
    if (!role)
        show.screen.print(fmt::format(
            "its database may still have the login of query_database: look for a role {}*",
            instances::read_only_role_prefix
        ));
    else if (*role)
        show.screen.print(fmt::format("its database still has a role of ours; to drop it: {}", how_to_drop(**role)));
    co_return result<>{};
}

io::task<result<>> harden(instance_command what, instance_services with, presentation show)
{
    const auto report = CO_TRY(
        co_await database::harden(with.names, with.open, what.name, io::deadline::after(std::chrono::seconds{60}))
    );
    std::string text;
    json::encode(text, report);
    if (show.format == output::json) {
        show.screen.print(text);
        co_return result<>{};
    }
    show.screen.print(
        fmt::format("query_database on {} now runs as {}, verified: it can only read.", what.name, report.role)
    );
    if (!report.unreadable.empty())
        show.screen.print(fmt::format("not readable, as another role owns them: {}", fmt::join(report.unreadable, ", "))
        );
    if (!report.policed.empty())
        show.screen.print(fmt::format("row-level security decides what it sees of: {}", fmt::join(report.policed, ", "))
        );
    co_return result<>{};
}

result<> list(instance_services with, presentation show)
{
    boost::json::array all;
    for (const auto& i : with.names.all())
        all.push_back(boost::json::object{
            {"name", i.name},
            {"kind", instances::kind_name(i.kind)},
            {"source", i.source == instances::defined_by::configuration ? "configuration" : "store"},
            {"url", i.api_url},
        });
    if (show.format == output::json)
        show.screen.print(json::to_text(all));
    else if (all.empty())
        show.screen.print("no instances yet\n  next: basekeeper local up dev");
    else
        show.screen.print(render(all));
    return {};
}

/// The database URL holds a password: it is in no digest.
boost::json::object arguments_of(const instance_command& what)
{
    boost::json::object out{{"name", what.name}};
    if (what.action == instance_action::add) {
        out["kind"] = what.kind;
        out["url"] = what.url;
        out["tags"] = boost::json::array(what.tags.begin(), what.tags.end());
    }
    return out;
}

std::string_view name_of(instance_action action)
{
    switch (action) {
    case instance_action::add:
        return "instance add";
    case instance_action::remove:
        return "instance remove";
    case instance_action::harden:
        return "instance harden";
    case instance_action::list:
        break;
    }
    return "instance list";
}

io::task<result<>> change(instance_command what, instance_services with, presentation show)
{
    recorded_command recorded(with.book, std::string(name_of(what.action)), what.name, arguments_of(what));
    if (what.action == instance_action::add)
        co_return recorded.end(add(what, with, show));
    if (what.action == instance_action::harden)
        co_return recorded.end(co_await harden(std::move(what), with, show));
    if (!agrees_to_remove(what, show)) {
        recorded.declined();
        co_return recorded.end(fail(condition::denied, "not confirmed, nothing was changed", "add --yes if you agree"));
    }
    recorded.confirmed();
    co_return recorded.end(co_await remove(std::move(what), with, show));
}

} // namespace

io::task<int> instance(instance_command what, instance_services with, presentation show)
{
    result<> done;
    if (what.action == instance_action::list)
        done = list(with, show);
    else
        done = co_await change(std::move(what), with, show);
    co_return done ? 0 : report(show.screen, done.error());
}

} // namespace basekeeper::cli
