// Views of memory as bytes, wiping it, and comparing it without telling where it differs.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace basekeeper::crypto {

/// The bytes of a text; the view lives as long as the text.
inline std::span<const std::byte> bytes_of(std::string_view text) noexcept
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// The text that the bytes spell; the view lives as long as the bytes.
inline std::string_view text_of(std::span<const std::byte> bytes) noexcept
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Overwrites memory with zeros in a way that the optimiser cannot leave out.
void wipe(std::span<std::byte> memory) noexcept;

/// True when both hold the same bytes. The time depends on the lengths only, never on the content.
bool constant_time_equal(std::span<const std::byte> a, std::span<const std::byte> b) noexcept;

} // namespace basekeeper::crypto
