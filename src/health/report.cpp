// From facts to a verdict and its JSON text.
#include "health/report.hpp"

#include "base/version.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::health {
namespace {

std::string quoted(std::string_view text)
{
    std::string out;
    json::write_string(out, text);
    return out;
}

/// `"name":{"ok":false,"reason":"…","next":"…"}`
std::string check(std::string_view name, const result<>& found)
{
    if (found)
        return fmt::format(R"({}:{{"ok":true}})", quoted(name));
    return fmt::format(
        R"({}:{{"ok":false,"reason":{},"next":{}}})",
        quoted(name),
        quoted(found.error().message),
        quoted(found.error().hint)
    );
}

std::string database(const database_fact& d)
{
    const auto state = quoted(to_string(d.circuit));
    if (d.circuit == resilience::circuit_state::closed)
        return fmt::format(R"({}:{{"ok":true,"circuit":{}}})", quoted(d.instance), state);
    return fmt::format(
        R"({}:{{"ok":false,"circuit":{},"next_try_in_seconds":{}}})",
        quoted(d.instance),
        state,
        std::chrono::ceil<std::chrono::seconds>(d.next_try_in).count()
    );
}

bool is_away(const database_fact& d)
{
    return d.circuit != resilience::circuit_state::closed;
}

std::vector<std::string> reasons_of(const facts& found)
{
    std::vector<std::string> out;
    if (found.stopping)
        out.emplace_back("the program is stopping");
    if (!found.store)
        out.push_back("the state cannot be written: " + found.store.error().message);
    if (!found.audit)
        out.push_back(
            "the audit trail cannot be written, so nothing that changes data may run: " + found.audit.error().message
        );
    for (const auto& d : found.databases)
        if (is_away(d))
            out.push_back(fmt::format("the database of \"{}\" does not answer; its tools fail at once", d.instance));
    return out;
}

} // namespace

report readiness(const facts& found, detail how_much)
{
    const auto away = static_cast<std::size_t>(std::ranges::count_if(found.databases, is_away));
    const bool none_left = found.configured_instances > 0 && away >= found.configured_instances;
    report out;
    out.ready = !found.stopping && found.store && found.audit && !none_left;
    out.json = fmt::format(R"({{"status":"{}")", !out.ready ? "not_ready" : away > 0 ? "degraded" : "ready");
    if (how_much == detail::full) {
        std::string reasons;
        for (const auto& each : reasons_of(found))
            reasons += (reasons.empty() ? "" : ",") + quoted(each);
        std::string databases;
        for (const auto& d : found.databases)
            databases += (databases.empty() ? "" : ",") + database(d);
        out.json += fmt::format(
            R"(,"reasons":[{}],"checks":{{{},{},"databases":{{{}}}}})",
            reasons,
            check("state", found.store),
            check("audit", found.audit),
            databases
        );
    }
    out.json += '}';
    return out;
}

std::string liveness()
{
    return fmt::format(R"({{"status":"alive","version":{}}})", quoted(product_version));
}

} // namespace basekeeper::health
