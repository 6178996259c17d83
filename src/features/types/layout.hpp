// Breaks text into lines of at most 80 columns by the rules of Prettier: a group is on one line when it fits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::types {

/// A text that may be laid out in several ways. Built from the functions below, values all the way.
struct document
{
    enum class kind
    {
        text,
        line,      ///< a space, or a new line where the group around it is broken
        soft_line, ///< nothing, or a new line
        hard_line, ///< always a new line; breaks every group around it
        choice,    ///< `parts[0]` where the group is broken, else `parts[1]`
        group,
        indented,
        sequence
    };

    kind is = kind::text;
    std::string words{};           ///< of text
    std::vector<document> parts{}; ///< of all that have any
    bool broken = false;           ///< of a group: holds a hard line
};

document text(std::string words);
document line();
document soft_line();
document hard_line();
document choice(document when_broken, document when_flat);
document group(std::vector<document> parts);
document indented(std::vector<document> parts);
document sequence(std::vector<document> parts);

/// The items with `separator` between them.
document joined(std::vector<document> items, const document& separator);

/// Appends the document, which begins where `out` ends: on a line with `indentation` spaces before its first word.
/// Spaces at the end of lines are taken away.
void lay_out(std::string& out, const document& what, std::size_t indentation);

} // namespace basekeeper::types
