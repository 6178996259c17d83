// The words of a SQL text as PostgreSQL's own lexer cuts it; private to this module.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace basekeeper::sql {

/// One token, comments included; white space is what lies between.
struct token
{
    std::size_t begin = 0; ///< bytes of the text
    std::size_t end = 0;
};

/// All tokens in order. Fails with invalid_argument where the lexer stops: a literal or a comment that does not end.
/// `position` of the error is the character.
result<std::vector<token>> tokens_of(std::string_view text);

} // namespace basekeeper::sql
