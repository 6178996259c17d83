// Questions about text that every layer asks: is it UTF-8, which name is nearest, how does it fit a limit.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace basekeeper {

/// Length in bytes (1 to 4) of the well-formed UTF-8 sequence at the start of `s`, or 0 when there is none.
std::size_t utf8_sequence_length(std::string_view s) noexcept;

/// True when `s` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view s) noexcept;

/// The longest prefix of `s` of at most `max_bytes` that does not cut a UTF-8 sequence.
std::string_view utf8_prefix(std::string_view s, std::size_t max_bytes) noexcept;

/// The candidate that `word` was most likely meant to be (edit distance of at most a third of its length), or empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// True for a DNS label: a-z, 0-9 and inner hyphens, 1 to 63 characters. The names of instances are such labels.
bool is_dns_label(std::string_view s) noexcept;

} // namespace basekeeper
