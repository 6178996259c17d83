// What carries single statements to instances whose database no connection leads to.
#pragma once

#include "io/deadline.hpp"
#include "io/task.hpp"
#include "pg/statement.hpp"

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::database {

enum class transaction_end
{
    commit,
    roll_back ///< a dry run
};

enum class transaction_access
{
    read_only,
    read_write
};

/// How the answer of a statement is fetched.
enum class fetching
{
    everything,
    nothing,  ///< it is prepared only, so that the server analyses it
    by_cursor ///< no more rows than the caps keep leave the server; for a query without parameters
};

/// One statement with the transaction around it.
struct carried_statement
{
    pg::statement what;                     ///< must be exactly one statement: several would be run as they are
    std::vector<std::string> param_types{}; ///< names of built-in types, by position; empty: inferred
    transaction_access access = transaction_access::read_only;
    transaction_end end = transaction_end::roll_back;
    fetching how = fetching::everything;
    std::string role{};                  ///< empty: the login's own
    std::optional<std::string> claims{}; ///< JSON; becomes request.jwt.claims for the transaction
};

/// Runs statements without a session: each call is a connection and a transaction of its own.
class carrier
{
public:
    carrier() = default;
    carrier(const carrier&) = delete;
    carrier& operator=(const carrier&) = delete;
    virtual ~carrier() = default;

    /// True for an instance that has no other way than this one.
    virtual bool serves(const std::string& instance) const = 0;

    /// The rows, cut to `keep`; the types of columns are those that the values show. Of columns of one name the last
    /// remains: what is asked gives each its own.
    virtual io::task<result<pg::statement_result>>
    run(std::string instance, carried_statement what, pg::caps keep, io::deadline until) = 0;
};

} // namespace basekeeper::database
