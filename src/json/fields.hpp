// Describes the members of a struct once; the JSON Schema, the strict decoder and the encoder follow from it.
#pragma once

#include "base/result.hpp"
#include "json/text.hpp"

#include <boost/describe/enumerators.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace basekeeper::json {

/// Inclusive limits: of a number's value, of a string's bytes, of an array's length. The default is no limit, also for
/// numbers beyond 64 bits with a sign.
struct bounds
{
    static constexpr auto no_min = std::numeric_limits<std::int64_t>::min();
    static constexpr auto no_max = std::numeric_limits<std::int64_t>::max();

    std::int64_t min = no_min;
    std::int64_t max = no_max;

    template <class Number>
    constexpr bool hold(Number n) const
    {
        if constexpr (std::is_floating_point_v<Number>)
            return (min == no_min || n >= static_cast<Number>(min)) && (max == no_max || n <= static_cast<Number>(max));
        else
            return !std::cmp_less(n, min) && (max == no_max || !std::cmp_greater(n, max));
    }
};

namespace detail {
template <class T>
inline constexpr bool fits_header = std::is_integral_v<T> || std::is_same_v<T, std::string>;
template <class T>
inline constexpr bool fits_header<std::optional<T>> = fits_header<T>;
} // namespace detail

/// One member as JSON knows it. `Owner::fields` is a tuple of these.
template <class Owner, class T>
struct field
{
    std::string_view name;
    T Owner::* member;
    std::string_view doc; ///< one sentence; empty in results, where the name must do
    bool required;
    bounds limits;
    std::string_view header_name{};

    /// The same member, which HTTP clients of MCP also send as `Mcp-Param-<name>` (annotation `x-mcp-header`), so that
    /// proxies can route a call without reading it. For strings, integers and booleans that are no secret.
    constexpr field header(std::string_view called) const
    {
        static_assert(detail::fits_header<T>, "only a string, an integer or a boolean has a header");
        auto annotated = *this;
        annotated.header_name = called;
        return annotated;
    }
};

/// A member that must be present.
template <class Owner, class T>
constexpr field<Owner, T> required(std::string_view name, T Owner::* member, std::string_view doc = {}, bounds b = {})
{
    return {name, member, doc, true, b};
}

/// A member that may be absent (or null when it is a std::optional); it then keeps its default. An empty
/// std::optional is left out when encoding.
template <class Owner, class T>
constexpr field<Owner, T> optional(std::string_view name, T Owner::* member, std::string_view doc = {}, bounds b = {})
{
    return {name, member, doc, false, b};
}

/// A struct described by a `fields` list.
template <class T>
concept described = requires { std::tuple_size<std::remove_cvref_t<decltype(T::fields)>>::value; };

/// A type that writes its own JSON: `static boost::json::object json_schema()` and
/// `void write_json(std::string& out) const`.
template <class T>
concept self_describing = requires(const T& v, std::string& out) {
    {
        T::json_schema()
    } -> std::convertible_to<boost::json::object>;
    v.write_json(out);
};

/// The JSON Schema (2020-12) of a described struct. `strict` adds `additionalProperties: false`.
enum class unknown_members
{
    refused,
    unspecified
};
template <described T>
boost::json::object schema(unknown_members unknown = unknown_members::refused);

/// The schema of a result as it is published: its members and theirs, nothing deeper, and of the inner ones not which
/// are required. Every model that sees the list of tools reads it, and what a result holds it sees in the result.
boost::json::object outline(boost::json::object schema);

/// Decodes strictly: unknown members, missing required members, wrong types and values out of bounds are errors of
/// condition invalid_argument that name the member (`items.2.name: …`) and what is allowed.
template <described T>
result<T> decode(const boost::json::object& in);

/// Appends `v` as compact JSON.
template <class T>
void encode(std::string& out, const T& v);

// ---- implementation ------------------------------------------------------------------------------------------------

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

/// Quotes what was received for an error message, cut to a readable length.
std::string received(const boost::json::value& v);
error mismatch(std::string_view path, std::string_view expected, const boost::json::value& got);
error out_of_bounds(std::string_view path, bounds b, std::string_view what, const std::string& got);
error missing(std::string_view path, std::string_view name, std::string_view doc);
error unknown(std::string_view path, std::string_view name, const std::vector<std::string_view>& allowed);

/// Any JSON value, spelt so that the dialects of all model providers can take it: `{}` alone some of them refuse.
boost::json::object any_value_schema();
void add_bounds(boost::json::object& schema, bounds b, std::string_view min_key, std::string_view max_key);
std::string join(std::string_view path, std::string_view name);
result<std::string> decode_text(const boost::json::value& v, std::string_view path, bounds b);

/// What of the bounds an integer type can hold, so that a refusal names limits that are true.
template <std::integral T>
constexpr bounds within(bounds b)
{
    using limits = std::numeric_limits<T>;
    if (std::cmp_less(b.min, limits::min()))
        b.min = static_cast<std::int64_t>(limits::min());
    if (std::cmp_greater(b.max, limits::max()))
        b.max = static_cast<std::int64_t>(limits::max());
    return b;
}

template <class T>
std::vector<std::string_view> enum_names()
{
    std::vector<std::string_view> names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) { names.emplace_back(d.name); });
    return names;
}

template <class T>
boost::json::object type_schema(bounds b)
{
    boost::json::object s;
    if constexpr (is_optional<T>)
        return type_schema<typename T::value_type>(b);
    else if constexpr (self_describing<T>)
        return T::json_schema();
    else if constexpr (described<T>)
        return schema<T>(unknown_members::unspecified);
    else if constexpr (std::is_same_v<T, boost::json::value>)
        return any_value_schema();
    else if constexpr (std::is_same_v<T, boost::json::object>)
        s["type"] = "object";
    else if constexpr (std::is_same_v<T, bool>)
        s["type"] = "boolean";
    else if constexpr (std::is_enum_v<T>) {
        boost::json::array names;
        for (const auto name : enum_names<T>())
            names.emplace_back(name);
        s["enum"] = std::move(names);
    } else if constexpr (std::is_arithmetic_v<T>) {
        s["type"] = std::is_integral_v<T> ? "integer" : "number";
        add_bounds(s, b, "minimum", "maximum");
    } else if constexpr (is_vector<T>) {
        s["type"] = "array";
        s["items"] = type_schema<typename T::value_type>({});
        add_bounds(s, b, "minItems", "maxItems");
    } else {
        static_assert(std::is_same_v<T, std::string>, "no JSON form is known for this member type");
        s["type"] = "string";
        add_bounds(s, b, "minLength", "maxLength");
    }
    return s;
}

template <described T>
result<T> decode_object(const boost::json::object& in, std::string_view path);

template <class T>
result<T> decode_value(const boost::json::value& v, std::string_view path, bounds b)
{
    if constexpr (is_optional<T>) {
        if (v.is_null())
            return T{};
        return T{TRY(decode_value<typename T::value_type>(v, path, b))};
    } else if constexpr (described<T>) {
        if (!v.is_object())
            return std::unexpected(mismatch(path, "an object", v));
        return decode_object<T>(v.get_object(), path);
    } else if constexpr (std::is_same_v<T, boost::json::value>) {
        return v;
    } else if constexpr (std::is_same_v<T, boost::json::object>) {
        if (!v.is_object())
            return std::unexpected(mismatch(path, "an object", v));
        return v.get_object();
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!v.is_bool())
            return std::unexpected(mismatch(path, "true or false", v));
        return v.get_bool();
    } else if constexpr (std::is_enum_v<T>) {
        std::optional<T> found;
        std::string allowed;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(d.name);
            if (v.is_string() && v.get_string() == d.name)
                found = d.value;
        });
        if (!found)
            return std::unexpected(mismatch(path, "one of " + allowed, v));
        return *found;
    } else if constexpr (std::is_integral_v<T>) {
        boost::system::error_code failed;
        const auto n = v.is_number() ? v.to_number<T>(failed) : T{};
        if (!v.is_number() || (failed && v.is_double()))
            return std::unexpected(mismatch(path, "an integer", v));
        if (failed || !b.hold(n))
            return std::unexpected(out_of_bounds(path, within<T>(b), "", received(v)));
        return n;
    } else if constexpr (std::is_floating_point_v<T>) {
        if (!v.is_number())
            return std::unexpected(mismatch(path, "a number", v));
        const auto n = v.to_number<T>();
        if (!b.hold(n))
            return std::unexpected(out_of_bounds(path, b, "", received(v)));
        return n;
    } else if constexpr (is_vector<T>) {
        if (!v.is_array())
            return std::unexpected(mismatch(path, "an array", v));
        const auto size = v.get_array().size();
        if (!b.hold(size))
            return std::unexpected(out_of_bounds(path, b, "items", std::to_string(size)));
        T out;
        out.reserve(size);
        for (const auto& item : v.get_array())
            out.push_back(TRY(decode_value<typename T::value_type>(item, join(path, std::to_string(out.size())), {})));
        return out;
    } else {
        return decode_text(v, path, b);
    }
}

template <described T>
result<T> decode_object(const boost::json::object& in, std::string_view path)
{
    T out{};
    std::optional<error> failed;
    std::size_t seen = 0;
    const auto read_one = [&]<class O, class M>(const field<O, M>& f) {
        if (failed)
            return;
        const auto* v = in.if_contains(f.name);
        if (v == nullptr) {
            if (f.required)
                failed = missing(path, f.name, f.doc);
            return;
        }
        ++seen;
        auto value = decode_value<M>(*v, join(path, f.name), f.limits);
        if (value)
            out.*(f.member) = *std::move(value);
        else
            failed = std::move(value).error();
    };
    std::apply([&](const auto&... f) { (read_one(f), ...); }, T::fields);
    if (seen != in.size()) {
        std::vector<std::string_view> allowed;
        std::apply([&](const auto&... f) { (allowed.push_back(f.name), ...); }, T::fields);
        for (const auto& [key, value] : in)
            if (std::find(allowed.begin(), allowed.end(), std::string_view(key)) == allowed.end())
                return std::unexpected(unknown(path, key, allowed));
    }
    if (failed)
        return std::unexpected(*std::move(failed));
    return out;
}

template <described T>
void encode_object(std::string& out, const T& v)
{
    char separator = '{';
    const auto write_one = [&]<class O, class M>(const field<O, M>& f) {
        const M& value = v.*(f.member);
        if constexpr (is_optional<M>) {
            if (!value)
                return;
        }
        out += separator;
        separator = ',';
        write_string(out, f.name);
        out += ':';
        encode(out, value);
    };
    std::apply([&](const auto&... f) { (write_one(f), ...); }, T::fields);
    out += separator == '{' ? "{}" : "}";
}

} // namespace detail

template <described T>
boost::json::object schema(unknown_members unknown)
{
    boost::json::object properties;
    boost::json::array needed;
    std::apply(
        [&](const auto&... f) {
            const auto add = [&]<class O, class M>(const field<O, M>& d) {
                auto s = detail::type_schema<M>(d.limits);
                if (!d.doc.empty())
                    s["description"] = d.doc;
                if (!d.header_name.empty())
                    s["x-mcp-header"] = d.header_name;
                properties[d.name] = std::move(s);
                if (d.required)
                    needed.emplace_back(d.name);
            };
            (add(f), ...);
        },
        T::fields
    );
    boost::json::object out;
    out["type"] = "object";
    if (!properties.empty())
        out["properties"] = std::move(properties);
    if (!needed.empty())
        out["required"] = std::move(needed);
    if (unknown == unknown_members::refused)
        out["additionalProperties"] = false;
    return out;
}

template <described T>
result<T> decode(const boost::json::object& in)
{
    return detail::decode_object<T>(in, {});
}

template <class T>
void encode(std::string& out, const T& v)
{
    if constexpr (detail::is_optional<T>) {
        if (v)
            encode(out, *v);
        else
            out += "null";
    } else if constexpr (self_describing<T>)
        v.write_json(out);
    else if constexpr (described<T>)
        detail::encode_object(out, v);
    else if constexpr (std::is_same_v<T, boost::json::value> || std::is_same_v<T, boost::json::object>)
        write_value(out, v);
    else if constexpr (std::is_same_v<T, bool>)
        out += v ? "true" : "false";
    else if constexpr (std::is_enum_v<T>)
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
            if (d.value == v)
                write_string(out, d.name);
        });
    else if constexpr (std::is_floating_point_v<T>)
        write_number(out, static_cast<double>(v));
    else if constexpr (std::is_unsigned_v<T>)
        write_number(out, static_cast<std::uint64_t>(v));
    else if constexpr (std::is_integral_v<T>)
        write_number(out, static_cast<std::int64_t>(v));
    else if constexpr (detail::is_vector<T>) {
        char separator = '[';
        for (const auto& item : v) {
            out += separator;
            separator = ',';
            encode(out, item);
        }
        out += v.empty() ? "[]" : "]";
    } else
        write_string(out, v);
}

} // namespace basekeeper::json
