// The generator is OpenSSL's: seeded by the kernel, one per thread, safe across fork.
#include "crypto/random.hpp"

#include "crypto/encoding.hpp"
#include "crypto/openssl.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <climits>
#include <vector>

namespace basekeeper::crypto {

void random_bytes(std::span<std::byte> out)
{
    while (!out.empty()) {
        const auto part = out.first(std::min<std::size_t>(out.size(), INT_MAX));
        openssl::require(RAND_bytes(raw(part.data()), static_cast<int>(part.size())) == 1, "RAND_bytes");
        out = out.subspan(part.size());
    }
}

std::string random_token(std::size_t bytes)
{
    std::vector<std::byte> drawn(bytes);
    random_bytes(drawn);
    auto token = to_base64url(drawn);
    wipe(drawn);
    return token;
}

secret<> random_text(std::size_t count, std::string_view alphabet)
{
    // Bytes of the last, incomplete round through the alphabet are thrown away: they would favour its beginning.
    const std::size_t fair = 256 - 256 % alphabet.size();
    return secret<>::filled_by([&](std::string& out) {
        out.reserve(count);
        std::array<std::byte, 64> drawn{};
        while (out.size() < count) {
            random_bytes(drawn);
            for (const auto one : drawn)
                if (const auto n = std::to_integer<std::size_t>(one); n < fair && out.size() < count)
                    out += alphabet[n % alphabet.size()];
        }
        wipe(drawn);
    });
}

std::string token_source::next()
{
    if (used_ == drawn_.size()) {
        random_bytes(drawn_);
        used_ = 0;
    }
    const auto fresh = std::span(drawn_).subspan(used_, token_bytes);
    used_ += token_bytes;
    return to_base64url(fresh);
}

key256 random_key()
{
    return key256::filled_by([](auto& key) { random_bytes(key); });
}

std::string uuid_v4()
{
    std::array<std::byte, 16> drawn{};
    random_bytes(drawn);
    drawn[6] = (drawn[6] & std::byte{0x0F}) | std::byte{0x40}; // version 4
    drawn[8] = (drawn[8] & std::byte{0x3F}) | std::byte{0x80}; // variant of RFC 9562
    auto text = to_hex(drawn);
    for (const std::size_t dash : {8U, 13U, 18U, 23U})
        text.insert(dash, 1, '-');
    return text;
}

} // namespace basekeeper::crypto
