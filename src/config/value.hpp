// A value as its source spells it, and what a key makes of it: the strict conversion to the type of each setting.
#pragma once

#include "base/duration.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace basekeeper::config {

/// The text of a variable or a flag; it becomes whatever the key asks for.
struct untyped
{
    std::string text;
};

/// Something that no setting can be: a float, a date, a table, a mixed array.
struct unsupported
{
    std::string_view type;
};

using raw_value = std::variant<untyped, bool, std::int64_t, std::string, std::vector<std::string>, unsupported>;

/// The tables that hold named things.
enum class family
{
    instances, ///< `[instances.NAME]`
    dokploy    ///< `[dokploy.NAME]`
};

std::string_view table_of(family f) noexcept;

/// One key with its value, as found in a source.
struct given
{
    std::string named; ///< the name in its table; empty: a key of the whole program
    std::string key;
    raw_value value;
    source from;
    family of = family::instances;
};

enum class key_sources
{
    all,
    no_flag, ///< a secret: everybody can read the command lines of all processes
    environment_only
};

/// What is known of a key besides its type.
struct rule
{
    std::string_view name;
    std::string_view meaning; ///< one sentence
    std::uint64_t min = 0;    ///< of numbers
    std::uint64_t max = std::numeric_limits<std::int64_t>::max();
    bool (*accepts)(std::string_view) = nullptr; ///< of texts and of every item of a list
    std::string_view accepted = "a text";        ///< what `accepts` accepts
    key_sources sources = key_sources::all;
};

std::optional<bool> to_bool(const raw_value& v);
std::optional<std::uint64_t> to_number(const raw_value& v, const rule& r);
std::optional<std::string> to_text(const raw_value& v, const rule& r);
std::optional<std::vector<std::string>> to_list(const raw_value& v, const rule& r);
std::optional<std::chrono::seconds> to_span(const raw_value& v, const rule& r); ///< min and max are seconds

/// `instances.shop.url` or `limits.max_rows`.
std::string full_key(const given& g);

/// The failure of a value; shows it unless it is secret.
enum class visibility
{
    shown,
    secret
};
std::unexpected<error> refused(const given& g, std::string_view allowed, visibility v);
std::unexpected<error> refused_source(const given& g, key_sources allowed);

/// What a type of setting allows, converts from, and shows; specialised for every member type of `settings`.
template <class T>
struct value_type
{
    static_assert(std::is_enum_v<T>, "no value_type is known for this member type");

    static std::string allowed(const rule&)
    {
        std::string names;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
            names += (names.empty() ? "one of " : ", ") + std::string(d.name);
        });
        return names;
    }

    static std::optional<T> convert(const raw_value& v, const rule& r)
    {
        const auto text = to_text(v, r);
        std::optional<T> out;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
            if (text == d.name)
                out = d.value;
        });
        return out;
    }

    static std::string show(const T& v) { return boost::describe::enum_to_string(v, ""); }
};

template <>
struct value_type<bool>
{
    static std::string allowed(const rule&) { return "true or false"; }

    static std::optional<bool> convert(const raw_value& v, const rule&) { return to_bool(v); }

    static std::string show(bool v) { return v ? "true" : "false"; }
};

template <>
struct value_type<std::uint64_t>
{
    static std::string allowed(const rule& r);

    static std::optional<std::uint64_t> convert(const raw_value& v, const rule& r) { return to_number(v, r); }

    static std::string show(std::uint64_t v) { return std::to_string(v); }
};

template <class Rep, class Period>
struct value_type<std::chrono::duration<Rep, Period>>
{
    using duration = std::chrono::duration<Rep, Period>;

    static std::string allowed(const rule& r) { return value_type<std::uint64_t>::allowed(r); }

    static std::optional<duration> convert(const raw_value& v, const rule& r)
    {
        const auto n = to_number(v, r);
        return n ? std::optional(duration(static_cast<Rep>(*n))) : std::nullopt;
    }

    static std::string show(duration v) { return std::to_string(v.count()); }
};

/// Written with its unit, so that the key needs none in its name: `15m`.
template <>
struct value_type<std::chrono::seconds>
{
    static std::string allowed(const rule& r);

    static std::optional<std::chrono::seconds> convert(const raw_value& v, const rule& r) { return to_span(v, r); }

    static std::string show(std::chrono::seconds v) { return format_duration(v); }
};

template <>
struct value_type<std::string>
{
    static std::string allowed(const rule& r) { return std::string(r.accepted); }

    static std::optional<std::string> convert(const raw_value& v, const rule& r) { return to_text(v, r); }

    static std::string show(const std::string& v) { return v; }
};

template <>
struct value_type<std::filesystem::path>
{
    static std::string allowed(const rule& r) { return std::string(r.accepted); }

    static std::optional<std::filesystem::path> convert(const raw_value& v, const rule& r) { return to_text(v, r); }

    static std::string show(const std::filesystem::path& v) { return v.string(); }
};

template <>
struct value_type<secret_text>
{
    static std::string allowed(const rule& r) { return std::string(r.accepted); }

    static std::optional<secret_text> convert(const raw_value& v, const rule& r)
    {
        auto text = to_text(v, r);
        return text ? std::optional(secret_text(std::move(*text))) : std::nullopt;
    }

    static std::string show(const secret_text& v) { return v.empty() ? "" : "****"; }
};

template <>
struct value_type<std::vector<std::string>>
{
    static std::string allowed(const rule& r);

    static std::optional<std::vector<std::string>> convert(const raw_value& v, const rule& r) { return to_list(v, r); }

    static std::string show(const std::vector<std::string>& v);
};

/// Sets one setting from what a source gives.
template <class T>
result<> assign(setting<T>& to, const rule& r, const given& g)
{
    if ((r.sources == key_sources::environment_only && g.from.kind != source_kind::environment) ||
        (r.sources == key_sources::no_flag && g.from.kind == source_kind::flag))
        return refused_source(g, r.sources);
    auto value = value_type<T>::convert(g.value, r);
    if (!value)
        return refused(
            g, value_type<T>::allowed(r), std::is_same_v<T, secret_text> ? visibility::secret : visibility::shown
        );
    to.value = std::move(*value);
    to.from = g.from;
    return {};
}

} // namespace basekeeper::config
