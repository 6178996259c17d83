// libcurl's transfers on the I/O thread: its sockets and its timer are watched by the event loop; private to the
// client.
#pragma once

#include "http/curl_library.hpp"
#include "io/deadline.hpp"
#include "io/event.hpp"
#include "io/task.hpp"

#include <memory>

namespace basekeeper::http {

/// One multi handle. Lives on the I/O thread and outlives the transfers that run.
class transfers
{
public:
    /// `library` must outlive it.
    transfers(io::executor where, const curl_library& library, std::size_t max_connections);
    ~transfers();
    transfers(const transfers&) = delete;
    transfers& operator=(const transfers&) = delete;

    /// Runs a prepared transfer to its end and gives how it ended. Takes the handle's CURLOPT_PRIVATE. Fails with
    /// timeout or cancelled; then nothing of the transfer runs any more, and its handle may be cleaned up.
    io::task<result<CURLcode>> run(CURL* prepared, io::deadline until);

    /// True when none runs: it may be destroyed, which closes its connections.
    bool is_idle() const;

    /// Ends every running transfer at once, as if it had come to CURLE_ABORTED_BY_CALLBACK.
    void abort_all();

private:
    struct state;
    std::shared_ptr<state> state_; // observed by handlers of the event loop, which may come after the end
};

} // namespace basekeeper::http
