// setting<T>: a configured value and the place it came from.
#pragma once

#include "crypto/secret.hpp"

#include <boost/describe/enum.hpp>

#include <string>

namespace basekeeper::config {

/// Where a value came from, weakest first.
enum class source_kind
{
    built_in,
    profile,
    file,
    environment,
    flag
};
BOOST_DESCRIBE_ENUM(source_kind, built_in, profile, file, environment, flag)

struct source
{
    source_kind kind = source_kind::built_in;
    std::string where; ///< `/etc/x/config.toml:12`, `BASEKEEPER_LOG_LEVEL`, `--log-level`, `production`
};

/// A value and its source: `*settings.limits.max_rows`.
template <class T>
struct setting
{
    T value{};
    source from{};

    const T& operator*() const { return value; }

    const T* operator->() const { return &value; }
};

using secret_text = crypto::secret<std::string>;

} // namespace basekeeper::config
