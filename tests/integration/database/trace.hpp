// What an attack could have left behind: one text for the whole state of a server, compared before and after.
#pragma once

#include "workplace.hpp"

#include <string>

namespace basekeeper::database {

/// Contents and storage of all tables, catalogs, roles, settings, sequences, locks, slots, large objects, prepared
/// transactions; as the superuser sees them.
io::task<std::string> trace(workplace& w);

/// What differs from `before`, or "nothing". Waits up to two seconds for sessions that are just ending.
io::task<std::string> difference(workplace& w, std::string before);

} // namespace basekeeper::database
