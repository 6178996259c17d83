// Which setting, at which value, would free connections: decided from counts alone; pure.
#pragma once

#include "features/inspection/service.hpp"
#include "json/fields.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace basekeeper::inspection {

/// The server's connection slots.
struct slots
{
    int max = 0;                ///< max_connections
    int superuser_reserved = 0; ///< superuser_reserved_connections
    int reserved = 0;           ///< reserved_connections, from PostgreSQL 16 on
    int used = 0;               ///< client connections now, of all roles

    int usable() const { return max - superuser_reserved - reserved; }

    int percent_used() const { return usable() > 0 ? used * 100 / usable() : 100; }
};

/// Alert from this share of the usable slots on.
inline constexpr int alert_percent = 90;

/// Connections that have application, role, database and state in common.
struct connection_group
{
    service of = service::other;
    std::string role;
    std::string quoted_role; ///< as SQL spells it
    std::string database;
    std::string state; ///< of pg_stat_activity; "hidden" where it is not shown
    int connections = 0;
    std::int64_t oldest_state_seconds = 0; ///< longest in this state
    std::int64_t oldest_seconds = 0;       ///< longest connected
    bool superuser = false;
};

/// One change that would help.
struct connection_advice
{
    std::string why;
    std::string setting;
    std::string value;
    std::string how; ///< the SQL to run, or the file to change

    static constexpr auto fields = std::tuple{
        json::required("why", &connection_advice::why),
        json::required("setting", &connection_advice::setting),
        json::required("value", &connection_advice::value),
        json::required("how", &connection_advice::how),
    };
};

/// The most helpful first; nothing when nothing is wrong.
std::vector<connection_advice> advise(const slots& now, const std::vector<connection_group>& groups);

} // namespace basekeeper::inspection
