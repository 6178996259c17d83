// HTTP requests to other services: one answer or an error with its next step, within the deadline.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "io/deadline.hpp"
#include "io/runtime.hpp"
#include "io/task.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::http {

enum class client_method
{
    get,
    head,
    post,
    put,
    patch,
    remove ///< DELETE
};

/// Whether a request may be sent twice without doing its work twice.
enum class repeatable
{
    yes,
    no
};

enum class redirects
{
    not_followed, ///< an answer of 3xx is given as it is
    followed      ///< five at most, never from https to http; refused for requests with secret fields
};

struct client_header
{
    std::string name;
    std::string value;
};

/// A field whose value must not leak: `authorization`, `apikey`.
struct secret_header
{
    std::string name;
    crypto::secret<> value;
};

struct client_request
{
    client_method method = client_method::get;
    std::string url; ///< http or https, without user and password in it
    std::vector<client_header> headers{};
    std::vector<secret_header> secrets{};
    std::string body{};
    std::string traceparent{}; ///< W3C trace context, as log::to_traceparent writes it; empty: none is sent
    std::size_t max_body_bytes = std::size_t{16} << 20U; ///< of the answer
    redirects on_redirect = redirects::not_followed;
    std::optional<repeatable> repeat{}; ///< nothing: by the method (RFC 9110 section 9.2.2)

    /// `HOST:PORT` to connect to, whatever the URL's host resolves to. Host field and certificate stay those of the
    /// URL.
    std::optional<std::string> reach{};

    /// `sha256//` and the base64 of the SHA-256 of the server's public key (RFC 7469), for certificates that no
    /// authority vouches for: the key is all that is verified then, not authority, host name or dates. Empty: no pin.
    std::string pin{};
};

struct client_response
{
    int status = 0;
    std::vector<client_header> headers{}; ///< of the last answer, in the order they came
    std::string body{};

    /// The first field of that name, whatever its case.
    std::optional<std::string_view> header(std::string_view name) const;
};

struct client_settings
{
    std::chrono::milliseconds connect_timeout{std::chrono::seconds{10}};
    std::size_t max_connections = 32;     ///< open at the same time, to all hosts; and for each reach and pin
    std::filesystem::path certificates{}; ///< PEM file of trusted authorities; empty: those of the machine
};

/// Requests share connections, those with a pin or an address to reach only with their like. Certificates and host
/// names are always verified, or the pinned key is. libcurl is loaded with the first request, so that a program that
/// makes none starts no slower. Lives on the I/O thread; `close()` before destruction.
class client
{
public:
    /// `threads` must outlive the client.
    client(io::executor where, io::offload_pool& threads, client_settings settings = {});
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    /// Sends and gives the whole answer, whatever its status. Fails with invalid_argument (no http or https URL, a line
    /// break in a field, a pin of another form or for http, a redirect to follow with reach or pin, an answer above
    /// max_body_bytes), denied (certificate, pinned key), unavailable (no such host, refused,
    /// broken off, closed), timeout, cancelled. When the answer did not come the request may or may not have been
    /// carried out.
    io::task<result<client_response>> send(client_request what, io::deadline until);

    /// Refuses new requests, fails the running ones with unavailable and waits for them to end.
    io::task<result<>> close(io::deadline until);

private:
    struct engine;
    std::shared_ptr<engine> engine_; // shared with running requests
};

/// The answer, or the error that its status means: 400 and others below 500 invalid_argument, 401 and 403 denied,
/// 404 and 410 not_found, 409 and 412 conflict, 408 and 504 timeout, 429 and others from 500 unavailable, 3xx
/// unavailable. `server_text` gets the first two KiB of the body. `service` as it is named in the message.
result<client_response> expect_success(client_response came, std::string_view service);

} // namespace basekeeper::http
