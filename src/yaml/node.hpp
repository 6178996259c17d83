// A YAML document as a tree whose nodes know where they stand in the text, so that a part can be changed in place.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::yaml {

enum class node_kind
{
    scalar,
    sequence,
    mapping
};

/// One value. What was written as an alias is a copy of what it means, with the place of the alias.
struct node
{
    node_kind kind = node_kind::scalar;
    std::string text{};                           ///< of a scalar, without quotes
    std::vector<node> items{};                    ///< of a sequence
    std::vector<std::pair<node, node>> members{}; ///< of a mapping, in order; those of `<<` stand behind its own
    std::size_t begin = 0;                        ///< byte offset of the first character
    std::size_t end = 0;                          ///< behind the last character that belongs to the value
    std::size_t column = 0;                       ///< of `begin` in its line, in bytes, from 0
    std::size_t line = 1;
    bool in_flow = false; ///< written with brackets or braces, or inside such
    bool is_bare = false; ///< a scalar without quotes
    bool is_alias = false;

    /// The member with this name; null when there is none or this is no mapping.
    const node* find(std::string_view name) const noexcept;

    /// The member down a path; null when a part is missing.
    template <class... Names>
    const node* at(std::string_view name, Names... deeper) const noexcept
    {
        const auto* found = find(name);
        if constexpr (sizeof...(deeper) == 0)
            return found;
        else
            return found == nullptr ? nullptr : found->at(deeper...);
    }
};

/// Limits of what is read: files of compose are far below.
inline constexpr std::size_t max_bytes = std::size_t{512} << 10U;
inline constexpr std::size_t max_depth = 64;
inline constexpr std::size_t max_nodes = 50'000; ///< aliases count with all they stand for

/// Reads one document. Fails with invalid_argument naming the line when it is no YAML, has several documents, or goes
/// beyond a limit. An empty document is an empty scalar.
result<node> read(std::string_view text);

/// A part of a text to be replaced.
struct edit
{
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string replacement{};
};

/// The text with all edits made. They must not overlap; throws std::logic_error when they do.
std::string edited(std::string_view text, std::vector<edit> edits);

} // namespace basekeeper::yaml
