// The opening handshake of a WebSocket (RFC 6455 section 4).
#pragma once

#include "http/request_head.hpp"
#include "http/response_head.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::http {

/// What a request with an Upgrade field to `websocket` brings.
struct websocket_offer
{
    bool form_is_right = false; ///< GET, HTTP/1.1, Connection: upgrade
    bool version_is_known = false;
    std::string key;
    std::string subprotocols; ///< as sent

    bool valid() const { return form_is_right && version_is_known && key_is_valid(); }

    /// Base64 of 16 bytes.
    bool key_is_valid() const;
};

/// Nothing when the request asks for no WebSocket.
std::optional<websocket_offer> offer_of(const request_head& head);

/// The 101 answer. `subprotocol` is named only when the client offered it.
response acceptance_of(const websocket_offer& offer, std::string_view subprotocol);

} // namespace basekeeper::http
