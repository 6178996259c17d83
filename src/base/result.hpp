// result<T>: a value or an error, and the two macros that pass an error on.
#pragma once

#include "base/error.hpp"

#include <expected>
#include <type_traits>
#include <utility>

namespace basekeeper {

template <class T = void>
using result = std::expected<T, error>;

/// Makes the failure that any result<T> converts from.
inline std::unexpected<error> fail(condition c, std::string message, std::string hint = {})
{
    return std::unexpected(error(c, std::move(message), std::move(hint)));
}

/// Passes an existing error on.
inline std::unexpected<error> fail(error e)
{
    return std::unexpected(std::move(e));
}

namespace detail {
/// Takes the value out of a result; for result<void> there is none.
template <class T>
T take(result<T>&& r)
{
    if constexpr (!std::is_void_v<T>)
        return *std::move(r);
}
} // namespace detail

} // namespace basekeeper

/// The value of a result, or `return` with its error: `auto rows = TRY(parse(text));`
#define TRY(...)                                                                                                       \
    ({                                                                                                                 \
        auto basekeeper_tried = (__VA_ARGS__);                                                                         \
        if (!basekeeper_tried)                                                                                         \
            return std::unexpected(std::move(basekeeper_tried).error());                                               \
        ::basekeeper::detail::take(std::move(basekeeper_tried));                                                       \
    })

/// The same inside a coroutine: `auto rows = CO_TRY(co_await db.query(sql));`
#define CO_TRY(...)                                                                                                    \
    ({                                                                                                                 \
        auto basekeeper_tried = (__VA_ARGS__);                                                                         \
        if (!basekeeper_tried)                                                                                         \
            co_return std::unexpected(std::move(basekeeper_tried).error());                                            \
        ::basekeeper::detail::take(std::move(basekeeper_tried));                                                       \
    })
