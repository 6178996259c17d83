// Gives a new cluster the shape of a Supabase database.
#pragma once

#include "features/local/credentials.hpp"
#include "io/deadline.hpp"
#include "io/runtime.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace basekeeper::local {

struct bootstrap_outcome
{
    std::string server_version;                  ///< "15.20"
    std::vector<std::string> missing_extensions; ///< not installed on the machine
};

/// Where the new server listens and what its passwords derive from.
struct bootstrap_target
{
    std::filesystem::path socket_dir;
    int port = 0;
    secret_text seed;
};

/// Runs all scripts as supabase_admin and sets the passwords of the login roles.
io::task<result<bootstrap_outcome>> bootstrap(io::offload_pool& pool, bootstrap_target where, io::deadline until);

} // namespace basekeeper::local
