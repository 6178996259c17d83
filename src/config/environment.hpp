// Variables as values: BASEKEEPER_* for every key, and the usual names of Supabase and PostgreSQL for one instance.
#pragma once

#include "base/result.hpp"
#include "config/read.hpp"
#include "config/value.hpp"

#include <vector>

namespace basekeeper::config {

/// The name of the instance that DATABASE_URL, SUPABASE_URL or POSTGRES_HOST make, and of the server that DOKPLOY_URL
/// makes.
inline constexpr std::string_view environment_instance = "default";

/// The values of all BASEKEEPER_* variables; an unknown one is invalid_argument. Empty variables count as unset.
result<std::vector<given>> program_values(const text_map& environment);

/// The values for the instance `default`; none unless DATABASE_URL, SUPABASE_URL or POSTGRES_HOST is set, or `wanted`
/// says that it exists anyway.
enum class default_instance
{
    not_in_file,
    in_file
};
result<std::vector<given>> instance_values(const text_map& environment, default_instance wanted);

/// The values for the Dokploy server `default`: of DOKPLOY_URL and DOKPLOY_API_KEY, and of BASEKEEPER_DOKPLOY_* for
/// every key of a server.
std::vector<given> dokploy_values(const text_map& environment);

} // namespace basekeeper::config
