// The commands of the conversation as lines, and the forms in which logins are sent.
#pragma once

#include "base/result.hpp"
#include "clients/smtp/account.hpp"
#include "crypto/secret.hpp"

#include <string>
#include <string_view>

namespace basekeeper::smtp {

/// RFC 5321 section 4.5.3.1.4, with the line end.
inline constexpr std::size_t longest_command = 512;

/// RFC 4954 section 4: logins may be longer.
inline constexpr std::size_t longest_login = 12'288;

/// `words` with the line end. Fails with invalid_argument when it holds a line break or NUL, or is longer than `most`:
/// what comes after a line break would be another command.
result<crypto::secret<>> command_line(const crypto::secret<>& words, std::size_t most = longest_command);

crypto::secret<> base64(const crypto::secret<>& text);

/// The message of SASL PLAIN (RFC 4616) in base64.
crypto::secret<> plain_login(const smtp_account& account);

} // namespace basekeeper::smtp
