// Reads and writes WebSocket frames, strictly.
#include "http/websocket_frame.hpp"

#include "base/text.hpp"
#include "crypto/random.hpp"

#include <array>

namespace basekeeper::http {

namespace {

constexpr std::size_t mask_bytes = 4;
constexpr std::size_t most_control_payload = 125;

std::uint8_t byte_at(std::string_view bytes, std::size_t i)
{
    return static_cast<std::uint8_t>(bytes[i]);
}

std::uint64_t big_endian(std::string_view bytes)
{
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        out = out << 8U | byte_at(bytes, i);
    return out;
}

std::string to_big_endian(std::uint64_t value, unsigned width)
{
    std::string out(width, '\0');
    for (unsigned i = 0; i < width; ++i)
        out[i] = static_cast<char>(value >> 8U * (width - 1 - i) & 0xFFU);
    return out;
}

bool is_known(std::uint8_t kind)
{
    return kind <= 2 || (kind >= 8 && kind <= 10);
}

/// How many bytes the extended length takes.
std::size_t length_bytes(std::uint8_t short_length)
{
    if (short_length == 126)
        return 2;
    return short_length == 127 ? 8 : 0;
}

void mask_with(std::string& payload, std::string_view mask)
{
    for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(payload[i] ^ mask[i % mask_bytes]);
}

} // namespace

std::expected<std::optional<websocket_frame>, unsigned>
read_frame(std::string_view bytes, std::size_t most_payload, frame_sender from)
{
    if (bytes.size() < 2)
        return std::nullopt;
    const auto first = byte_at(bytes, 0);
    const auto second = byte_at(bytes, 1);
    const std::uint8_t kind = first & 0x0FU;
    const bool final = (first & 0x80U) != 0;
    const bool masked = (second & 0x80U) != 0;
    std::uint64_t length = second & 0x7FU;
    const bool control = kind >= 8;
    if ((first & 0x70U) != 0 || !is_known(kind) || masked != (from == frame_sender::client) ||
        (control && (!final || length > most_control_payload)))
        return std::unexpected(close_code::protocol_error);
    const auto extended = length_bytes(static_cast<std::uint8_t>(length));
    const auto head = 2 + extended + (masked ? mask_bytes : 0);
    if (bytes.size() < head)
        return std::nullopt;
    if (extended > 0)
        length = big_endian(bytes.substr(2, extended));
    if ((extended == 2 && length < 126) || (extended == 8 && (length < 65'536 || length >> 63U != 0)))
        return std::unexpected(close_code::protocol_error);
    if (!control && length > most_payload)
        return std::unexpected(close_code::too_big);
    if (bytes.size() - head < length)
        return std::nullopt;
    websocket_frame out{.final = final, .kind = static_cast<opcode>(kind)};
    out.payload.assign(bytes.substr(head, static_cast<std::size_t>(length)));
    out.size = head + out.payload.size();
    if (masked)
        mask_with(out.payload, bytes.substr(head - mask_bytes, mask_bytes));
    return out;
}

std::string masked_frame(opcode kind, std::string_view payload)
{
    auto out = frame_head(kind, payload.size());
    out[1] = static_cast<char>(static_cast<unsigned char>(out[1]) | 0x80U);
    std::array<std::byte, mask_bytes> drawn{};
    crypto::random_bytes(drawn);
    std::string mask;
    for (const auto b : drawn)
        mask += static_cast<char>(std::to_integer<unsigned char>(b));
    std::string hidden(payload);
    mask_with(hidden, mask);
    return out + mask + hidden;
}

std::string frame_head(opcode kind, std::size_t payload_bytes)
{
    std::string out(1, static_cast<char>(0x80U | static_cast<unsigned>(kind)));
    if (payload_bytes < 126)
        out += static_cast<char>(payload_bytes);
    else if (payload_bytes < 65'536)
        out += static_cast<char>(126) + to_big_endian(payload_bytes, 2);
    else
        out += static_cast<char>(127) + to_big_endian(payload_bytes, 8);
    return out;
}

std::expected<unsigned, unsigned> read_close(std::string_view payload)
{
    if (payload.empty())
        return close_code::no_code;
    if (payload.size() == 1)
        return std::unexpected(close_code::protocol_error);
    const auto code = static_cast<unsigned>(big_endian(payload.substr(0, 2)));
    const bool registered = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
    const bool open_to_all = code >= 3000 && code <= 4999;
    if (!registered && !open_to_all)
        return std::unexpected(close_code::protocol_error);
    if (!is_utf8(payload.substr(2)))
        return std::unexpected(close_code::invalid_payload);
    return code;
}

std::string close_payload(unsigned code, std::string_view reason)
{
    return to_big_endian(code, 2) + std::string(utf8_prefix(reason, most_control_payload - 2));
}

} // namespace basekeeper::http
