// basekeeper instance add, list, remove, harden.
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "features/database/harden.hpp"
#include "json/fields.hpp"
#include "pg/host_kind.hpp"
#include "ways/attempts.hpp"
#include "ways/connection_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>

namespace basekeeper::cli {
namespace {

constexpr std::size_t longest_connection = std::size_t{64} << 10U;
/// A way that swallows packets must not keep a person waiting.
constexpr std::chrono::seconds patience_of_a_person{8};

/// The text of the connection, from wherever it is.
result<crypto::secret<>> connection_text(const instance_command& what, terminal& screen)
{
    if (what.database_url == "-" || what.env_file == "-")
        return crypto::secret<>(screen.read_input(longest_connection));
    if (what.env_file.empty())
        return crypto::secret<>(what.database_url);
    std::ifstream file(what.env_file, std::ios::binary);
    if (!file)
        return fail(
            condition::not_found,
            fmt::format("--from-env: the file {} cannot be read", what.env_file),
            "check the path and its permissions, or pass - and give the text on standard input"
        );
    auto text = crypto::secret<>::filled_by([&](std::string& into) {
        into.resize(longest_connection);
        file.read(into.data(), static_cast<std::streamsize>(into.size()));
        into.resize(static_cast<std::size_t>(file.gcount()));
    });
    return text;
}

std::string_view kind_by_host(const ways::connection_info& info)
{
    const auto kind = pg::kind_of_host(info.given.host);
    return kind == pg::host_kind::cloud_direct || kind == pg::host_kind::cloud_pooler ? "cloud" : "self_hosted";
}

/// Which way was found, for a person.
void show_ways(terminal& screen, const std::vector<ways::attempt>& tried)
{
    const auto* best = ways::best_of(tried);
    for (const auto& a : tried)
        screen.print(fmt::format(
            "  {} {} {}{}",
            a.failure ? "no " : "yes",
            ways::words(a.way.route),
            a.failure ? a.failure->message : pg::describe(a.way.to),
            &a == best ? fmt::format(", in {} ms: this way is used", a.took.count()) : ""
        ));
    if (best == nullptr)
        screen.print(fmt::format("it does not answer at present\n  next: {}", tried.front().failure->hint));
    else if (best->pooling == ways::pooling::transaction)
        screen.print(fmt::format("through a pooler in transaction mode {}", ways::transaction_mode_limits));
}

boost::json::object outcome_of(const std::string& name, const std::vector<ways::attempt>& tried)
{
    boost::json::array all;
    for (const auto& a : tried) {
        boost::json::object one{
            {"way", ways::words(a.way.route)}, {"target", pg::describe(a.way.to)}, {"works", !a.failure}
        };
        if (a.failure) {
            one["problem"] = a.failure->message;
            one["next"] = a.failure->hint;
        }
        all.push_back(std::move(one));
    }
    return {{"name", name}, {"outcome", "added"}, {"ways", std::move(all)}};
}

/// Remembers an instance by the way that works, or as it was given when none does: it may be away just now.
io::task<result<>> add(instance_command what, instance_services with, presentation show)
{
    CO_TRY(state::check_instance_name(what.name));
    const auto text = CO_TRY(connection_text(what, show.screen));
    auto info = CO_TRY(ways::read_connection(text.reveal()));
    if (what.kind.empty())
        what.kind = kind_by_host(info);
    if (!instances::kind_from(what.kind))
        co_return fail(
            condition::invalid_argument,
            fmt::format("--kind: \"{}\" is not known", what.kind),
            "use self_hosted, cloud, dokploy or local"
        );
    if (const auto known = with.store.get_instance(what.name); known)
        co_return fail(
            condition::conflict,
            fmt::format("an instance \"{}\" exists already", what.name),
            "choose another name, or remove it first with `basekeeper instance remove`"
        );
    const auto tried = co_await ways::try_ways(
        with.where,
        with.threads,
        ways::candidates(info),
        ways::patience::try_all,
        io::deadline::after(patience_of_a_person)
    );
    const auto* best = ways::best_of(tried);
    if (best != nullptr && best != &tried.front())
        info = ways::preferring(std::move(info), best->way);
    boost::json::object settings;
    if (const auto& url = what.url.empty() ? info.api_url : what.url; !url.empty())
        settings["url"] = url;
    if (!what.tags.empty())
        settings["tags"] = boost::json::array(what.tags.begin(), what.tags.end());
    state::instance_secrets secrets;
    secrets.emplace(instances::database_url_secret, ways::to_text(info));
    CO_TRY(with.store.add_instance({.name = what.name, .kind = what.kind, .settings = std::move(settings)}, secrets));
    if (show.format == output::json) {
        show.screen.print(json::to_text(outcome_of(what.name, tried)));
        co_return result<>{};
    }
    show.screen.print(fmt::format("added {}", what.name));
    show_ways(show.screen, tried);
    show.screen.print(fmt::format(
        "  next: basekeeper call test_connection --arg instance={}\n        basekeeper instance harden {}",
        what.name,
        what.name
    ));
    co_return result<>{};
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
    show.screen.print(fmt::format(
        "it can read {} tables and views{}{}",
        report.powers.readable_tables,
        report.powers.reads_password_hashes ? ", among them password hashes: revoke that from PUBLIC" : "",
        report.powers.makes_temporary_tables ? ", and may make temporary tables as everybody may" : ""
    ));
    if (!report.powers.writable.empty())
        show.screen.print(fmt::format(
            "PUBLIC may write, which read-only transactions keep it from: {}", fmt::join(report.powers.writable, ", ")
        ));
    if (!report.powers.definer_functions.empty())
        show.screen.print(fmt::format(
            "functions with powers of their owners, refused in reads: {}",
            fmt::join(report.powers.definer_functions, ", ")
        ));
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
        co_return recorded.end(co_await add(std::move(what), with, show));
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
