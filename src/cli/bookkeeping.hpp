// What a command changes is recorded in the audit trail, as calls of tools are.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "mcp/audit.hpp"
#include "mcp/call.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace basekeeper::cli {

/// Where entries go and who types. The sink and the clock must outlive the command.
struct bookkeeping
{
    mcp::audit_sink& sink;
    mcp::principal who;
    const clock& time;
};

/// One command that changes or discloses something. Made before its work begins, ended once after.
class recorded_command
{
public:
    /// @param name       as it is typed: `instance add`
    /// @param arguments  what was asked for, without any secret; only its digest is kept
    recorded_command(const bookkeeping& book, std::string name, std::string instance, boost::json::object arguments);

    /// A person at the terminal, or `--yes`, agreed.
    void confirmed() { decision_ = "confirmed"; }

    void declined() { decision_ = "declined"; }

    /// Writes the entry and gives `done` back.
    result<> end(result<> done);

private:
    const bookkeeping& book_;
    mcp::audit_entry entry_;
    std::string_view decision_ = "allowed";
    steady_time began_;
};

} // namespace basekeeper::cli
