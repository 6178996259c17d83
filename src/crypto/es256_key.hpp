// A P-256 key of ours that signs tokens with ES256 (RFC 7518 section 3.4), and its two halves as JSON Web Keys.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string>

namespace basekeeper::crypto {

/// A pair of keys. Copies share it; the private half leaves it by `private_jwk()` only.
class es256_key
{
public:
    /// A new random pair with a random UUID as its `kid`.
    static es256_key generate();

    /// What `private_jwk()` gave. Fails with invalid_argument when it is no private key of P-256.
    static result<es256_key> from_private_jwk(const boost::json::object& jwk);

    /// The `kid` of both halves.
    const std::string& id() const noexcept;

    /// What verifiers get: kty, kid, use, key_ops `verify`, alg, ext, crv, x, y.
    boost::json::object public_jwk() const;

    /// The same with `d`, and `sign` among its key_ops: the JSON text of an object.
    secret<> private_jwk() const;

    /// The claims as a token that names this key in its header.
    std::string sign(const boost::json::object& claims) const;

private:
    struct content;

    explicit es256_key(std::shared_ptr<const content> c) : content_(std::move(c)) {}

    std::shared_ptr<const content> content_; // owned by the copies together; never changes
};

} // namespace basekeeper::crypto
