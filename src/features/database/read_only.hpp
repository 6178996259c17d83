// The narrow login of read-only queries: what it may do is looked at, not believed.
#pragma once

#include "pg/connection.hpp"

namespace basekeeper::database {

/// Looks at the powers of the current login. Fails with denied, naming them, when it could do more than read.
io::task<result<>> verify_narrow_login(pg::connection& db, io::deadline until);

} // namespace basekeeper::database
