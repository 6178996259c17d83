// What one look at the server tells all lints: which schemas are exposed, which roles and tables exist, what may be
// read.
#pragma once

#include "base/result.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"
#include "pg/connection.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::advisors {

/// Whether something is so, as far as this login may see.
enum class knowledge
{
    absent, ///< there is nothing to look at
    no,
    yes,
    hidden ///< there is, and this login may not see it
};

/// The schemas that the Data API serves, and who said so.
struct exposure
{
    std::vector<std::string> schemas;
    std::string source; ///< `argument`, `role authenticator`, `database`, `session` or `default`
};

struct surroundings
{
    exposure exposed;
    std::vector<std::string> missing; ///< exposed schemas that do not exist
    bool api_roles = false;           ///< there is a role anon or authenticated
    bool counts_kept = true;          ///< track_counts
    bool standby = false;
    knowledge anonymous_users = knowledge::absent; ///< rows of auth.users with is_anonymous
    knowledge buckets = knowledge::absent;         ///< `yes`: storage.buckets can be read
    int unmeasured_tables = 0;                     ///< large ones without statistics that this login may see
};

/// The items of `pgrst.db_schemas`: separated by commas, blanks around them dropped.
std::vector<std::string> schema_list(std::string_view setting);

/// Asks the server. `schemas` empty: those of the setting `pgrst.db_schemas` of the role authenticator, of the database
/// or of the session, else public and graphql_public.
io::task<result<surroundings>> look_around(pg::connection& db, std::vector<std::string> schemas, io::deadline until);

} // namespace basekeeper::advisors
