// What each probe finds becomes a row.
#include "clients/supabase/outcome.hpp"
#include "clients/supabase/probe_user.hpp"
#include "clients/supabase/probes.hpp"
#include "io/together.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace basekeeper::supabase {
namespace {

constexpr std::size_t at_a_time = 4;

struct round
{
    const gateway& on;
    const probe_options& how;
};

struct finding
{
    probe_status status = probe_status::passed;
    std::string detail{};
    std::string next{};
};

using io::deadline;

io::task<result<finding>> find_auth(const round& in, deadline until)
{
    const auto seen = CO_TRY(co_await auth_health(in.on, key::anon, until));
    co_return finding{.detail = fmt::format("GoTrue {}", seen.version)};
}

io::task<result<finding>> find_settings(const round& in, deadline until)
{
    const auto seen = CO_TRY(co_await read_auth_settings(in.on, key::anon, until));
    const auto* who =
        seen.sign_up == auth_settings::sign_ups::open ? "anybody can sign up" : "sign-ups are switched off";
    const auto* how = seen.confirmed == auth_settings::confirmation::automatic ? "addresses count as confirmed"
                                                                               : "addresses are confirmed by mail";
    co_return finding{.detail = fmt::format("{}, {}", who, how)};
}

io::task<result<finding>> find_administration(const round& in, deadline until)
{
    CO_TRY(co_await auth_administration(in.on, until));
    co_return finding{.detail = "auth accepts the service role key"};
}

/// What a user that could only be made by the service key says about sign-ups.
finding of_obstacle(obstacle why)
{
    switch (why) {
    case obstacle::switched_off:
        return {
            probe_status::passed,
            "sign-ups are switched off, so the user was made by the service role key and deleted again"
        };
    case obstacle::mail_not_sent:
        return {
            probe_status::warning,
            "nobody can sign up: auth cannot send the mail for confirmation; the user was made by the service role key "
            "and deleted again",
            "set SMTP_HOST, SMTP_PORT, SMTP_USER and SMTP_PASS to a mail server, or ENABLE_EMAIL_AUTOCONFIRM=true, and "
            "deploy again"
        };
    case obstacle::address_refused:
        return {
            probe_status::passed,
            "auth takes no address of example.com, so the user was made by the service role key and deleted again"
        };
    default:
        return {
            probe_status::warning,
            "auth takes no more sign-ups just now; the user was made by the service role key and deleted again",
            "look in a few minutes whether people can sign up"
        };
    }
}

io::task<result<finding>> find_sign_up(const round& in, deadline until)
{
    if (in.how.user == probe_user::not_made)
        co_return finding{probe_status::skipped, "not wanted"};
    const auto seen = CO_TRY(co_await sign_up_and_delete(in.on, in.how.to_delete_user, until));
    if (seen.session)
        co_return finding{
            probe_status::failed, "the session of a new user: " + seen.session->message, seen.session->hint
        };
    if (seen.left_behind)
        co_return finding{probe_status::failed, seen.left_behind->message, seen.left_behind->hint};
    if (seen.how == made_by::administration)
        co_return of_obstacle(seen.obstacle);
    if (seen.how == made_by::sign_up_with_mail)
        co_return finding{
            .detail = "a user signed up, auth sent the mail for confirmation, and the user was deleted again"
        };
    co_return finding{.detail = "a user signed up, its session worked, and it was deleted again"};
}

io::task<result<finding>> find_rest(const round& in, deadline until)
{
    const auto seen = CO_TRY(co_await rest(in.on, until));
    co_return finding{.detail = fmt::format("shows {} tables and views", seen.tables)};
}

io::task<result<finding>> find_rest_as_anon(const round& in, deadline until)
{
    CO_TRY(co_await rest_as_anon(in.on, until));
    co_return finding{.detail = "rest accepts the anon key"};
}

io::task<result<finding>> find_storage(const round& in, deadline until)
{
    const auto seen = CO_TRY(co_await storage(in.on, until));
    co_return finding{.detail = fmt::format("{} buckets", seen.count)};
}

io::task<result<finding>> find_realtime(const round& in, deadline until)
{
    const auto seen = CO_TRY(co_await realtime(in.on, in.how.realtime_tenant, until));
    co_return finding{
        .detail = seen.by == realtime_state::seen::tenant_health ? "its tenant is healthy"
                                                                 : "knows its tenant and accepts the anon key"
    };
}

io::task<result<finding>> find_functions(const round& in, deadline until)
{
    const auto seen = CO_TRY(co_await functions(in.on, in.how.function, until));
    co_return finding{
        .detail = seen.what == functions_state::found::function_answered
                      ? fmt::format("{} answered", in.how.function)
                      : fmt::format("the runtime answers; it has no function {}", in.how.function)
    };
}

io::task<result<finding>> find_database(const round& in, deadline until)
{
    CO_TRY(co_await database_through_gateway(in.on, until));
    co_return finding{.detail = "answers SQL through /pg/query"};
}

io::task<result<finding>> find_studio(const round& in, deadline until)
{
    const auto seen = CO_TRY(co_await studio(in.on, in.how.dashboard_login, until));
    if (seen.is == studio_state::door::open)
        co_return finding{
            probe_status::warning,
            "Studio lets everybody in without a password",
            "set DASHBOARD_USERNAME and DASHBOARD_PASSWORD and protect the path / at the gateway by them"
        };
    co_return finding{
        .detail = seen.is == studio_state::door::opened ? "opens with the password of the dashboard"
                                                        : "asks for the password of the dashboard"
    };
}

struct probe
{
    std::string_view name;
    bool needs_anon = false;
    bool needs_service = false;
    io::task<result<finding>> (*find)(const round& in, deadline until) = nullptr;
};

/// The longest first.
constexpr auto probes = std::to_array<probe>({
    {"sign_up", true, true, find_sign_up},
    {"realtime", true, false, find_realtime},
    {"auth", true, false, find_auth},
    {"settings", true, false, find_settings},
    {"administration", false, true, find_administration},
    {"rest", false, true, find_rest},
    {"rest_as_anon", true, false, find_rest_as_anon},
    {"storage", false, true, find_storage},
    {"functions", true, false, find_functions},
    {"database", false, true, find_database},
    {"studio", false, false, find_studio},
});

/// In which they are told.
constexpr auto order = std::to_array<std::string_view>(
    {"auth",
     "settings",
     "administration",
     "sign_up",
     "rest",
     "rest_as_anon",
     "storage",
     "realtime",
     "functions",
     "database",
     "studio"}
);

std::chrono::milliseconds since(steady_time begin)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

io::task<probe_outcome> carry_out(const probe& what, const round& in, deadline until)
{
    probe_outcome out{.name = std::string(what.name)};
    if ((what.needs_anon && !in.on.has(key::anon)) || (what.needs_service && !in.on.has(key::service))) {
        out.detail = what.needs_service && !in.on.has(key::service) ? "the service role key is not known"
                                                                    : "the anon key is not known";
        co_return out;
    }
    const auto begin = std::chrono::steady_clock::now();
    auto found = co_await what.find(in, until.capped(in.how.patience));
    out.took_ms = since(begin).count();
    if (!found)
        found = finding{probe_status::failed, found.error().message, found.error().hint};
    out.status = found->status;
    out.detail = std::move(found->detail);
    if (!found->next.empty())
        out.next = std::move(found->next);
    co_return out;
}

io::task<> note_down(const probe& what, const round& in, deadline until, std::vector<probe_outcome>& outcomes)
{
    outcomes.push_back(co_await carry_out(what, in, until));
}

} // namespace

io::task<std::vector<probe_outcome>>
probe_all(http::client& through, gateway_access to, probe_options how, deadline until)
{
    const gateway on(through, std::move(to));
    const round in{on, how};
    std::vector<probe_outcome> outcomes;
    outcomes.reserve(probes.size());
    const auto work = [&](std::size_t i) { return note_down(probes[i], in, until, outcomes); };
    co_await io::together(probes.size(), at_a_time, work);
    std::ranges::sort(outcomes, {}, [](const probe_outcome& one) { return std::ranges::find(order, one.name); });
    co_return outcomes;
}

bool all_work(const std::vector<probe_outcome>& of)
{
    return std::ranges::none_of(of, [](const auto& one) { return one.status == probe_status::failed; });
}

} // namespace basekeeper::supabase
