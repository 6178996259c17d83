// The files of the one template; included by the sources of this module only.
#pragma once

#include <string_view>

namespace basekeeper::rehearsal {

std::string_view supabase_compose();

/// template.toml but for its mounts.
std::string_view supabase_config();

/// The `[[config.mounts]]` of template.toml.
std::string_view supabase_mounts();

} // namespace basekeeper::rehearsal
