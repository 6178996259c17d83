// Wishes become changes: thought out on what Dokploy holds and on what runs, before anything is begun.
#include "features/deploy/engine.hpp"
#include "features/deploy/found_stack.hpp"
#include "features/deploy/password.hpp"
#include "features/deploy/stacks.hpp"
#include "stack/compose_file.hpp"
#include "stack/names.hpp"
#include "stack/undeployed.hpp"
#include "stack/wiped_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace basekeeper::deploy {
namespace {

/// Their containers hold every key, secret and address; the others are not worth a call each.
constexpr std::array telling_roles{
    stack::role::database, stack::role::auth, stack::role::gateway, stack::role::functions, stack::role::storage
};

std::vector<stack::file_mount> files_of(const setup& of)
{
    std::vector<stack::file_mount> out;
    out.reserve(of.files.size());
    for (const auto& f : of.files)
        out.push_back({f.path, {}}); // what stands in them is not asked
    return out;
}

enum class looked_into
{
    telling_ones,
    all
};

/// What a deployment would bring beside the change itself.
struct undeployed
{
    std::vector<stack::undeployed_variable> variables;
    bool password = false; ///< also POSTGRES_PASSWORD, which the database does not take from it
};

/// Fails with conflict where a deployment would delete data: it makes the folder anew in which services keep it.
result<>
check_keeps_data(const dokploy::compose& row, const stack::compose_file& file, const setup& now, bool has_containers)
{
    const auto data = stack::wiped_data(file, files_of(now));
    // Without containers there may still be what they left, unless it was never deployed.
    const bool was_deployed = has_containers || row.status != dokploy::service_status::idle || !row.deployments.empty();
    if (data.empty() || !was_deployed)
        return {};
    return fail(
        condition::conflict,
        fmt::format(
            "a deployment deletes .{}, where {} keeps its data: nothing was changed",
            data.front().path,
            data.front().service
        ),
        stack::rescue_of(data, row.app_name)
    );
}

/// What was changed in Dokploy and never deployed. Fails as `check_keeps_data`.
io::task<result<undeployed>>
undeployed_in(server& on, const dokploy::compose& row, const setup& now, looked_into which, io::deadline until)
{
    const auto file = CO_TRY(stack::compose_file::parse(now.compose.reveal()));
    const auto env = CO_TRY(env_text::document::parse(now.env.reveal()));
    auto containers = CO_TRY(
        co_await look_at_containers(on, row.app_name, containers_in(now.compose.reveal(), now.env.reveal()), until)
    );
    const bool any = std::ranges::any_of(containers, [](const container_report& one) { return !one.id.empty(); });
    CO_TRY(check_keeps_data(row, file, now, any));
    if (which == looked_into::telling_ones)
        std::erase_if(containers, [&](const container_report& one) {
            const auto* service = file.find(std::string_view(one.service));
            return service == nullptr || std::ranges::find(telling_roles, service->role) == telling_roles.end();
        });
    const auto running = co_await inspect_containers(on, containers, until);
    co_return undeployed{stack::undeployed(file, env, running), stack::has_other_password(file, env, running)};
}

void add_deployed(proposed_change& to, const std::vector<stack::undeployed_variable>& variables)
{
    for (const auto& one : variables) {
        if (std::ranges::find(to.differences, "env " + one.name, &difference::subject) == to.differences.end())
            to.also_deployed.push_back(one.name);
        for (const auto& service : one.services)
            if (std::ranges::find(to.touches.by_deployment, service) == to.touches.by_deployment.end())
                to.touches.by_deployment.push_back(service);
    }
}

} // namespace

io::task<result<proposed_change>> engine::proposed(found in, std::string reason, setup after, io::deadline until)
{
    proposed_change out;
    out.differences = CO_TRY(compare(in.now, after));
    out.touches = CO_TRY(touched(in.now, after));
    const bool deploys_only = in.now == after;
    undeployed pending;
    if (deploys_only || !out.touches.by_deployment.empty())
        pending = CO_TRY(co_await undeployed_in(
            *in.on, in.row, in.now, deploys_only ? looked_into::all : looked_into::telling_ones, until
        ));
    if (pending.password && !database_password(in.now, after))
        co_return fail(
            condition::conflict,
            "POSTGRES_PASSWORD was changed in Dokploy and never deployed: this change would deploy it, and the "
            "database, which took its password at its first start, would lock all services out",
            fmt::format(
                "put the old value back in Dokploy, or give the database a new one first: basekeeper dokploy "
                "update-env {} --generate POSTGRES_PASSWORD",
                in.row.name
            )
        );
    add_deployed(out, pending.variables);
    if (deploys_only)
        out.touches.by_restart = CO_TRY(restarted_by_deployment(in.now));
    if (deploys_only && out.also_deployed.empty())
        co_return fail(
            condition::conflict,
            "nothing would change: all containers run with what Dokploy holds",
            fmt::format("run `basekeeper dokploy validate {}` to see what is left to do", in.row.name)
        );
    out.what = {
        .server = in.on->name,
        .compose_id = in.row.id,
        .name = in.row.name,
        .app_name = in.row.app_name,
        .reason = std::move(reason),
        .before = in.now,
        .after = std::move(after),
        .password_was_edited = pending.password
    };
    co_return out;
}

io::task<result<proposed_change>> engine::propose_keys(stack_name which, jwt_secret secret, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    auto after = CO_TRY(with_new_keys(in.now, secret, with_.time.wall()));
    co_return co_await proposed(in, "regenerate keys", std::move(after), until);
}

io::task<result<proposed_change>> engine::propose_variables(stack_name which, variable_changes what, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    auto after = CO_TRY(with_variables(in.now, what, in.row.name, with_.time.wall()));
    if (const auto change = database_password(in.now, after))
        CO_TRY(password_command(change->to));
    co_return co_await proposed(in, "update env", std::move(after), until);
}

io::task<result<proposed_change>> engine::propose_domain(stack_name which, domain_wish what, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    auto after = CO_TRY(with_domain(in.now, what));
    const auto services = CO_TRY(co_await list_services(*in.on, until));
    const auto host = CO_TRY(stack::domain_of(what.host));
    CO_TRY(co_await check_domain_is_free(*in.on, services, in.row.id, host, until));
    co_return co_await proposed(in, "change domain", std::move(after), until);
}

io::task<result<proposed_change>> engine::propose_domain_removal(stack_name which, std::string host, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    auto after = CO_TRY(without_domain(in.now, host));
    co_return co_await proposed(in, "remove domain", std::move(after), until);
}

io::task<result<proposed_change>> engine::propose_rollback(stack_name which, std::string id, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    const auto all = CO_TRY(co_await kept_.list(in.on->name, in.row.id));
    if (id.empty() && all.empty())
        co_return fail(
            condition::not_found,
            fmt::format("no earlier configuration of \"{}\" is kept: only what this program replaced is", in.row.name),
            "change it with basekeeper dokploy update-env or regenerate-keys"
        );
    for (const auto& record : all) {
        if (!id.empty() && record.id != id)
            continue;
        auto wanted = CO_TRY(co_await kept_.read(record.id));
        if (id.empty() && wanted == in.now)
            continue;
        if (wanted == in.now)
            co_return fail(
                condition::conflict,
                "nothing would change: this configuration is in use",
                "choose another one of the history"
            );
        co_return co_await proposed(in, fmt::format("roll back to {}", record.id), std::move(wanted), until);
    }
    co_return fail(
        condition::not_found,
        id.empty() ? std::string("all configurations that are kept are the one in use")
                   : fmt::format("id: no configuration {} of \"{}\" is kept", id, in.row.name),
        fmt::format("run `basekeeper dokploy history {}`", in.row.name)
    );
}

io::task<result<jobs::view>> engine::begin(change what, std::string principal)
{
    co_return co_await work_.start(
        {.kind = std::string(change_kind),
         .instance = what.name,
         .principal = std::move(principal),
         .title = fmt::format("{} of {} on {}", what.reason, what.name, what.server),
         .with = sealed_change(what)}
    );
}

} // namespace basekeeper::deploy
