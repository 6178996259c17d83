// The lexical half of connection texts: lines of a `.env`, and `Key=Value;Key=Value` pairs.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::ways {

/// Values by name. Any of them may be a password.
using named_values = std::map<std::string, crypto::secret<std::string>, std::less<>>;

/// The longest text that is read.
inline constexpr std::size_t max_text = std::size_t{256} << 10U;

/// True when the first line that is neither empty nor a comment is `NAME=…`, with a name as variables have it
/// (capitals; `export ` before it is taken).
bool looks_like_variables(std::string_view text);

/// Reads lines as shells and compose files write them: comments, `export`, quotes, `${NAME}` and `${NAME:-otherwise}`
/// of variables above; a reference to another stays as it stands. Of a name that occurs twice the last counts. Fails
/// with invalid_argument naming the line.
result<named_values> read_variables(std::string_view text);

/// The pairs of `Key=Value;Key="va;lue"`, keys in lower case without spaces; a quote in quotes is doubled. Fails with
/// invalid_argument naming the place of the pair.
result<std::vector<std::pair<std::string, crypto::secret<std::string>>>> read_pairs(std::string_view text);

} // namespace basekeeper::ways
