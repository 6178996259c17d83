// A folder of migrations as files: `supabase/migrations/<version>_<name>.sql`, and `down/` in it for what undoes them.
#pragma once

#include "features/migrations/names.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::migrations {

struct migration_file
{
    std::string version;
    std::string name;
    std::string text;
    std::optional<std::string> down{};
};

struct folder
{
    std::filesystem::path where;
    std::vector<migration_file> files; ///< in order of version
    /// The migration of a version, or null.
    const migration_file* find(std::string_view version) const;

    std::vector<std::string> stray{}; ///< names of files that belong to no migration, or that other tools would misread
};

/// Reads all of it, blocking. Fails with not_found without the folder, with conflict for two files of one version.
result<folder> read_folder(const std::filesystem::path& where);

/// The two paths of a new migration.
struct new_files
{
    std::filesystem::path up;
    std::filesystem::path down;
};

/// Writes an empty migration and an empty down script, making the folders. Blocking. Fails with conflict when the
/// version is taken.
result<new_files> write_new(const std::filesystem::path& where, std::string_view version, std::string_view name);

} // namespace basekeeper::migrations
