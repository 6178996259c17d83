// New rows of compose; included by the sources of this module only.
#pragma once

#include "features/rehearsal/world.hpp"

#include <string>

namespace basekeeper::rehearsal {

/// A row with the defaults of Dokploy, `columns` over them. The app name gets a random suffix; an empty one is made up.
row& new_compose_row(world& in, row columns, std::string app_name);

} // namespace basekeeper::rehearsal
