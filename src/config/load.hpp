// The thin, impure half of reading settings: finds and reads the file, takes the process environment.
#pragma once

#include "config/read.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::config {

struct loaded
{
    settings values;
    std::optional<std::filesystem::path> file; ///< that was read
    std::vector<std::string> warnings;         ///< for the log, such as a file with secrets that others can read
};

/// The variables of this process.
text_map process_environment();

/// Reads `explicit_file` (--config), else BASEKEEPER_CONFIG, else `basekeeper/config.toml` under XDG_CONFIG_HOME or
/// ~/.config. Only the last may be missing. `flags` as in `inputs`.
result<loaded> load(const std::optional<std::filesystem::path>& explicit_file, text_map environment, text_map flags);

} // namespace basekeeper::config
