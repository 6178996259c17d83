// execute() on Supabase's own schemas: by the role that owns them, as far as this login leads there.
#include "features/database/engine.hpp"
#include "features/database/right_role.hpp"

#include <fmt/format.h>

namespace basekeeper::database {
namespace {

using pages = std::vector<rows_page>;

constexpr std::string_view insufficient_privilege = "42501";
constexpr std::string_view not_in_a_transaction = "25001";

result<pages> done_as(const std::string& role, result<pages> ran)
{
    if (ran)
        for (auto& page : *ran)
            page.ran_as = role;
    return ran;
}

/// A pool that is used once and closed whatever happened.
io::task<> close(pg::pool& used)
{
    (void)co_await used.close(io::deadline::after(std::chrono::seconds{2}));
}

} // namespace

io::task<result<pages>> engine::execute_as_login(pg::pool& db, execution what, pg::caps keep, io::deadline until)
{
    const bool several =
        what.statements.size() > 1 || !what.role.empty() || what.claims || what.end == transaction_end::roll_back;
    if (several)
        co_return co_await execute_in_transaction(db, std::move(what), keep, until);
    co_return co_await execute_alone(db, CO_TRY(bind(what.statements.front())), keep, until);
}

platform_work engine::platform_work_of(const execution& what)
{
    platform_work out;
    // Who names a role or claims has chosen.
    if (!what.role.empty() || what.claims)
        return out;
    for (const auto& each : what.statements)
        out.add(checks_.classify(each.sql));
    return out;
}

io::task<result<pages>> engine::execute_on_platform(
    std::string instance, instances::pools& open, execution what, platform_work on, pg::caps keep, io::deadline until
)
{
    const auto answer = CO_TRY(co_await open.owner.run_shared(ask_right_role(on), pg::caps{}, until));
    const auto owner = read_right_role(answer);
    auto as_owner = what;
    as_owner.role = owner.name;
    if (on.only_defines && owner.by_set_role()) {
        // What is made belongs to the role that makes it: it must be the one whose service works with it.
        auto ran = co_await execute_in_transaction(open.owner, as_owner, keep, until);
        if (ran || ran.error().sqlstate != not_in_a_transaction)
            co_return done_as(owner.name, std::move(ran));
    }
    auto ran = co_await execute_as_login(open.owner, what, keep, until);
    if (ran || ran.error().sqlstate != insufficient_privilege || owner.is_login)
        co_return ran;
    if (!on.only_defines && owner.by_set_role())
        co_return done_as(owner.name, co_await execute_in_transaction(open.owner, std::move(as_owner), keep, until));
    const auto kind = open_.kind_of(instance);
    const auto no_login = fmt::format("no login as {}", owner.name);
    const bool shared_password = kind == config::instance_kind::self_hosted || kind == config::instance_kind::dokploy;
    if (owner.may_log_in() && shared_password && !open.remembered.contains(no_login)) {
        const auto own = open_.pool_as(open, owner.name);
        auto by_owner = co_await execute_as_login(*own, std::move(what), keep, until);
        co_await close(*own);
        // A login that is refused is remembered: trying it each time would look like an attack.
        const auto& code = by_owner ? std::string() : by_owner.error().sqlstate;
        const bool let_in = by_owner || !(code.starts_with("28") || code.starts_with("08") || code == "XX000");
        if (let_in)
            co_return done_as(owner.name, std::move(by_owner));
        open.remembered.emplace(no_login, true);
    }
    co_return fail(explain_refusal(std::move(ran).error(), on, owner, kind));
}

} // namespace basekeeper::database
