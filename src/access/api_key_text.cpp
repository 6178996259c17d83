// Making and reading API keys.
#include "access/api_key_text.hpp"

#include "crypto/encoding.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::access {
namespace {

constexpr std::size_t id_bytes = 6;
constexpr std::size_t id_digits = 2 * id_bytes;
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t secret_letters = 43; // of 32 bytes in base64url

bool is_id(std::string_view s)
{
    return std::ranges::all_of(s, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

} // namespace

made_api_key new_api_key()
{
    std::array<std::byte, id_bytes> id{};
    crypto::random_bytes(id);
    const auto bytes = crypto::random_key();
    made_api_key out{.id = crypto::to_hex(id), .text = {}, .digest = crypto::sha256(bytes.reveal())};
    const crypto::secret<> letters(crypto::to_base64url(bytes.reveal()));
    out.text = crypto::secret<>::filled_by([&](std::string& text) {
        text.reserve(api_key_prefix.size() + id_digits + 1 + secret_letters);
        text.append(api_key_prefix).append(out.id).append("_").append(letters.reveal());
    });
    return out;
}

std::optional<shown_api_key> read_api_key(std::string_view text)
{
    if (text.size() != api_key_prefix.size() + id_digits + 1 + secret_letters || !text.starts_with(api_key_prefix))
        return std::nullopt;
    const auto id = text.substr(api_key_prefix.size(), id_digits);
    if (!is_id(id) || text[api_key_prefix.size() + id_digits] != '_')
        return std::nullopt;
    auto bytes = crypto::from_base64url(text.substr(api_key_prefix.size() + id_digits + 1));
    if (!bytes || bytes->size() != secret_bytes)
        return std::nullopt;
    shown_api_key out{.id = std::string(id), .digest = crypto::sha256(*bytes)};
    crypto::wipe(*bytes);
    return out;
}

} // namespace basekeeper::access
