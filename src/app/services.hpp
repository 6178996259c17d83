// Everything that a command can use, built in order and wired once.
#pragma once

#include "app/adapters.hpp"
#include "app/observability.hpp"
#include "config/load.hpp"
#include "features/database/engine.hpp"
#include "features/deploy/engine.hpp"
#include "features/local/engine.hpp"
#include "features/migrations/engine.hpp"
#include "features/schema_diff/engine.hpp"
#include "instances/connections.hpp"
#include "io/runtime.hpp"
#include "jobs/engine.hpp"
#include "log/logger.hpp"
#include "mcp/policy.hpp"
#include "mcp/registry.hpp"
#include "state/audit_log.hpp"
#include "state/store.hpp"

#include <memory>

namespace basekeeper::app {

/// The services of one run of the program. Members are built top-down and destroyed in reverse; `start()` and `stop()`
/// go round everything that has background work. This is wiring only: nobody below gets it as a whole.
class services
{
public:
    /// Opens the state folder and reads the list of instances; connects to nothing.
    static result<std::unique_ptr<services>> build(config::loaded settings);

    ~services();
    services(const services&) = delete;
    services& operator=(const services&) = delete;

    const config::loaded& settings() const;
    log::logger& log();
    io::runtime& runtime();
    state::store& store();
    instances::directory& names();
    instances::connections& open();
    local::engine& local();
    schema_diff::engine& compare();
    migrations::engine& migrations();
    deploy::engine& dokploy();
    jobs::engine& jobs();
    const mcp::registry& offers() const;
    mcp::policy& rules();
    mcp::audit_sink& audit();
    catalog_adapter& catalog();
    observability& watch();

    /// Starts the background work. On the I/O thread.
    void start();

    /// Ends it: jobs left as they stand, pools closed, audit durable. Fails when audit entries could not be written.
    io::task<result<>> stop();

private:
    struct parts;
    explicit services(std::unique_ptr<parts> built);
    std::unique_ptr<parts> parts_;
};

} // namespace basekeeper::app
