// What is recorded of every call, and the interface of whoever keeps the record.
#pragma once

#include "base/clock.hpp"
#include "log/trace.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace basekeeper::mcp {

/// One call as it stands in the audit trail. Holds no argument value, no result, no secret.
struct audit_entry
{
    wall_time time;
    std::string principal;
    std::string instance;
    std::string tool;
    std::array<std::byte, 32> argument_digest{}; ///< SHA-256 of the arguments, compact JSON sorted by name
    /// `allowed`, `confirmed`, `invalid`, `refused_read_only`, `refused_scope`, `refused_unaudited`, `asked` or
    /// `declined`.
    std::string decision;
    std::string outcome; ///< `ok` or the name of the condition
    std::uint64_t rows = 0;
    std::chrono::microseconds duration{0};
    log::trace_context trace{}; ///< for the log, which it ties to the client's own; empty: none
};

/// Takes entries on the I/O thread without waiting. They must be durable within a second and at a clean end.
class audit_sink
{
public:
    virtual ~audit_sink() = default;
    virtual void record(audit_entry entry) = 0;

    /// False when entries cannot be kept at the moment: then nothing that writes may run.
    virtual bool healthy() const { return true; }
};

} // namespace basekeeper::mcp
