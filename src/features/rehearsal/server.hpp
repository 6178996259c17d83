// The simulated Dokploy on ports of this machine: time that runs at a chosen speed, and HTTP around the world.
#pragma once

#include "base/clock.hpp"
#include "features/rehearsal/stack_front.hpp"
#include "features/rehearsal/wire.hpp"
#include "features/rehearsal/world.hpp"
#include "http/server.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"
#include "log/logger.hpp"
#include "net/certificate_authority.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::rehearsal {

struct server_settings
{
    world_settings of{};
    std::uint16_t port = 0;            ///< of the API; 0: the kernel chooses
    double speed = 1;                  ///< simulated seconds in a second
    std::vector<std::string> faults{}; ///< as `fault_plan::add` takes them
    stack_front front = nothing_behind;
};

/// What a client has to know.
struct access_facts
{
    std::string url;
    std::string key;            ///< of an owner
    std::string member_key;     ///< of a member, who may do next to nothing
    std::string stacks;         ///< ADDRESS:PORT where the hosts of stacks answer over TLS
    std::string plain_stacks;   ///< the same without TLS
    std::string authority_file; ///< the certificate to trust there, in PEM
};

/// Lives on the I/O thread; the clock must outlive it. `stop` must have returned before it is destroyed.
class server
{
public:
    server(io::executor where, const clock& time, server_settings how);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Makes a temporary folder for certificates. Fails with invalid_argument for a fault that is none, and as
    /// `http::server::listen` does.
    result<access_facts> start();

    /// Ends everything; the folder goes.
    io::task<> stop();

    /// The world as of now, for those who look at it from within the process.
    world& at_present();

private:
    io::task<> answer_one(http::request asked, http::exchange& with);
    io::task<> answer_log_socket(http::request asked, http::exchange& with);
    io::task<> answer_for_stack(http::request asked, http::exchange& with);
    result<> make_folder();
    result<> certify();

    io::executor where_;
    const clock& time_;
    server_settings how_;
    wall_time began_;
    steady_time began_steadily_;
    world world_;
    wire wire_;
    log::logger quiet_;
    http::server served_;
    http::server stacks_;
    std::filesystem::path folder_;
    std::optional<net::certificate_authority> authority_;
    std::shared_ptr<net::tls_context> tls_;
    std::vector<std::string> certified_;
    bool certified_as_expired_ = false;
};

} // namespace basekeeper::rehearsal
