// Whether the server may listen where it is told to.
#pragma once

#include "access/origins.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace basekeeper::access {

/// Denied when others than this machine could connect and nobody would ask who they are; the hint names the commands
/// that set authorization up.
result<> listening_allowed(reach where, const config::settings& settings);

} // namespace basekeeper::access
