// The gateway of a simulated self-hosted Supabase stack: answers requests as the real one does, in memory.
#pragma once

#include "base/clock.hpp"
#include "env_text/document.hpp"
#include "features/simulated_stack/exchange.hpp"
#include "features/simulated_stack/service.hpp"
#include "stack/compose_file.hpp"

#include <memory>
#include <set>
#include <string>

namespace basekeeper::simulated_stack {

/// What `/realtime/v1/api/tenants…` comes to: gateways since June 2026 keep it closed.
enum class tenant_routes
{
    open,
    closed
};

/// What the compose file says beside the variables.
struct wiring
{
    /// The host by which the gateway reaches realtime; its first label must be the tenant. Empty: it fits.
    std::string realtime_host{};
    tenant_routes tenants = tenant_routes::open;
    /// Services whose containers are given no set of keys: they know JWT_SECRET alone.
    std::set<stack::role> without_key_set{};
};

/// Knows no socket and no time of its own. At most 1,000 users, 100 objects of 1 MiB and 1,000 rows are kept. Lives on
/// one thread.
class gateway
{
public:
    /// The clock must outlive it.
    explicit gateway(const clock& time);
    ~gateway();
    gateway(gateway&&) noexcept;
    gateway& operator=(gateway&&) noexcept;

    /// Containers are made with these variables; users and data stay. Until the first start nothing has a key.
    void start(const env_text::values& in_effect, const wiring& as = {});

    /// Of a service that is away the gateway tells 503, of an unhealthy one 502. Without the database the services
    /// that need it answer with their own errors.
    void set_service(stack::role which, service_state how);

    /// The data is gone: users, rows, objects, sessions.
    void wipe();

    answer respond(const request& what);

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

} // namespace basekeeper::simulated_stack
