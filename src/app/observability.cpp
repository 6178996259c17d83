// Connects policy, pools, audit and process with the metrics and the readiness report.
#include "app/observability.hpp"

#include "io/offload.hpp"
#include "io/signals.hpp"
#include "metrics/process.hpp"
#include "state/store.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace basekeeper::app {
namespace {

std::vector<std::string> names_of(const mcp::registry& offers)
{
    std::vector<std::string> out;
    for (const auto& t : offers.tools())
        out.push_back(t.about.name);
    return out;
}

void sample_pool(metrics::samples& into, std::string_view instance, std::string_view login, const pg::pool_usage& use)
{
    constexpr std::string_view name = "basekeeper_pool_connections";
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    into.add(name, {instance, login, "leased"}, number(use.leased));
    into.add(name, {instance, login, "idle"}, number(use.idle));
    into.add(name, {instance, login, "connecting"}, number(use.connecting));
    into.add(name, {instance, login, "lane"}, number(use.lanes));
    into.add("basekeeper_pool_waiting", {instance, login}, number(use.waiting));
}

void sample_databases(metrics::samples& into, const instances::connections& open)
{
    for (const auto& [name, now] : open.states()) {
        sample_pool(into, name, "owner", now.owner);
        if (now.read_only)
            sample_pool(into, name, "read_only", *now.read_only);
        into.add("basekeeper_circuit_state", {"database", name}, circuit_number(now.circuit));
        into.add("basekeeper_circuit_opened_total", {"database", name}, static_cast<double>(now.times_opened));
    }
}

void sample_audit(metrics::samples& into, const state::audit_health& now)
{
    into.add("basekeeper_audit_healthy", {}, now.healthy ? 1 : 0);
    into.add("basekeeper_audit_queued_entries", {}, static_cast<double>(now.queued));
    into.add("basekeeper_audit_lag_seconds", {}, std::chrono::duration<double>(now.lag).count());
    into.add("basekeeper_audit_written_entries_total", {}, static_cast<double>(now.written));
    into.add("basekeeper_audit_lost_entries_total", {}, static_cast<double>(now.lost));
}

/// Calls are the client's business and told to it; operators hear of what may be theirs.
log::level level_of(std::string_view outcome)
{
    if (outcome == to_string(condition::internal))
        return log::level::error;
    if (outcome == to_string(condition::unavailable) || outcome == to_string(condition::timeout))
        return log::level::info;
    return log::level::debug;
}

void write_call(log::logger& to, const mcp::audit_entry& e)
{
    const auto at = level_of(e.outcome);
    if (!to.writes(at))
        return;
    const auto took = fmt::format("{:.3f}", std::chrono::duration<double, std::milli>(e.duration).count());
    const std::array fields{
        log::field{"tool", e.tool},
        log::field{"instance", e.instance},
        log::field{"principal", e.principal},
        log::field{"decision", e.decision},
        log::field{"outcome", e.outcome},
        log::field{"duration_ms", took},
        log::field{"trace_id", e.trace.trace_id()},
        log::field{"span_id", e.trace.span_id()},
    };
    to.write(at, "call ended", fields);
}

} // namespace

double circuit_number(resilience::circuit_state s)
{
    return s == resilience::circuit_state::closed ? 0 : s == resilience::circuit_state::half_open ? 1 : 2;
}

observability::observability(observed who, mcp::audit_sink& keeps, const mcp::registry& offers)
    : who_(std::move(who)), keeps_(keeps), numbers_(names_of(offers)),
      looked_at_(numbers_.add([this](metrics::samples& into) { sample(into); }))
{
    who_.open.observe([this](std::string_view instance, std::chrono::steady_clock::duration took, const error* failed) {
        numbers_.statement_ended(instance, took, failed);
    });
}

void observability::record(mcp::audit_entry entry)
{
    numbers_.call_ended({entry.tool, entry.decision, entry.outcome, entry.duration});
    write_call(who_.log, entry);
    keeps_.record(std::move(entry));
}

void observability::sample(metrics::samples& into) const
{
    metrics::sample_process(into);
    sample_databases(into, who_.open);
    sample_audit(into, who_.audit.health());
}

io::task<health::report> observability::readiness(health::detail how_much)
{
    health::facts found;
    found.stopping = stopping_;
    found.store = co_await io::offload(who_.threads, [dir = who_.state_dir] { return state::check_writable(dir); });
    const auto audit = who_.audit.health();
    if (!audit.healthy)
        found.audit = fail(audit.last_failure.value_or(
            error(condition::unavailable, "its queue is full", "free disk space or repair the state folder")
        ));
    for (const auto& [name, now] : who_.open.states())
        found.databases.push_back({name, now.circuit, now.next_try_in});
    found.configured_instances = who_.names.names().size();
    co_return health::readiness(found, how_much);
}

io::task<> adjust_log_level(io::executor where, log::logger& log)
{
    io::signal_stream signals(std::move(where), {SIGUSR1, SIGUSR2});
    constexpr std::array levels{log::level::debug, log::level::info, log::level::warning, log::level::error};
    for (;;) {
        const auto number = co_await signals.next();
        if (!number)
            co_return;
        const auto at = std::ranges::find(levels, log.lowest());
        auto place = at - levels.begin();
        place = std::clamp<std::ptrdiff_t>(place + (*number == SIGUSR1 ? -1 : 1), 0, std::ssize(levels) - 1);
        const auto now = levels.at(static_cast<std::size_t>(place));
        log.set_level(now);
        log.write(
            now,
            "the log level was changed",
            std::array{log::field{"level", boost::describe::enum_to_string(now, "off")}}
        );
    }
}

} // namespace basekeeper::app
