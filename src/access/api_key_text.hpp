// The text of an API key: what a person is given once, and how it is taken apart.
#pragma once

#include "crypto/digest.hpp"
#include "crypto/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::access {

/// How every API key begins; scanners for leaked secrets look for it.
inline constexpr std::string_view api_key_prefix = "bk_";

/// A key that was just made.
struct made_api_key
{
    std::string id;                 ///< 12 hex digits
    crypto::secret<> text;          ///< `bk_<id>_<secret>`, shown once and stored nowhere
    crypto::sha256_digest digest{}; ///< of the secret's 32 bytes, to be stored
};

made_api_key new_api_key();

/// What a key says about itself.
struct shown_api_key
{
    std::string id;
    crypto::sha256_digest digest{}; ///< to be compared with the stored one in constant time
};

/// Nothing unless the text is exactly such a key.
std::optional<shown_api_key> read_api_key(std::string_view text);

} // namespace basekeeper::access
