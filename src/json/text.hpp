// Writing JSON text piece by piece, and reading a whole document within limits.
#pragma once

#include "base/result.hpp"

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace basekeeper::json {

/// Limits of one document that comes from outside.
struct read_limits
{
    std::size_t max_bytes = 4U << 20U;
    std::size_t max_depth = 64;
};

/// Parses one document; anything after it but white space is an error. Text must be UTF-8; duplicate keys keep the
/// last. Fails with invalid_argument naming the byte offset. Values live in `memory`, which must outlive them.
result<boost::json::value> read(std::string_view text, read_limits limits = {}, boost::json::storage_ptr memory = {});

/// Appends `s` as a JSON string. Bytes that are not UTF-8 become U+FFFD, so the output is always valid JSON.
void write_string(std::string& out, std::string_view s);

/// Appends a number. Doubles are written shortest-round-trip; infinities and NaN, which JSON cannot hold, as strings.
void write_number(std::string& out, std::int64_t n);
void write_number(std::string& out, std::uint64_t n);
void write_number(std::string& out, double n);

/// Appends a value tree as compact JSON.
void write_value(std::string& out, const boost::json::value& v);

/// Appends a value tree as compact JSON with the members of objects sorted by name: for digests of what two callers may
/// order differently.
void write_canonical(std::string& out, const boost::json::value& v);

/// A value tree as compact JSON.
std::string to_text(const boost::json::value& v);

} // namespace basekeeper::json
