// Encodings by libsodium, whose tables do not leak what is encoded through the cache.
#include "crypto/encoding.hpp"

#include "crypto/raw.hpp"

#include <sodium.h>

namespace basekeeper::crypto {
namespace {

std::string encode(std::span<const std::byte> bytes, int variant)
{
    // libsodium counts and writes a final NUL; a string has room for it past its end.
    std::string text(sodium_base64_encoded_len(bytes.size(), variant) - 1, '\0');
    sodium_bin2base64(text.data(), text.size() + 1, raw(bytes.data()), bytes.size(), variant);
    return text;
}

result<std::vector<std::byte>> decode(std::string_view text, int variant, const char* name)
{
    std::vector<std::byte> bytes(text.size() / 4 * 3 + 3);
    std::size_t size = 0;
    const int rc =
        sodium_base642bin(raw(bytes.data()), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr, variant);
    if (rc != 0)
        return fail(condition::invalid_argument, std::string("text is not ") + name, std::string("give ") + name);
    bytes.resize(size);
    return bytes;
}

} // namespace

std::string to_hex(std::span<const std::byte> bytes)
{
    std::string text(bytes.size() * 2, '\0');
    sodium_bin2hex(text.data(), text.size() + 1, raw(bytes.data()), bytes.size());
    return text;
}

result<std::vector<std::byte>> from_hex(std::string_view text)
{
    std::vector<std::byte> bytes(text.size() / 2 + 1);
    std::size_t size = 0;
    const int rc = sodium_hex2bin(raw(bytes.data()), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr);
    if (rc != 0)
        return fail(condition::invalid_argument, "text is not hexadecimal", "give an even number of the digits 0-9a-f");
    bytes.resize(size);
    return bytes;
}

std::string to_base64(std::span<const std::byte> bytes)
{
    return encode(bytes, sodium_base64_VARIANT_ORIGINAL);
}

result<std::vector<std::byte>> from_base64(std::string_view text)
{
    return decode(text, sodium_base64_VARIANT_ORIGINAL, "base64 with padding");
}

std::string to_base64url(std::span<const std::byte> bytes)
{
    return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

result<std::vector<std::byte>> from_base64url(std::string_view text)
{
    return decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, "base64url without padding");
}

} // namespace basekeeper::crypto
