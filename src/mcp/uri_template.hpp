// Addresses with variables in them, read backwards: which values make this template that address.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::mcp {

using uri_variables = std::map<std::string, std::string, std::less<>>;

/// True when the text holds a `{variable}`.
bool is_uri_template(std::string_view text);

/// Matches an address against an RFC 6570 level-1 template, in linear time. Values are percent-decoded. Nothing when
/// it does not fit, or when a value is empty, not UTF-8, holds a slash, backslash or control character, or is `.` or
/// `..`: no value can climb out of its place.
std::optional<uri_variables> match_uri(std::string_view uri_template, std::string_view uri);

} // namespace basekeeper::mcp
