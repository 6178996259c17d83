// Reads a catalogue from a database: all queries in one round trip and one snapshot.
#pragma once

#include "features/types/catalogue.hpp"
#include "io/deadline.hpp"
#include "pg/connection.hpp"

#include <string>
#include <vector>

namespace basekeeper::types {

/// What there is in these schemas, unsorted. As far as the login may see it: tables and columns on which it has any
/// privilege, schemas it may use. Fails with not_found when one of the schemas is not there or may not be used, and
/// with invalid_argument when they hold too much. Names come out as the session's search_path shows them, so that
/// should be the login's own.
io::task<result<catalogue>> read_catalogue(pg::connection& db, std::vector<std::string> schemas, io::deadline until);

/// The names in the order of Unicode, as the server's ICU sorts them; in that of their bytes when it has none.
io::task<result<std::vector<std::string>>>
rank_names(pg::connection& db, std::vector<std::string> names, io::deadline until);

} // namespace basekeeper::types
