// Tokens as the services behind the gateway read them: whether a key of theirs made the signature, and who is named.
#pragma once

#include "base/clock.hpp"
#include "crypto/es256_key.hpp"
#include "crypto/jwk.hpp"
#include "crypto/secret.hpp"
#include "env_text/document.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::simulated_stack {

/// The value of a variable; empty when it is not set. Lives as long as the values.
std::string_view variable(const env_text::values& in, std::string_view name, std::string_view otherwise = {});

enum class token_state
{
    good,
    absent,
    malformed,     ///< no token at all, such as an opaque key
    bad_signature, ///< of another secret
    expired
};

struct reading
{
    token_state state = token_state::absent;
    boost::json::object claims{}; ///< of a good one

    /// The claim `role`; `anon` when there is none, as it is without a token.
    std::string role() const;
};

/// The keys that one service verifies with.
class token_keys
{
public:
    /// JWT_SECRET, and the public keys of the set that `key_set` names.
    static token_keys of_secret_and_set(const env_text::values& in, std::string_view key_set);

    /// The keys of the set alone, where there is one, else JWT_SECRET: the reading of PostgREST.
    static token_keys of_set_or_secret(const env_text::values& in, std::string_view key_set);

    reading read(std::string_view token, wall_time now) const;

    /// Signed with the key of the set that is for signing, ES256; with the secret, HS256, where there is none.
    std::string sign(const boost::json::object& claims) const;

    /// What `/.well-known/jwks.json` publishes: the public halves, never the secret.
    boost::json::object published() const;

private:
    void add_set(std::string_view text);
    bool verifies(std::string_view algorithm, std::string_view text, std::string_view signature) const;

    std::vector<crypto::secret<>> shared_;
    crypto::key_set public_;
    std::optional<crypto::es256_key> signing_;
    boost::json::array shown_;
};

} // namespace basekeeper::simulated_stack
