// basekeeper local: Supabase-shaped PostgreSQL servers on this machine, made and run without Docker.
#pragma once

#include "base/clock.hpp"
#include "features/local/credentials.hpp"
#include "features/local/installation.hpp"
#include "features/local/layout.hpp"
#include "io/deadline.hpp"
#include "io/runtime.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace basekeeper::local {

/// What up() had to do.
enum class up_outcome
{
    created,
    started,
    running_already
};
BOOST_DESCRIBE_ENUM(up_outcome, created, started, running_already)

enum class down_outcome
{
    stopped,
    stopped_already
};
BOOST_DESCRIBE_ENUM(down_outcome, stopped, stopped_already)

enum class instance_state
{
    running,
    stopped,
    half_made ///< its creation was interrupted; the next up makes it anew
};
BOOST_DESCRIBE_ENUM(instance_state, running, stopped, half_made)

/// A running instance and everything needed to use it.
struct local_instance
{
    std::string name;
    up_outcome outcome = up_outcome::created;
    int port = 0; ///< on 127.0.0.1
    std::filesystem::path socket_dir;
    std::filesystem::path data_dir;
    std::string server_version; ///< "15.20"
    pid_t pid = 0;
    secret_text database_url; ///< as role postgres, which is not a superuser
    secret_text anon_key;
    secret_text service_role_key;
    secret_text jwt_secret;
    secret_text seed;                            ///< password_of(seed, role) for the other login roles
    std::vector<std::string> missing_extensions; ///< known when it was created: not installed on this machine
};

/// One line of the list.
struct instance_summary
{
    std::string name;
    instance_state state = instance_state::stopped;
    int port = 0;               ///< 0 when half made
    std::string server_version; ///< empty when half made
    std::uint64_t size_bytes = 0;
    std::filesystem::path data_dir;
};

struct engine_options
{
    std::filesystem::path state_dir;
    std::filesystem::path shared_dir =
        "/var/lib/basekeeper";            ///< instead of state_dir when the server's user cannot reach that
    std::filesystem::path runtime_dir{};  ///< XDG_RUNTIME_DIR, for sockets with long paths
    std::filesystem::path postgres_bin{}; ///< BASEKEEPER_LOCAL_POSTGRES_BIN
    std::string user{};                   ///< BASEKEEPER_LOCAL_USER, when we are root
};

/// Works on instances by name, one operation per instance at a time, also across processes. Names outside
/// [a-z][a-z0-9-]{0,31} fail with invalid_argument.
class engine
{
public:
    /// All references must outlive the engine.
    engine(io::offload_pool& pool, seed_keeper& seeds, const clock& now, engine_options options);

    /// Makes the instance when there is none, starts it when it is stopped, else only tells where it is. What an
    /// interrupted up left behind is removed first. When the keeper has lost the seed, the passwords are set anew.
    io::task<result<local_instance>> up(std::string name, io::deadline until);

    /// Fails with not_found, or timeout when the server stays.
    io::task<result<down_outcome>> down(std::string name, io::deadline until);

    io::task<result<std::vector<instance_summary>>> list();

    /// Stops it and removes its folder and its seed. Fails with not_found, or conflict when the folder is not ours.
    io::task<result<>> destroy(std::string name, io::deadline until);

private:
    struct place_of_work;

    io::task<result<place_of_work>> enter(std::string name);
    io::task<result<local_instance>> build(server_account account, layout place, io::deadline until);
    io::task<result<local_instance>> wake(server_account account, layout place, io::deadline until);
    io::task<result<>> remove(layout place, io::deadline until);

    io::offload_pool& pool_;
    seed_keeper& seeds_;
    const clock& now_;
    engine_options options_;
};

} // namespace basekeeper::local
