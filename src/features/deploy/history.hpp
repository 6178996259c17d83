// Setups that were replaced, for coroutines: kept encrypted on this machine, because Dokploy keeps none.
#pragma once

#include "features/deploy/setup.hpp"
#include "io/runtime.hpp"
#include "io/task.hpp"
#include "state/configuration_table.hpp"
#include "state/pooled_table.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace basekeeper::deploy {

/// Opens the table with the first setup. Lives on the I/O thread.
class history
{
public:
    history(io::offload_pool& pool, std::filesystem::path dir, state::master_key_source key, const clock& time);

    /// Returns the record of it; the one that is there when the newest of the service is the same.
    io::task<result<state::configuration_record>> keep(state::configuration_record about, const setup& what);

    /// The newest first.
    io::task<result<std::vector<state::configuration_record>>> list(std::string server, std::string service);
    io::task<result<state::configuration_record>> get(std::string id);
    io::task<result<setup>> read(std::string id);

private:
    state::pooled_table<state::configuration_table> table_;
};

} // namespace basekeeper::deploy
