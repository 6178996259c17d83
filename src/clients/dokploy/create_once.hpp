// Creating something exactly once, although Dokploy makes a second one when it is asked twice and an answer can be
// lost.
#pragma once

#include "clients/dokploy/call.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace basekeeper::dokploy {

/// How it is known that something was created.
enum class came_through
{
    answered,               ///< Dokploy said so
    found_after_lost_answer ///< no answer came; it was found by its name
};

template <class T>
struct created
{
    T row;
    came_through how = came_through::answered;
};

/// What to do about things of the same name that are there before.
enum class same_name
{
    refused, ///< conflict
    allowed
};

struct creation
{
    call what;
    /// The ids of all that could be the new thing: those with its name. Asked before and, when an answer was lost,
    /// after.
    std::function<io::task<result<std::vector<std::string>>>()> look;
    std::string named; ///< as errors name it: `a service named "shop" in this environment`
    same_name others = same_name::refused;
    std::optional<std::vector<std::string>> before{}; ///< what `look` would give now, when the caller knows it
};

struct creation_outcome
{
    boost::json::value answer; ///< when there was one
    std::string found_id{};    ///< otherwise
};

/// Looks, sends, and when no answer came, or one of 5xx, looks again before it sends again, three times at most. Fails
/// with conflict when the name is taken, or when two new things have it; with unavailable, saying what is not known,
/// when after a lost answer the look fails too.
io::task<result<creation_outcome>> create_once(caller& on, creation how, io::deadline until);

/// The row of what was created: from the answer, or read by its id.
template <json::described T, class Read>
io::task<result<created<T>>> finish_creation(creation_outcome made, std::string procedure, Read read)
{
    if (!made.found_id.empty())
        co_return created<T>{CO_TRY(co_await read(made.found_id)), came_through::found_after_lost_answer};
    if (made.answer.is_null())
        co_return fail(empty_answer(procedure));
    co_return created<T>{CO_TRY(read_row<T>(made.answer, procedure)), came_through::answered};
}

} // namespace basekeeper::dokploy
