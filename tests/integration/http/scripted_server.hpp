// A server on the loopback address that answers each request as the test says; its own thread, optionally with TLS.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace basekeeper::test {

/// What to send back, byte for byte; an empty text closes the connection unanswered.
using script = std::function<std::string(const std::string& head)>;

class scripted_server
{
public:
    /// Serves one connection after the other, one request per connection, until destroyed.
    explicit scripted_server(script answer);

    /// The same with TLS: writes the authority that signed its certificate, which is good for `localhost`.
    scripted_server(script answer, const std::filesystem::path& authority);
    ~scripted_server();
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    int port() const;

    /// Heads (and bodies that came with them) so far.
    std::vector<std::string> requests() const;

private:
    struct running;
    std::unique_ptr<running> running_;
};

/// An answer with length and body.
std::string answer(int status, const std::string& body, const std::string& more_headers = {});

} // namespace basekeeper::test
