// Each proof is one thing that a user of the stack does, through its domain.
#include "features/deploy/examination.hpp"

#include "clients/supabase/outcome.hpp"
#include "features/deploy/health.hpp"
#include "stack/addresses.hpp"
#include "stack/compose_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

/// What is known of a stack before it is asked.
struct front
{
    setup_domain domain;
    supabase::gateway_access access;
    supabase::probe_options how;
};

std::unexpected<error> no_way_in(std::string what, std::string next)
{
    return fail(condition::not_found, std::move(what), std::move(next));
}

/// The tenant that realtime was told to serve; its own default otherwise.
std::string tenant_of(const stack::compose_file& file, const env_text::document& env)
{
    constexpr std::string_view variable = "SELF_HOST_TENANT_NAME";
    const auto* realtime = file.find(stack::role::realtime);
    const auto* written = realtime == nullptr ? nullptr : file.variable(*realtime, variable);
    if (written == nullptr)
        return "realtime-dev";
    if (!written->contains('$'))
        return *written;
    const auto set = env.value_or_empty(variable);
    return set.empty() ? "realtime-dev" : std::string(set);
}

result<front> front_of(const server& on, const setup& of)
{
    const auto env = TRY(env_text::document::parse(of.env.reveal()));
    const auto file = TRY(stack::compose_file::parse(of.compose.reveal()));
    const auto* gateway = file.find(stack::role::gateway);
    const auto domain = std::ranges::find_if(of.domains, [&](const setup_domain& d) {
        return gateway != nullptr && d.service == gateway->name && d.path == "/";
    });
    if (domain == of.domains.end())
        return no_way_in(
            "the gateway has no domain, so that nothing of the stack can be asked",
            "give it one: basekeeper dokploy domain NAME --host HOST"
        );
    front out{.domain = *domain};
    out.access.url = fmt::format("{}://{}", domain->https ? "https" : "http", domain->host);
    if (const auto* key = env.find("ANON_KEY"))
        out.access.anon_key = *key;
    if (const auto* key = env.find("SERVICE_ROLE_KEY"))
        out.access.service_key = *key;
    if (!on.reach.empty() && domain->https)
        out.access.reach = on.reach;
    out.how.realtime_tenant = tenant_of(file, env);
    const auto* user = env.find("DASHBOARD_USERNAME");
    const auto* password = env.find("DASHBOARD_PASSWORD");
    if (user != nullptr && password != nullptr)
        out.how.dashboard_login = crypto::secret<>(user->reveal() + ":" + password->reveal());
    return out;
}

proof outcome_of(supabase::probe_status s)
{
    switch (s) {
    case supabase::probe_status::passed:
        return proof::passed;
    case supabase::probe_status::warning:
        return proof::warning;
    case supabase::probe_status::failed:
        return proof::failed;
    case supabase::probe_status::skipped:
        break;
    }
    return proof::skipped;
}

examined of_certificate(const certificate_state& seen)
{
    examined out{.name = "certificate", .next = seen.next};
    // One that ends soon still works.
    const bool works = seen.problem.empty() || (!seen.expires.empty() && seen.trusted);
    out.outcome = seen.problem.empty() ? proof::passed : works ? proof::warning : proof::failed;
    out.detail = seen.problem.empty() ? fmt::format("of {}, until {}", seen.issuer, seen.expires) : seen.problem;
    return out;
}

} // namespace

io::task<std::vector<examined>>
examine(servers& all, server& on, io::offload_pool& threads, setup of, wall_time now, io::deadline until)
{
    std::vector<examined> out;
    auto to = front_of(on, of);
    if (!to) {
        out.push_back(
            {.name = "domain", .outcome = proof::failed, .detail = to.error().message, .next = to.error().hint}
        );
        co_return out;
    }
    if (to->domain.https) {
        out.push_back(of_certificate(co_await look_at_certificate(on, threads, to->domain.host, now, until)));
        // Everything else would say the same once more.
        if (out.back().outcome == proof::failed)
            co_return out;
    }
    for (auto& one : co_await supabase::probe_all(all.web(on), std::move(to->access), std::move(to->how), until))
        out.push_back(
            {.name = std::move(one.name),
             .outcome = outcome_of(one.status),
             .detail = std::move(one.detail),
             .next = std::move(one.next).value_or("")}
        );
    co_return out;
}

std::vector<std::string> failures(const std::vector<examined>& all)
{
    std::vector<std::string> out;
    for (const auto& each : all)
        if (each.outcome == proof::failed)
            out.push_back(each.name);
    return out;
}

std::string failure_words(const std::vector<examined>& all)
{
    std::string out;
    for (const auto& each : all)
        if (each.outcome == proof::failed)
            out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", each.name, each.detail);
    return out;
}

} // namespace basekeeper::deploy
