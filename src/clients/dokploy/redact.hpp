// Secrets taken out of what a Dokploy says: its error texts repeat command lines, keys and environment.
#pragma once

#include "crypto/secret.hpp"

#include <span>
#include <string>
#include <string_view>

namespace basekeeper::dokploy {

/// Stands where a secret stood.
inline constexpr std::string_view redaction = "****";

/// The text without the `known` secrets (those of six bytes or more, and of a text of several lines the value of each
/// line), without values that stand behind a name such as `password`, `token`, `secret_access_key` or `apikey`
/// (`name=value`, `--name value`, `"name": "value"`), without JWTs and without the password of a URL.
std::string redact(std::string_view text, std::span<const crypto::secret<>> known = {});

} // namespace basekeeper::dokploy
