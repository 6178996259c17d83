// The ES256 pair of a stack and the opaque keys that stand for its tokens, beside the shared JWT_SECRET.
#pragma once

#include "env_text/document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::stack {

/// Whether a variable belongs to them: JWT_KEYS, JWT_JWKS, the opaque keys and the asymmetric ones. They work together
/// or not at all: auth signs with JWT_KEYS what the others verify by JWT_JWKS.
bool is_of_key_pair(std::string_view name);

/// Whether one of them has a value; sets without keys (`[]`) are none.
bool uses_key_pair(const env_text::document& env);

/// Whether auth signs the tokens of users with a key of JWT_KEYS, and not with JWT_SECRET: one whose `key_ops` say so.
bool signs_with_key_pair(const env_text::document& env);

/// The shared secrets (`oct`) in the JWK set or list of JWKs of a variable, as they stand there; empty when it has
/// none.
std::vector<std::string> shared_secrets_in(const env_text::document& env, std::string_view name);

} // namespace basekeeper::stack
