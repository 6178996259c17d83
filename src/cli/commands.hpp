// The commands: each takes what it uses and returns the exit code of the program.
#pragma once

#include "cli/bookkeeping.hpp"
#include "cli/command_line.hpp"
#include "cli/terminal.hpp"
#include "config/load.hpp"
#include "features/local/engine.hpp"
#include "features/schema_diff/engine.hpp"
#include "instances/connections.hpp"
#include "io/runtime.hpp"
#include "mcp/policy.hpp"
#include "mcp/registry.hpp"
#include "state/audit_trail.hpp"
#include "state/store.hpp"

#include <functional>

namespace basekeeper::migrations {
class engine;
}

namespace basekeeper::deploy {
class engine;
}

namespace basekeeper::jobs {
class engine;
}

namespace basekeeper::cli {

/// Where a command shows what it did.
struct presentation
{
    terminal& screen;
    output format = output::table;
};

/// Prints a failure and its next step on standard error; returns its exit code.
int report(terminal& screen, const error& e);

/// Calls one tool under the same rules as any client.
struct call_services
{
    const mcp::registry& offers;
    mcp::policy& rules;
    mcp::principal who;
};

io::task<int> call(call_command what, call_services with, presentation show);

/// The same for one tool with its arguments as they are: the structured result as JSON text.
io::task<result<std::string>>
call_tool(const mcp::tool& tool, boost::json::object arguments, consent agreed, call_services with, terminal& screen);

/// What a command does in place of the tool whose rules it obeys.
using tool_work = std::move_only_function<io::task<result<>>(mcp::call&)>;

/// Judges, asks and records as for a call of the tool, and does `work` instead of the tool's own: for commands that
/// show more than an answer to a client holds.
io::task<result<>> do_as_tool(
    const mcp::tool& tool,
    boost::json::object arguments,
    consent agreed,
    call_services with,
    terminal& screen,
    tool_work work
);

/// Prints a source file with the types of a database and nothing else.
io::task<int> types(types_command what, call_services with, presentation show);

/// Lists the tools that this configuration offers.
int tools(const mcp::registry& offers, const mcp::policy& rules, presentation show);

/// Instances: what add, remove and harden work on.
struct instance_services
{
    state::store& store;
    instances::directory& names;
    instances::connections& open;
    io::executor where;
    io::offload_pool& threads;
    bookkeeping book;
};

io::task<int> instance(instance_command what, instance_services with, presentation show);

/// Local instances, which are also registered as instances and hardened.
io::task<int> local(local_command what, local::engine& servers, instance_services with, presentation show);

int config_show(const config::loaded& settings, presentation show);

int audit(audit_command what, const config::settings& settings, presentation show);

/// What a key may be limited to, besides where it is kept.
struct key_services
{
    const config::settings& settings;
    std::vector<std::string> groups;    ///< of tools
    std::vector<std::string> instances; ///< that are configured
    const bookkeeping& book;
};

int key(const key_command& what, const key_services& with, presentation show);

int block(const block_command& what, const config::settings& settings, const bookkeeping& book, presentation show);

/// Migrations: the engine, and which instance is meant under which rules.
struct migration_services
{
    migrations::engine& engine;
    instances::directory& names;
    std::string pinned;
    bool read_only = false;
    mcp::policy& rules;
    bookkeeping book;
};

io::task<int> migration(migration_command what, migration_services with, presentation show);

/// Long operations: the engine, and the tools whose rules the commands obey.
struct job_services
{
    jobs::engine& engine;
    call_services calls;
};

io::task<int> jobs(jobs_command what, job_services with, presentation show);

int rotate_secrets(const config::settings& settings, state::store& store, const bookkeeping& book, presentation show);

/// What doctor looks at.
struct doctor_services
{
    const config::loaded& settings;
    state::store& store;
    instances::directory& names;
    instances::connections& open;
    io::offload_pool& threads;
};

io::task<int> doctor(doctor_services with, presentation show);

/// Comparing schemas.
struct diff_services
{
    schema_diff::engine& compare;
    instances::directory& names;
    call_services calls;
};

io::task<int> diff(diff_command what, diff_services with, presentation show);

/// Supabase on Dokploy: the tools do the work, a job goes on until its end.
struct dokploy_services
{
    deploy::engine& stacks;
    jobs::engine& jobs;
    state::store& store;
    bookkeeping book;
    crypto::secret<> smtp_password; ///< of the configuration
    call_services calls;
};

/// What `connect` and `disconnect` do.
io::task<int> connect_dokploy(dokploy_command what, dokploy_services with, presentation show);

io::task<int> dokploy(dokploy_command what, dokploy_services with, presentation show);

/// Serves a simulated Dokploy and says how to reach it; ends with SIGINT or SIGTERM. Needs no settings and no state.
int rehearse(const rehearse_command& what, presentation show);

int completion(const completion_command& what, presentation show);

} // namespace basekeeper::cli
