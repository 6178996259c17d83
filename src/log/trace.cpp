// Reading, writing and making of trace contexts.
#include "log/trace.hpp"

#include <algorithm>
#include <span>

namespace basekeeper::log {
namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t version_00_length = 55;

bool is_lower_hex(std::string_view s)
{
    return std::ranges::all_of(s, [](char c) { return digits.contains(c); });
}

bool is_id(std::string_view s)
{
    return is_lower_hex(s) && s.find_first_not_of('0') != std::string_view::npos;
}

void write_hex(std::span<char> into, std::uint64_t value)
{
    for (auto& c : into) {
        c = digits[value >> 60U];
        value <<= 4U;
    }
}

} // namespace

std::optional<trace_context> parse_traceparent(std::string_view text)
{
    if (text.size() < version_00_length || text[2] != '-' || text[35] != '-' || text[52] != '-')
        return std::nullopt;
    const auto version = text.substr(0, 2);
    if (!is_lower_hex(version) || version == "ff")
        return std::nullopt;
    const bool longer = text.size() > version_00_length;
    if (longer && (version == "00" || text[version_00_length] != '-'))
        return std::nullopt;
    const auto trace = text.substr(3, 32);
    const auto span = text.substr(36, 16);
    const auto flags = text.substr(53, 2);
    if (!is_id(trace) || !is_id(span) || !is_lower_hex(flags))
        return std::nullopt;
    trace_context out;
    std::ranges::copy(trace, out.trace_.begin());
    std::ranges::copy(span, out.span_.begin());
    // Only the lowest flag, "sampled", has a meaning yet; others must not be passed on.
    out.flags_ = static_cast<unsigned>(digits.find(flags[1])) & 1U;
    return out;
}

std::string to_traceparent(const trace_context& of)
{
    if (of.is_empty())
        return {};
    std::string out = "00-";
    out.append(of.trace_id()).append("-").append(of.span_id()).append(of.sampled() ? "-01" : "-00");
    return out;
}

trace_context trace_source::next(const trace_context& parent)
{
    const auto number = [this] { return std::max<std::uint64_t>(random_(), 1); };
    auto out = parent;
    if (parent.is_empty()) {
        write_hex(std::span(out.trace_).first(16), number());
        write_hex(std::span(out.trace_).last(16), number());
    }
    write_hex(out.span_, number());
    return out;
}

} // namespace basekeeper::log
