// The migrations among the tools of the group database.
#pragma once

#include "features/migrations/engine.hpp"
#include "mcp/registry.hpp"

namespace basekeeper::migrations::tools {

mcp::tool list_migrations(engine& of);
mcp::tool apply_migration(engine& of);
mcp::tool rollback_migration(engine& of);

/// Adds them all; `of` must outlive the registry.
void add_all(mcp::registry& to, engine& of);

/// A report as clients get it; its members are told in docs/migrations.md and not in the list of tools.
struct report_output
{
    run_report done;

    static boost::json::object json_schema() { return {{"type", "object"}}; }

    void write_json(std::string& out) const { json::encode(out, done); }
};

} // namespace basekeeper::migrations::tools
