// What postgres-meta answered: rows, or the error that its answer or that of a proxy before it means.
#pragma once

#include "base/result.hpp"
#include "pg/statement.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace basekeeper::postgres_meta {

/// Reads an answer. `characters_before` is how much of the text stood before the statement of the caller.
result<pg::statement_result>
read_answer(int status, std::string_view body, pg::caps keep, std::size_t characters_before);

} // namespace basekeeper::postgres_meta
