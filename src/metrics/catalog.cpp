// The table of metrics.
#include "metrics/catalog.hpp"

#include <algorithm>

namespace basekeeper::metrics {
namespace {

constexpr std::array all{
    description{"basekeeper_addresses_blocked", kind::gauge, {}, "Addresses that are blocked at the moment."},
    description{
        "basekeeper_addresses_blocked_total",
        kind::counter,
        {},
        "Times that an address was blocked after repeated failures."
    },
    description{
        "basekeeper_audit_healthy",
        kind::gauge,
        {},
        "1 while the audit trail can be written; at 0 nothing that changes data runs."
    },
    description{
        "basekeeper_audit_lag_seconds", kind::gauge, {}, "Age of the oldest audit entry that is not durable yet."
    },
    description{
        "basekeeper_audit_lost_entries_total", kind::counter, {}, "Audit entries that came while the queue was full."
    },
    description{"basekeeper_audit_queued_entries", kind::gauge, {}, "Audit entries that are not durable yet."},
    description{
        "basekeeper_audit_written_entries_total", kind::counter, {}, "Audit entries made durable since the start."
    },
    description{"basekeeper_build_info", kind::gauge, {"version"}, "Always 1; the label says which version runs."},
    description{
        "basekeeper_call_duration_seconds", kind::histogram, {"tool"}, "How long calls took, confirmations included."
    },
    description{
        "basekeeper_calls_total",
        kind::counter,
        {"tool", "decision", "outcome"},
        "Calls by tool, by what policy decided and by how they ended."
    },
    description{
        "basekeeper_circuit_opened_total",
        kind::counter,
        {"upstream", "instance"},
        "Times that a circuit breaker opened."
    },
    description{
        "basekeeper_circuit_state",
        kind::gauge,
        {"upstream", "instance"},
        "0 closed, 1 half-open (one probe is under way), 2 open (calls fail at once)."
    },
    description{
        "basekeeper_pool_connections",
        kind::gauge,
        {"instance", "login", "state"},
        "Database connections by login and state: leased, idle, connecting, or a lane that many calls share."
    },
    description{
        "basekeeper_pool_waiting", kind::gauge, {"instance", "login"}, "Calls that wait for a database connection."
    },
    description{
        "basekeeper_rate_limited_total",
        kind::counter,
        {"by"},
        "Requests refused because a principal or an address sent too many."
    },
    description{
        "basekeeper_requests_refused_total", kind::counter, {"reason"}, "HTTP requests refused before they reached MCP."
    },
    description{"basekeeper_sessions", kind::gauge, {"transport"}, "MCP sessions that are open."},
    description{
        "basekeeper_statement_duration_seconds",
        kind::histogram,
        {"instance"},
        "How long statements took, from sending to the end of the answer."
    },
    description{
        "basekeeper_statements_total",
        kind::counter,
        {"instance", "outcome"},
        "Statements, or several in one round trip, by how they ended."
    },
    description{"basekeeper_streams", kind::gauge, {"transport"}, "Streams to clients that are open."},
    description{"process_cpu_seconds_total", kind::counter, {}, "Processor time used, user and system."},
    description{"process_max_fds", kind::gauge, {}, "Most file descriptors that may be open."},
    description{"process_open_fds", kind::gauge, {}, "Open file descriptors."},
    description{"process_resident_memory_bytes", kind::gauge, {}, "Resident memory."},
    description{"process_start_time_seconds", kind::gauge, {}, "When the program started, in seconds since 1970."},
    description{"process_threads", kind::gauge, {}, "Threads of the program."},
    description{"process_virtual_memory_bytes", kind::gauge, {}, "Virtual memory."},
};

} // namespace

std::string_view to_string(kind k) noexcept
{
    switch (k) {
    case kind::counter:
        return "counter";
    case kind::gauge:
        return "gauge";
    case kind::histogram:
        break;
    }
    return "histogram";
}

std::size_t description::label_count() const
{
    return static_cast<std::size_t>(std::ranges::find(labels, std::string_view{}) - labels.begin());
}

std::span<const description> catalog()
{
    return all;
}

const description* find(std::string_view name)
{
    const auto at = std::ranges::find(all, name, &description::name);
    return at == all.end() ? nullptr : &*at;
}

} // namespace basekeeper::metrics
