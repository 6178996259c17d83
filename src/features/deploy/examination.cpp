// Each proof is one thing that a user of the stack does.
#include "features/deploy/examination.hpp"

#include "features/deploy/health.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::deploy {

io::task<std::vector<examined>>
examine(servers& all, server& on, io::offload_pool& threads, setup of, wall_time now, io::deadline until)
{
    (void)all;
    std::vector<examined> out;
    for (const auto& d : of.domains) {
        if (!d.https)
            continue;
        const auto seen = co_await look_at_certificate(on, threads, d.host, now, until);
        out.push_back(
            {.name = "certificate",
             .outcome = seen.problem.empty() ? proof::passed : proof::failed,
             .detail = seen.problem,
             .next = seen.next}
        );
    }
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
