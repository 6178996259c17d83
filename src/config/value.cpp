// Strict conversions, and the sentences that refuse a value.
#include "config/value.hpp"

#include "base/text.hpp"
#include "config/read.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace basekeeper::config {
namespace {

constexpr std::size_t longest_shown_bytes = 60;

std::string shown(const raw_value& v)
{
    struct visitor
    {
        std::string operator()(const untyped& u) const { return quoted(u.text); }

        std::string operator()(bool b) const { return b ? "true" : "false"; }

        std::string operator()(std::int64_t n) const { return std::to_string(n); }

        std::string operator()(const std::string& s) const { return quoted(s); }

        std::string operator()(const std::vector<std::string>&) const { return "a list"; }

        std::string operator()(unsupported u) const { return std::string(u.type); }

        static std::string quoted(std::string_view s)
        {
            const auto cut = utf8_prefix(s, longest_shown_bytes);
            return fmt::format("\"{}\"{}", cut, cut.size() < s.size() ? "…" : "");
        }
    };

    return std::visit(visitor{}, v);
}

} // namespace

std::optional<bool> to_bool(const raw_value& v)
{
    if (const auto* b = std::get_if<bool>(&v))
        return *b;
    if (const auto* u = std::get_if<untyped>(&v)) {
        if (u->text == "true" || u->text == "1")
            return true;
        if (u->text == "false" || u->text == "0")
            return false;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> to_number(const raw_value& v, const rule& r)
{
    std::int64_t n = 0;
    if (const auto* i = std::get_if<std::int64_t>(&v))
        n = *i;
    else if (const auto* u = std::get_if<untyped>(&v)) {
        const auto* end = u->text.data() + u->text.size();
        const auto [stopped, failed] = std::from_chars(u->text.data(), end, n);
        if (failed != std::errc{} || stopped != end)
            return std::nullopt;
    } else
        return std::nullopt;
    if (std::cmp_less(n, r.min) || std::cmp_greater(n, r.max))
        return std::nullopt;
    return static_cast<std::uint64_t>(n);
}

std::optional<std::string> to_text(const raw_value& v, const rule& r)
{
    const std::string* text = std::get_if<std::string>(&v);
    if (const auto* u = std::get_if<untyped>(&v))
        text = &u->text;
    // libpq and file names end at a NUL: what follows would be ignored in silence.
    if (text == nullptr || text->contains('\0') || (r.accepts != nullptr && !r.accepts(*text)))
        return std::nullopt;
    return *text;
}

std::optional<std::vector<std::string>> to_list(const raw_value& v, const rule& r)
{
    std::vector<std::string> items;
    if (const auto* list = std::get_if<std::vector<std::string>>(&v))
        items = *list;
    else if (const auto* u = std::get_if<untyped>(&v)) {
        for (std::size_t start = 0; start <= u->text.size() && !u->text.empty();) {
            const auto comma = std::min(u->text.find(',', start), u->text.size());
            items.push_back(u->text.substr(start, comma - start));
            start = comma + 1;
        }
    } else
        return std::nullopt;
    if (r.accepts != nullptr && !std::ranges::all_of(items, r.accepts))
        return std::nullopt;
    return items;
}

std::optional<std::chrono::seconds> to_span(const raw_value& v, const rule& r)
{
    const auto text = to_text(v, {});
    const auto span = text ? parse_duration(*text) : std::nullopt;
    if (!span || std::cmp_less(span->count(), r.min) || std::cmp_greater(span->count(), r.max))
        return std::nullopt;
    return span;
}

std::string_view table_of(family f) noexcept
{
    return f == family::dokploy ? "dokploy" : "instances";
}

std::string full_key(const given& g)
{
    return g.named.empty() ? g.key : fmt::format("{}.{}.{}", table_of(g.of), g.named, g.key);
}

std::unexpected<error> refused(const given& g, std::string_view allowed, visibility v)
{
    const auto key = full_key(g);
    return fail(
        condition::invalid_argument,
        v == visibility::secret
            ? fmt::format("{}: the value of `{}` is not {}", g.from.where, key, allowed)
            : fmt::format("{}: `{}` is {}, which is not {}", g.from.where, key, shown(g.value), allowed),
        fmt::format("set `{}` to {}", key, allowed)
    );
}

std::unexpected<error> refused_source(const given& g, key_sources allowed)
{
    return fail(
        condition::invalid_argument,
        fmt::format(
            "{}: `{}` is taken from {} only",
            g.from.where,
            full_key(g),
            allowed == key_sources::no_flag ? "the environment and the file" : "the environment"
        ),
        fmt::format("remove it there and set {}", environment_name(g.key))
    );
}

std::string value_type<std::uint64_t>::allowed(const rule& r)
{
    return fmt::format("an integer from {} to {}", r.min, r.max);
}

std::string value_type<std::chrono::seconds>::allowed(const rule& r)
{
    const auto of = [](std::uint64_t n) { return format_duration(std::chrono::seconds{static_cast<std::int64_t>(n)}); };
    return fmt::format("a span of time from {} to {}, as in 30s, 15m, 24h or 7d", of(r.min), of(r.max));
}

std::string value_type<std::vector<std::string>>::allowed(const rule& r)
{
    return fmt::format("a list, each item {}", r.accepted);
}

std::string value_type<std::vector<std::string>>::show(const std::vector<std::string>& v)
{
    return fmt::format("{}", fmt::join(v, ","));
}

} // namespace basekeeper::config
