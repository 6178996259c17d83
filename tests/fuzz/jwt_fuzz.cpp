// Feeds tokens and key sets: never a crash, and no token is taken that was not signed for us.
#include "crypto/jwt.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace basekeeper;

constexpr std::string_view secret_text = "0123456789abcdef0123456789abcdef";

std::span<const std::byte> key_bytes()
{
    return std::as_bytes(std::span(secret_text));
}

crypto::token_rules rules()
{
    return {
        .algorithms =
            {crypto::jwt_algorithm::hs256,
             crypto::jwt_algorithm::rs256,
             crypto::jwt_algorithm::es256,
             crypto::jwt_algorithm::eddsa},
        .issuers = {"https://as.example"},
        .audiences = {"https://keeper.example/mcp"},
    };
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const wall_time now{std::chrono::seconds{1'800'000'000}};
    static const auto shared = crypto::verification_key::shared(crypto::secret<>(std::string(secret_text))).value();
    static const auto allowed = rules();
    const crypto::key_set ours{shared};
    if (crypto::verify_jwt(text, key_bytes(), now) || crypto::verify_jwt(text, ours, allowed, now))
        std::abort(); // the input cannot know the secret
    if (const auto published = crypto::parse_key_set(text))
        static_cast<void>(crypto::verify_jwt(text, *published, allowed, now));
    // A genuine token with the input in it, and the same one changed.
    const boost::json::object claims{
        {"iss", "https://as.example"}, {"aud", "https://keeper.example/mcp"}, {"exp", 1'800'000'100}, {"sub", "s"}
    };
    auto token = crypto::sign_jwt(claims, key_bytes()).value();
    const auto genuine = token;
    for (std::size_t i = 0; i + 1 < size; i += 2)
        token[data[i] % token.size()] = static_cast<char>(data[i + 1]);
    if (!crypto::verify_jwt(genuine, ours, allowed, now))
        std::abort();
    if (token != genuine && crypto::verify_jwt(token, ours, allowed, now))
        std::abort();
    return 0;
}
