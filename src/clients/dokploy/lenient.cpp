// Scalars as Dokploy may spell them.
#include "clients/dokploy/lenient.hpp"

#include "json/text.hpp"

#include <charconv>
#include <cmath>

namespace basekeeper::dokploy {
namespace {

template <class Number>
std::optional<Number> parse(std::string_view text)
{
    Number out{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc{} || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return out;
}

} // namespace

std::optional<std::string> text_of(const boost::json::value& v)
{
    if (v.is_string())
        return std::string(v.get_string());
    if (v.is_number() || v.is_bool())
        return json::to_text(v);
    return std::nullopt;
}

std::optional<std::int64_t> number_of(const boost::json::value& v)
{
    if (v.is_string())
        return parse<std::int64_t>(v.get_string());
    if (!v.is_number())
        return std::nullopt;
    boost::system::error_code failed;
    const auto exact = v.to_number<std::int64_t>(failed);
    return failed ? std::nullopt : std::optional(exact);
}

std::optional<double> real_of(const boost::json::value& v)
{
    if (v.is_string())
        return parse<double>(v.get_string());
    return v.is_number() ? std::optional(v.to_number<double>()) : std::nullopt;
}

std::optional<bool> truth_of(const boost::json::value& v)
{
    if (v.is_bool())
        return v.get_bool();
    if (v.is_string() && (v.get_string() == "true" || v.get_string() == "false"))
        return v.get_string() == "true";
    if (v.is_number())
        return v.to_number<double>() != 0;
    return std::nullopt;
}

error unexpected_answer(std::string_view operation, std::string_view what)
{
    return {
        condition::unavailable,
        fmt::format("Dokploy answered {} with {}", operation, what),
        "check that the URL is that of a Dokploy from v0.25 on"
    };
}

} // namespace basekeeper::dokploy
