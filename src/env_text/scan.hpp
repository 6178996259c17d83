// Where the assignments of an env text stand: the exact reading of the npm package dotenv 16, which Dokploy uses.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::env_text {

/// One assignment as offsets into the text.
struct assignment
{
    std::size_t begin = 0;       ///< first character, of `export` or of the name
    std::size_t name_begin = 0;  ///< of the name
    std::size_t name_end = 0;    ///< behind the name
    std::size_t value_begin = 0; ///< of the value with its quotes; an empty value has a place too
    std::size_t value_end = 0;   ///< behind it
    std::size_t end = 0;         ///< behind comments and blank lines that the reading takes along
};

/// All assignments, in order. Line ends must be `\n` alone (`with_plain_line_ends`). Takes time linear in the text.
std::vector<assignment> scan(std::string_view text);

/// The value that `written`, quotes included, stands for.
std::string value_of(std::string_view written);

/// CR LF and CR become LF: the first thing the reading does.
std::string with_plain_line_ends(std::string_view text);

/// Where the line that `at` is in ends: at `\n`, U+2028, U+2029 or the end of the text.
std::size_t line_end(std::string_view text, std::size_t at) noexcept;

/// Where it begins.
std::size_t line_begin(std::string_view text, std::size_t at) noexcept;

/// Behind what ends it: where the next line begins.
std::size_t behind_line(std::string_view text, std::size_t at) noexcept;

/// Bytes of the white space (as JavaScript has it, so also U+00A0 or U+FEFF) at `at`, or 0.
std::size_t space_at(std::string_view text, std::size_t at) noexcept;

/// The text without white space at both ends.
std::string_view trimmed(std::string_view text) noexcept;

} // namespace basekeeper::env_text
