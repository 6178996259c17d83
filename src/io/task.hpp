// task<T>: a coroutine on the I/O thread.
#pragma once

#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace basekeeper::io {

/// A coroutine that runs on the one I/O thread. Parameters are values, or references to what outlives it.
template <class T = void>
using task = boost::asio::awaitable<T>;

using executor = boost::asio::any_io_executor;

} // namespace basekeeper::io
