// Blocks of content: what the results of tools and the messages of prompts are made of.
#pragma once

#include "mcp/version.hpp"

#include <span>
#include <string>
#include <string_view>

namespace basekeeper::mcp {

enum class content_kind
{
    text,
    image,
    audio,    ///< since 2025-03-26
    resource, ///< embedded: it comes with its content
    link      ///< to a resource, since 2025-06-18
};

/// One block. `json` is the text of a `ContentBlock` object.
struct content
{
    content_kind kind = content_kind::text;
    std::string json;
};

content text_content(std::string_view text);

/// Binary content: `base64` is RFC 4648 section 4 with padding.
content image_content(std::string_view base64, std::string_view mime_type);
content audio_content(std::string_view base64, std::string_view mime_type);

/// A resource with its text.
struct embedded_text
{
    std::string_view uri;
    std::string_view mime_type;
    std::string_view text;
};

content resource_content(const embedded_text& what);

/// Appends the blocks as elements of an array, with a sentence in place of those that a version does not know.
void write_blocks(std::string& out, std::span<const content> blocks, const version_traits& knows);

} // namespace basekeeper::mcp
