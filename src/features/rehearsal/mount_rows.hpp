// New rows of mounts; included by the sources of this module only.
#pragma once

#include "features/rehearsal/world.hpp"

namespace basekeeper::rehearsal {

/// A row with its file written on the host.
row& new_mount_row(world& in, const row& columns);

} // namespace basekeeper::rehearsal
