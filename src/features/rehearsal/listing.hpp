// How rows are shown inside others, searched and paged; included by the sources of this module only.
#pragma once

#include "features/rehearsal/world.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>

namespace basekeeper::rehearsal {

/// How much of a row a list shows.
enum class detail
{
    brief,
    whole
};

/// An environment with its services. Compose rows have their app name in `whole` only.
row environment_view(world& in, const row& environment, detail how);

/// A value of the input, or null when it was not given.
boost::json::value value_or_null(const row& input, std::string_view name);

/// Puts what was given over the columns of a row; its id stays.
void overwrite(row& target, const row& input);

/// True when the text of a column holds `part`, whatever the case; an empty part is in all.
bool matches(const row& in, std::string_view column, std::string_view part);

/// `limit` and `offset` of the input: `{items, total}`.
row page(boost::json::array items, const row& input);

/// The rows that hang on a compose service: mounts, domains, deployments, schedules, backups.
void forget_service_parts(world& in, const std::string& compose_id);

} // namespace basekeeper::rehearsal
