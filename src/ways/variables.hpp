// Which variables of a `.env` make a connection; included by the sources of this module only.
#pragma once

#include "ways/connection_text.hpp"
#include "ways/named_values.hpp"

#include <array>
#include <functional>

namespace basekeeper::ways {

/// Reads the value of one variable that holds a whole connection.
using value_reader = std::function<result<pg::target>(std::string_view)>;

/// Chooses among the variables: whole connections (DATABASE_URL, DIRECT_URL, ...) first, then PG*, POSTGRES_*, DB_*;
/// and what a self-hosted stack's `.env` tells about its pooler. Messages name the variable, never its value.
result<connection_info> read_named(const named_values& values, const value_reader& read_value);

/// Names under which further connections are written and found again.
inline constexpr auto further_names = std::to_array<std::string_view>({
    "DIRECT_URL",
    "POSTGRES_URL_NON_POOLING",
    "DATABASE_DIRECT_URL",
    "DIRECT_DATABASE_URL",
});

} // namespace basekeeper::ways
