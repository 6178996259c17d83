// The scripts that turn an empty cluster into a Supabase-shaped one, in the order in which they run.
#pragma once

#include <array>
#include <string_view>

namespace basekeeper::local {

/// A script run as supabase_admin by the simple protocol: one transaction each.
struct bootstrap_script
{
    std::string_view name; ///< for messages
    std::string_view text;
};

extern const std::string_view roles_sql;
extern const std::string_view schemas_sql;
extern const std::string_view extensions_sql;
extern const std::string_view auth_sql;
extern const std::string_view storage_sql;
extern const std::string_view services_sql;

/// All of them.
std::array<bootstrap_script, 6> bootstrap_scripts();

} // namespace basekeeper::local
