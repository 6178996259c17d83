// Whether the program can do its work, and if not, why: what load balancers and people ask.
#pragma once

#include "base/result.hpp"
#include "resilience/circuit_breaker.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace basekeeper::health {

/// The database of one instance, as its circuit breaker knows it.
struct database_fact
{
    std::string instance;
    resilience::circuit_state circuit = resilience::circuit_state::closed;
    std::chrono::milliseconds next_try_in{0};
};

/// What was found out; composing the report asks nothing more.
struct facts
{
    result<> store{};                       ///< whether the state can be written
    result<> audit{};                       ///< whether the audit trail can be written
    std::vector<database_fact> databases{}; ///< of the instances that were used already
    std::size_t configured_instances = 0;
    bool stopping = false; ///< the program was asked to end and takes no new work
};

enum class detail
{
    full,       ///< with reasons and the names of instances: for those who may see them
    status_only ///< for the public
};

struct report
{
    bool ready = false; ///< answer 200, else 503
    std::string json;
};

/// `{"status":"ready"|"degraded"|"not_ready","reasons":[…],"checks":{"state":…,"audit":…,"databases":{…}}}`. Not ready:
/// the state or the audit trail cannot be written, all configured databases are away, or the program is stopping.
/// Degraded: some databases are away; what does not need them works.
report readiness(const facts& found, detail how_much);

/// The answer of a program that runs at all: `{"status":"alive","version":"…"}`.
std::string liveness();

} // namespace basekeeper::health
