// New rows of domains, and names for them; included by the sources of this module only.
#pragma once

#include "features/rehearsal/world.hpp"

#include <string>

namespace basekeeper::rehearsal {

/// A row with the defaults of Dokploy, `columns` over them.
row& new_domain_row(world& in, const row& columns);

/// A name that leads to this server without any DNS.
std::string generated_host(world& in, const std::string& name);

} // namespace basekeeper::rehearsal
