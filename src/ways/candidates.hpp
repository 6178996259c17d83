// Where the same database may answer as well: made from the parts of a connection, nothing is asked.
#pragma once

#include "ways/connection_text.hpp"

#include <boost/describe/enum.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::ways {

enum class route
{
    given,              ///< as the text says it
    direct,             ///< PostgreSQL itself
    session_pooler,     ///< one server session per client
    transaction_pooler, ///< one server session per transaction
};
BOOST_DESCRIBE_ENUM(route, given, direct, session_pooler, transaction_pooler)

/// One way to try.
struct candidate
{
    ways::route route = ways::route::given;
    pg::target to;
    std::string tenant{}; ///< that the user's name ends with; empty: the name is a role's
};

/// Ways in order of preference, the given one first, without repetition, at most `most_candidates`. Others are made for
/// Supabase only: its cloud's hosts, users of the form ROLE.TENANT, port 6543, names inside a Docker network. A server
/// that is none of these has the given way alone. New hosts are only those that the text names, the project's own in
/// the cloud, and this machine for a name inside a Docker network; in the cloud they ask for TLS.
std::vector<candidate> candidates(const connection_info& info);

inline constexpr std::size_t most_candidates = 10;

/// The same connection with `way` in the place of the given one, which is kept among the others.
connection_info preferring(connection_info info, const candidate& way);

/// Another role by the same way.
pg::target as_role(const candidate& way, std::string_view role, crypto::secret<std::string> password);

/// "session pooler", in words.
std::string_view words(route r);

} // namespace basekeeper::ways
