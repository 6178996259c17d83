// The tools for long operations: which there are, how far one is, stopping it, going on with it or taking it back.
#pragma once

#include "jobs/engine.hpp"
#include "jobs/report.hpp"
#include "mcp/registry.hpp"

#include <string>

namespace basekeeper::jobs::tools {

/// What the tools of this group use; the engine must outlive the registry.
struct services
{
    engine& of;
    std::string pinned{}; ///< the only instance of this server; empty: any
};

mcp::tool list_jobs(services s);
mcp::tool get_job(services s);
mcp::tool cancel_job(services s);
mcp::tool resume_job(services s);

/// Adds them all.
void add_all(mcp::registry& to, const services& s);

/// A job as clients get it; its members are told in docs/jobs.md and not in the list of tools.
struct job_output
{
    report job;

    static boost::json::object json_schema() { return {{"type", "object"}}; }

    void write_json(std::string& out) const { json::encode(out, job); }
};

} // namespace basekeeper::jobs::tools
