// Logs of containers for a Dokploy that has them on its WebSocket only.
#include "clients/dokploy/api.hpp"
#include "clients/dokploy/compose_lifecycle.hpp"

#include <algorithm>

namespace basekeeper::dokploy {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20U; ///< as Dokploy's own limit of a log over HTTP
constexpr std::chrono::seconds to_begin{5};
constexpr std::chrono::milliseconds to_go_on{500}; ///< a silence that long is the end of what there was
constexpr std::chrono::seconds to_listen{5};       ///< to a container that is never silent

} // namespace

io::task<result<std::string>>
listen_to_container_log(api& on, io::offload_pool& threads, log_request what, io::deadline until)
{
    parameters query{
        {"containerId", what.container_id},
        {"tail", std::to_string(std::clamp(what.lines, 1, 10'000))},
        {"since", what.since},
        {"search", what.containing},
        {"runType", "native"},
        {"serviceId", what.compose_id},
    };
    auto socket = CO_TRY(co_await on.listen(threads, "/docker-container-logs", std::move(query), until));
    std::string out;
    std::ptrdiff_t lines = 0;
    const auto enough = io::deadline::after(to_begin + to_listen);
    // It goes on with what the container says from now on.
    while (out.size() < most_bytes && lines < what.lines && !enough.expired()) {
        const auto wait = out.empty() ? std::chrono::milliseconds(to_begin) : to_go_on;
        auto message = co_await socket.receive(until.capped(wait));
        if (!message && message.error().code == condition::timeout && !until.expired())
            break; // all that there was
        if (!message)
            co_return std::unexpected(std::move(message).error());
        if (!*message)
            break;
        // It is the output of a terminal.
        std::erase(**message, '\r');
        lines += std::ranges::count(**message, '\n');
        out += **message;
    }
    co_return out;
}

} // namespace basekeeper::dokploy
