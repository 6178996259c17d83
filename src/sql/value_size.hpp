// Whether a call builds a value of many megabytes, as far as its literals tell.
#pragma once

#include <boost/json/fwd.hpp>

#include <string_view>

namespace basekeeper::sql {

enum class value_size
{
    bounded,
    unknown, ///< computed, or so many rows that only limits bound them
    huge
};

/// Of a call of a built-in function, by the literals among its arguments.
value_size size_of_value(std::string_view name, const boost::json::array& arguments);

} // namespace basekeeper::sql
