// From the words libpq leaves after a failed connection attempt to an error with a next step; included by the sources
// of this module only.
#pragma once

#include "base/error.hpp"
#include "pg/target.hpp"

#include <string_view>

namespace basekeeper::pg {

/// `said` is PQerrorMessage at verbosity "verbose", which carries the SQLSTATE when the server answered.
error connect_failure(const target& to, std::string_view said);

/// True when another address of the same host may do better.
bool worth_another_address(const error& failed);

} // namespace basekeeper::pg
