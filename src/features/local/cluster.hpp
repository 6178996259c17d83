// The PostgreSQL server of one instance: made, configured, started, found running, stopped.
#pragma once

#include "features/local/credentials.hpp"
#include "features/local/installation.hpp"
#include "features/local/layout.hpp"
#include "io/deadline.hpp"
#include "io/runtime.hpp"

#include <optional>
#include <set>

namespace basekeeper::local {

/// All that starting a server takes.
struct server_plan
{
    layout place;
    server_account account;
    installation postgres;
    int port = 0;
    std::filesystem::path socket_dir{};
};

struct running_server
{
    pid_t pid = 0;
    int port = 0;
};

/// The server that runs in this data folder: what postmaster.pid says, believed only when that process works in the
/// folder. Blocks briefly.
std::optional<running_server> find_running(const layout& place);

inline constexpr int first_port = 54322;

/// `preferred` when it is free on 127.0.0.1, else the first free port from 54322 on that is not in `avoid`; 0 for no
/// preference. Fails with unavailable when a thousand ports are taken. Blocks briefly.
result<int> choose_port(int preferred, const std::set<int>& avoid);

/// The text of server.conf.
std::string server_configuration(const server_plan& plan);

/// Writes server.conf and hba.conf, removes leftovers of a server that is gone. Requires that none runs. Blocks.
result<> prepare_start(const server_plan& plan);

/// initdb: checksums, UTF-8, C.UTF-8, superuser supabase_admin with the password of the seed; not synced to disk.
io::task<result<>> make_cluster(server_plan plan, secret_text admin_password, io::deadline until);

/// Starts the server and waits until it takes connections. Fails with unavailable when it ends first; server_text then
/// holds the end of its log.
io::task<result<pid_t>> start_server(io::offload_pool& pool, server_plan plan, io::deadline until);

enum class shutdown
{
    fast,     ///< disconnects everybody and writes a checkpoint; immediate after 20 s
    immediate ///< like a crash, recovered at the next start: for what is thrown away
};

/// Stops what find_running finds. Returns whether there was a server.
io::task<result<bool>> stop_server(layout place, shutdown how, io::deadline until);

/// Kills what still works in the data folder: the orphans of an interrupted initdb or start, which no pid file names.
io::task<result<>> kill_leftovers(layout place, io::deadline until);

/// Gives the login roles the passwords of a new seed, without knowing the old ones: in single-user mode, over standard
/// input. Requires that no server runs.
io::task<result<>> reset_passwords(server_plan plan, secret_text seed, io::deadline until);

} // namespace basekeeper::local
