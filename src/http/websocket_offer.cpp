// Judges upgrade requests and answers them.
#include "http/websocket_offer.hpp"

#include "crypto/encoding.hpp"
#include "crypto/sha1.hpp"
#include "http/ascii.hpp"

namespace basekeeper::http {

bool websocket_offer::key_is_valid() const
{
    const auto bytes = crypto::from_base64(key);
    return bytes && bytes->size() == 16;
}

std::optional<websocket_offer> offer_of(const request_head& head)
{
    const auto& fields = head.asked.headers;
    const auto upgrade = fields.find("Upgrade");
    if (!upgrade || !has_word(*upgrade, "websocket"))
        return std::nullopt;
    bool connection_upgrades = false;
    std::string subprotocols;
    for (const auto& [name, value] : fields.fields()) {
        connection_upgrades = connection_upgrades || (same_word(name, "Connection") && has_word(value, "upgrade"));
        if (same_word(name, "Sec-WebSocket-Protocol"))
            subprotocols += value + ",";
    }
    return websocket_offer{
        .form_is_right = head.asked.method == "GET" && head.http_1_1 && connection_upgrades && !head.has_body(),
        .version_is_known = fields.find("Sec-WebSocket-Version") == "13",
        .key = std::string(fields.find("Sec-WebSocket-Key").value_or("")),
        .subprotocols = std::move(subprotocols),
    };
}

response acceptance_of(const websocket_offer& offer, std::string_view subprotocol)
{
    constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    response out{.status = 101};
    out.headers.add("Upgrade", "websocket");
    out.headers.add("Connection", "Upgrade");
    out.headers.add("Sec-WebSocket-Accept", crypto::to_base64(crypto::sha1(offer.key + std::string(guid))));
    if (!subprotocol.empty() && has_word(offer.subprotocols, subprotocol))
        out.headers.add("Sec-WebSocket-Protocol", std::string(subprotocol));
    return out;
}

} // namespace basekeeper::http
