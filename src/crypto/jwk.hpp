// Keys that verify signatures, read from JSON Web Keys (RFC 7517) or made of a shared secret.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::crypto {

/// The algorithms of signatures that are known (RFC 7518, RFC 8037); there is no `none`.
enum class jwt_algorithm
{
    hs256, ///< HMAC with SHA-256
    rs256, ///< RSASSA-PKCS1-v1_5 with SHA-256
    ps256, ///< RSASSA-PSS with SHA-256 and a salt of 32 bytes
    es256, ///< ECDSA on P-256 with SHA-256
    eddsa  ///< Ed25519
};

/// As the header of a token spells it: `HS256`, `RS256`, `PS256`, `ES256`, `EdDSA`.
std::string_view to_string(jwt_algorithm a) noexcept;
std::optional<jwt_algorithm> jwt_algorithm_from(std::string_view name) noexcept;

enum class key_kind
{
    shared_secret, ///< HS256 only
    rsa,           ///< RS256 and PS256
    p256,          ///< ES256 only
    ed25519        ///< EdDSA only
};

/// One key and what it may be used for. Copies share the key itself; safe to use on several threads.
class verification_key
{
public:
    /// A secret shared with the signer. Shorter than 32 bytes is invalid_argument (RFC 7518 section 3.2).
    static result<verification_key> shared(const secret<>& text);

    /// A public key. invalid_argument for: a kind that is not listed above, RSA below 2048 or above 8192 bits, a point
    /// that is not on the curve, a key that is not for signatures (`use`, `key_ops`), or an `alg` that does not fit.
    /// A secret key (`oct`) is refused too: what is published is no secret. Private parts are not read.
    static result<verification_key> from_jwk(const boost::json::object& jwk);

    /// Its `kid`; empty when it has none.
    const std::string& id() const noexcept;
    key_kind kind() const noexcept;

    /// True when the algorithm belongs to this kind of key and the key does not name another one.
    bool fits(jwt_algorithm a) const noexcept;

    /// True when the signature is this key's over exactly this text. False when the algorithm does not fit.
    bool verifies(jwt_algorithm a, std::string_view text, std::span<const std::byte> signature) const;

private:
    struct content;

    explicit verification_key(std::shared_ptr<const content> c) : content_(std::move(c)) {}

    std::shared_ptr<const content> content_; // owned by its copies together; never changes
};

using key_set = std::vector<verification_key>;

/// Texts longer than this are refused unread.
inline constexpr std::size_t max_key_set_bytes = std::size_t{256} << 10U;
inline constexpr std::size_t max_keys = 100;

/// The keys of a JWK set, `{"keys":[…]}`, or of one JWK. Keys that cannot be used (`from_jwk` fails) are left out, as
/// RFC 7517 section 5 asks. invalid_argument when it is no such text, has none that can be used, or more than
/// `max_keys`.
result<key_set> parse_key_set(std::string_view text);

} // namespace basekeeper::crypto
