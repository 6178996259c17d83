// The frames of RFC 6455 section 5 as bytes.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::http {

enum class opcode : std::uint8_t
{
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10
};

/// Why a connection is closed (RFC 6455 section 7.4.1).
namespace close_code {
constexpr unsigned normal = 1000;
constexpr unsigned going_away = 1001;
constexpr unsigned protocol_error = 1002;
constexpr unsigned unsupported_data = 1003;
constexpr unsigned no_code = 1005; ///< never sent
constexpr unsigned invalid_payload = 1007;
constexpr unsigned too_big = 1009;
constexpr unsigned internal_error = 1011;
constexpr unsigned try_again_later = 1013;
} // namespace close_code

struct websocket_frame
{
    bool final = true;
    opcode kind = opcode::text;
    std::string payload;  ///< unmasked
    std::size_t size = 0; ///< of the whole frame on the wire
};

/// Who sends a frame: clients mask theirs, servers must not (RFC 6455 section 5.1).
enum class frame_sender
{
    client,
    server
};

/// The frame at the front of `bytes`, without extensions. Nothing while it is incomplete.
/// Fails with the code to close with; a payload of more than `most_payload` fails as soon as its length is known.
std::expected<std::optional<websocket_frame>, unsigned>
read_frame(std::string_view bytes, std::size_t most_payload, frame_sender from = frame_sender::client);

/// A whole final frame of a client, masked with random bytes.
std::string masked_frame(opcode kind, std::string_view payload);

/// The head of an unmasked, final frame; the payload follows it.
std::string frame_head(opcode kind, std::size_t payload_bytes);

/// What a close frame says. Fails with the code to answer when its payload is not valid.
std::expected<unsigned, unsigned> read_close(std::string_view payload);

/// `reason` is cut to what fits a control frame.
std::string close_payload(unsigned code, std::string_view reason);

} // namespace basekeeper::http
