// The logs of all containers of a stack as one, in the order of time, without ever holding them in memory.
#pragma once

#include "features/deploy/containers.hpp"
#include "features/deploy/log_lines.hpp"
#include "features/deploy/servers.hpp"

#include <boost/describe/enum.hpp>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace basekeeper::deploy {

/// Logs on disk, each in the order in which Docker gave it; gone with this object, and with the process.
class log_spool
{
public:
    /// One log, written to its file.
    struct run;

    log_spool();
    ~log_spool();
    log_spool(log_spool&&) noexcept;
    log_spool& operator=(log_spool&&) noexcept;

    /// Blocking, on any thread. unavailable when the disk is full.
    static result<std::unique_ptr<run>> write(std::string service, std::string_view text);

    void add(std::unique_ptr<run> one);

    /// Both.
    result<> add(std::string service, std::string_view text);

    /// All lines that pass, the earliest first, at the same time those of the service that comes first in the alphabet;
    /// lines without a time follow the one before them. Reads 16 KiB of each
    /// log at a time; lines longer than that are cut. `sink` false: enough. Blocking.
    result<> merge(const log_filter& which, const std::function<bool(const log_line&)>& sink);

private:
    std::vector<std::unique_ptr<run>> runs_;
};

struct log_request
{
    int lines_each = 1'000; ///< of every container, 1 to 10,000
    log_filter which{};
};

/// Reads the containers and spools them: one after the other over HTTP, four side by side over the WebSocket, on which
/// the end of a log is only known by its silence. A container whose log cannot be read is named in
/// `missing`, with why. Nothing in it is masked.
struct read_logs
{
    log_spool spool;
    std::vector<std::string> missing;
    bool cut = false; ///< a container has said more than was asked for
};

io::task<result<read_logs>> fetch_logs(
    server& on,
    io::offload_pool& pool,
    std::string compose_id,
    std::string app_name,
    std::vector<wanted_container> wanted,
    log_request what,
    io::deadline until
);

} // namespace basekeeper::deploy
