// What operators see of a running program: metrics, readiness, and a log line per call.
#pragma once

#include "health/report.hpp"
#include "instances/connections.hpp"
#include "io/runtime.hpp"
#include "log/logger.hpp"
#include "mcp/audit.hpp"
#include "mcp/registry.hpp"
#include "metrics/registry.hpp"
#include "resilience/circuit_breaker.hpp"
#include "state/audit_log.hpp"

#include <filesystem>
#include <string>

namespace basekeeper::app {

/// Who is looked at; all outlive the observability.
struct observed
{
    instances::directory& names;
    instances::connections& open;
    state::audit_log& audit;
    log::logger& log;
    io::offload_pool& threads;
    std::filesystem::path state_dir;
};

/// Lives on the I/O thread. Stands between policy and the audit trail, and listens to the pools. Transports add their
/// sessions and streams as providers of `numbers()`, and count there what they refuse.
class observability final : public mcp::audit_sink
{
public:
    /// `keeps`: the audit trail, to which every entry goes on. `offers`: whose tools may be named in labels.
    observability(observed who, mcp::audit_sink& keeps, const mcp::registry& offers);

    void record(mcp::audit_entry entry) override;

    bool healthy() const override { return keeps_.healthy(); }

    metrics::registry& numbers() { return numbers_; }

    /// The body of `/metrics`; its type is metrics::registry::content_type.
    std::string metrics_text() { return numbers_.render(); }

    /// The answer of `/readyz`: looks at the state store, asks nobody else.
    io::task<health::report> readiness(health::detail how_much);

    /// From now on the program is not ready: it is asked to end.
    void begin_stop() { stopping_ = true; }

private:
    void sample(metrics::samples& into) const;

    observed who_;
    mcp::audit_sink& keeps_;
    metrics::registry numbers_;
    metrics::registry::registration looked_at_;
    bool stopping_ = false;
};

/// The value of `basekeeper_circuit_state`: 0 closed, 1 half-open, 2 open.
double circuit_number(resilience::circuit_state s);

/// SIGUSR1 makes the log say more, SIGUSR2 less, one level at a time. Ends when cancelled.
io::task<> adjust_log_level(io::executor where, log::logger& log);

} // namespace basekeeper::app
