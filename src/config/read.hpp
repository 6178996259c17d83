// Reading settings: flags over environment over file over profile over built-in defaults. Pure: texts in, values out.
#pragma once

#include "base/result.hpp"
#include "config/settings.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::config {

using text_map = std::map<std::string, std::string, std::less<>>;

/// A TOML document and the name that errors give it.
struct document
{
    std::string text;
    std::string origin;
};

/// Who runs the program; decides where state lives when nobody says.
enum class account
{
    person,
    root
};

/// Everything that values are taken from.
struct inputs
{
    std::optional<document> file;
    text_map environment; ///< all variables; foreign names are ignored, unknown BASEKEEPER_ names are errors
    text_map flags;       ///< by key, as in `limits.max_rows` → `500`
    account who = account::person;
};

/// The settings that the inputs make. Fails with invalid_argument that names file and line, variable or flag, the key,
/// what is allowed and the nearest known name. No value of a secret appears in an error.
result<settings> read(const inputs& in);

/// The environment variable of a key: `limits.max_rows` → `BASEKEEPER_LIMITS_MAX_ROWS`.
std::string environment_name(std::string_view key);

/// The command-line flag of a key: `limits.max_rows` → `--limits-max-rows`.
std::string flag_name(std::string_view key);

/// One key that `read` knows, for `--help`, completion and documentation. Instance tables are not among them.
struct known_key
{
    std::string key;
    std::string allowed; ///< `true or false`, `an integer from 1 to 50000`, `one of text, json`
    std::string meaning; ///< one sentence
};

std::vector<known_key> known_keys();

/// One line of `basekeeper config show`.
struct described_value
{
    std::string key;
    std::string value;  ///< a set secret is `****`, a missing one empty
    std::string source; ///< `default`, `profile production`, `config.toml:12`, `BASEKEEPER_…`, `--…`
};

std::vector<described_value> describe(const settings& s);

} // namespace basekeeper::config
