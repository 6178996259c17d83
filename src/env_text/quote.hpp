// A value as it must be written so that it is read back exactly.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <string_view>

namespace basekeeper::env_text {

/// True for a name that every reader of variables takes: a letter or `_`, then letters, digits and `_`. `__proto__` is
/// none: dotenv loses it.
bool is_name(std::string_view name) noexcept;

/// What stands behind `NAME=`: bare where that is safe, else in single, double or backward quotes. Fails with
/// invalid_argument, without repeating the value, when no form is read back as the same: dotenv knows no escapes but
/// `\n` and `\r`, so a value with all three quotes, or one that ends in a backslash and needs quotes, cannot be
/// written.
result<crypto::secret<>> quoted(const crypto::secret<>& value);

/// True when Dokploy replaces a part of the value before a container sees it: `${{…}}` by a variable of the project,
/// environment or service (an unknown one fails the deployment), and `${NAME}` in some of its versions by compose.
bool is_replaced_on_deployment(std::string_view value) noexcept;

} // namespace basekeeper::env_text
