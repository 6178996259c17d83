// A server that says no to every login in the words of a pooler that cannot run here.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

namespace basekeeper::ways {

/// Speaks as much of the protocol as a refusal takes: no TLS, then one error for whatever start-up message comes.
class refusing_pooler
{
public:
    refusing_pooler(std::string sqlstate, std::string message);
    ~refusing_pooler();
    refusing_pooler(const refusing_pooler&) = delete;
    refusing_pooler& operator=(const refusing_pooler&) = delete;

    std::uint16_t port() const { return port_; }

private:
    void serve();
    void refuse(int client) const;

    std::string sqlstate_;
    std::string message_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::thread serving_;
};

} // namespace basekeeper::ways
