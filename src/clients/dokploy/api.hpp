// The API of one Dokploy over the network: keys, pace, attempts, version.
#pragma once

#include "base/clock.hpp"
#include "clients/dokploy/answer.hpp"
#include "clients/dokploy/call.hpp"
#include "clients/dokploy/rate_limiter.hpp"
#include "clients/dokploy/version.hpp"
#include "http/client.hpp"
#include "http/retry.hpp"
#include "http/upstream.hpp"
#include "http/websocket_listener.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::dokploy {

/// `https://HOST[:PORT]` from what people copy: with a path, `/api` or a slash behind it. Fails with invalid_argument
/// for anything that is no http or https URL, or holds a user name.
result<std::string> base_url(std::string_view given);

struct api_settings
{
    std::string url; ///< as `base_url` gives it
    crypto::secret<> key;
    std::string name = "Dokploy";               ///< as it is named in errors: `the Dokploy of "shop"`
    std::string pin{};                          ///< as http::client_request takes it
    std::vector<http::client_header> headers{}; ///< more fields that a proxy before it wants
    http::retry_settings retry{.attempts = 3};
    rate_settings rate{};
    std::chrono::milliseconds pause_after_refused_key{std::chrono::seconds{30}};
};

/// Lives on the I/O thread; the client and the clock must outlive it.
class api final : public caller
{
public:
    api(http::client& through, const clock& time, api_settings how);

    /// Waits for its turn, sends, and sends again what may be sent again: three attempts with growing pauses for a
    /// broken connection, a lost answer and 5xx; after 429 any call, for it was not carried out. While the key is
    /// refused, calls fail at once: an exhausted key only recovers when it is left alone.
    io::task<result<boost::json::value>> send(call what, io::deadline until) override;

    /// settings.getDokployVersion, asked for once: also the best check of URL and key.
    io::task<result<dokploy::version>> version(io::deadline until);

    /// Fails with conflict when this Dokploy is too old, or as `version` does.
    io::task<result<>> require(feature what, io::deadline until);

    /// Whether a Dokploy answers at this URL; needs no key.
    io::task<result<>> ping(io::deadline until);

    /// Opens a WebSocket of Dokploy with the key, in its turn like any call. `query` as that of a call.
    io::task<result<http::websocket_listener>>
    listen(io::offload_pool& threads, std::string path, parameters query, io::deadline until);

    double calls_per_second() { return limiter_.calls_per_second(); }

private:
    io::task<result<>> turn(io::deadline until);
    io::task<result<http::client_response>> attempt(const call& what, io::deadline until);
    result<boost::json::value> judge(const http::client_response& came, const call& what);
    http::client_request request_of(const call& what) const;

    const clock& time_;
    api_settings how_;
    http::upstream upstream_;
    rate_limiter limiter_;
    key_history history_ = key_history::never_accepted;
    std::optional<steady_time> refused_at_{};
    std::optional<error> refusal_{};
    std::optional<dokploy::version> version_{};
};

} // namespace basekeeper::dokploy
