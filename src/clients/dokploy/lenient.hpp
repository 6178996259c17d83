// Reading the rows of a Dokploy that may be older or newer than this program: what is unknown is passed over, what is
// absent keeps its default, what is written in another type is converted where that is certain.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "json/fields.hpp"

#include <boost/describe/enumerators.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace basekeeper::dokploy {

/// A text, also a number or a truth value as its text.
std::optional<std::string> text_of(const boost::json::value& v);

/// A whole number, also one written as a text.
std::optional<std::int64_t> number_of(const boost::json::value& v);

std::optional<double> real_of(const boost::json::value& v);

/// A truth value, also `"true"`, `"false"`, and a number, where zero is false.
std::optional<bool> truth_of(const boost::json::value& v);

/// The failure of an answer that is not what its operation is known to answer.
error unexpected_answer(std::string_view operation, std::string_view what);

/// `T` from a row: a struct with a `fields` list. A required member that is absent or of a wrong type is the only
/// failure.
template <json::described T>
result<T> read_row(const boost::json::value& in, std::string_view operation);

/// All rows of an array. An empty answer has none.
template <json::described T>
result<std::vector<T>> read_rows(const boost::json::value& in, std::string_view operation);

// ---- implementation ------------------------------------------------------------------------------------------------

namespace detail {

template <class T>
inline constexpr bool is_secret = false;
template <class T>
inline constexpr bool is_secret<crypto::secret<T>> = true;

/// Nothing when `v` does not hold a T.
template <class T>
result<std::optional<T>> read_member(const boost::json::value& v, std::string_view operation)
{
    if constexpr (json::detail::is_optional<T>) {
        auto value = TRY(read_member<typename T::value_type>(v, operation));
        return std::optional<T>(T(std::move(value)));
    } else if constexpr (json::described<T>) {
        if (!v.is_object())
            return std::optional<T>{};
        return std::optional<T>(TRY(read_row<T>(v, operation)));
    } else if constexpr (json::detail::is_vector<T>) {
        if (!v.is_array())
            return std::optional<T>{};
        T out;
        for (const auto& item : v.get_array())
            if (auto one = TRY(read_member<typename T::value_type>(item, operation)))
                out.push_back(*std::move(one));
        return std::optional<T>(std::move(out));
    } else if constexpr (is_secret<T>) {
        auto text = text_of(v);
        return text ? std::optional<T>(T(*std::move(text))) : std::optional<T>{};
    } else if constexpr (std::is_same_v<T, boost::json::value>) {
        return std::optional<T>(v);
    } else if constexpr (std::is_same_v<T, bool>) {
        return truth_of(v);
    } else if constexpr (std::is_enum_v<T>) {
        // A value that a newer version brought is the enumerator of zero, `unknown`.
        T found{};
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
            if (v.is_string() && v.get_string() == d.name)
                found = d.value;
        });
        return std::optional<T>(found);
    } else if constexpr (std::is_floating_point_v<T>) {
        return real_of(v);
    } else if constexpr (std::is_integral_v<T>) {
        const auto number = number_of(v);
        return number && std::in_range<T>(*number) ? std::optional<T>(static_cast<T>(*number)) : std::optional<T>{};
    } else {
        return text_of(v);
    }
}

} // namespace detail

template <json::described T>
result<T> read_row(const boost::json::value& in, std::string_view operation)
{
    if (!in.is_object())
        return fail(unexpected_answer(operation, "something that is no object"));
    const auto& object = in.get_object();
    T out{};
    std::optional<error> failed;
    const auto read_one = [&]<class O, class M>(const json::field<O, M>& f) {
        const auto* v = failed ? nullptr : object.if_contains(f.name);
        if (v != nullptr) {
            auto value = detail::read_member<M>(*v, operation);
            if (!value) {
                failed = std::move(value).error();
                return;
            }
            if (*value) {
                out.*(f.member) = **std::move(value);
                return;
            }
        }
        if (f.required && !failed)
            failed = unexpected_answer(operation, fmt::format("something without {}", f.name));
    };
    std::apply([&](const auto&... f) { (read_one(f), ...); }, T::fields);
    if (failed)
        return std::unexpected(*std::move(failed));
    return out;
}

template <json::described T>
result<std::vector<T>> read_rows(const boost::json::value& in, std::string_view operation)
{
    std::vector<T> out;
    if (in.is_null())
        return out;
    if (!in.is_array())
        return fail(unexpected_answer(operation, "something that is no list"));
    out.reserve(in.get_array().size());
    for (const auto& item : in.get_array())
        out.push_back(TRY(read_row<T>(item, operation)));
    return out;
}

} // namespace basekeeper::dokploy
