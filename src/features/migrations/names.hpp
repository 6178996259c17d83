// Versions and names of migrations, and the names of their files: the same rules as the Supabase CLI's.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::migrations {

/// `YYYYMMDDHHMMSS` in UTC.
std::string version_at(wall_time t);

/// A version is 1 to 32 digits. Fails with invalid_argument.
result<> check_version(std::string_view version);

/// True when `a` comes before `b`. Versions are ordered as text, as the Supabase CLI and its files are.
bool is_before(std::string_view a, std::string_view b);

/// A name is 1 to 100 letters, digits, `_`, `-` and `.`, does not begin with a dot and is not `down`-suffixed: it
/// becomes part of a file's name. Fails with invalid_argument that proposes one.
result<> check_name(std::string_view name);

/// `Add users!` as `add_users`: what a name could be; `migration` when nothing is left of it.
std::string proposed_name(std::string_view text);

enum class direction
{
    up,
    down
};

/// What the name of a file says.
struct file_name
{
    std::string version;
    std::string name;
    direction way = direction::up;
};

/// `20250101000000_users.sql`, or `..._users.down.sql`; nothing for a name that is no migration's.
std::optional<file_name> read_file_name(std::string_view file);

/// The name of the file of a migration. Down scripts have the same name in a folder of their own, `down`, because the
/// Supabase CLI takes every `<digits>_<anything>.sql` of the folder itself for a migration to run.
std::string to_file_name(std::string_view version, std::string_view name);

} // namespace basekeeper::migrations
