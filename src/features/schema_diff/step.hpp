// One statement of a plan, with what it costs and what it may lose.
#pragma once

#include "features/schema_diff/facts.hpp"

#include <boost/describe/enum.hpp>

#include <string>
#include <vector>

namespace basekeeper::schema_diff {

/// The strongest lock that a statement takes on relations of users.
enum class lock_class : std::uint8_t
{
    none,
    share_update_exclusive, ///< reads and writes go on
    share,                  ///< reads go on
    share_row_exclusive,    ///< reads go on
    access_exclusive        ///< nothing goes on
};
BOOST_DESCRIBE_ENUM(lock_class, none, share_update_exclusive, share, share_row_exclusive, access_exclusive)

/// What the server does with the rows of the table while it holds the lock.
enum class row_work : std::uint8_t
{
    none,
    scan,   ///< reads them all
    build,  ///< reads them all and builds an index or a view
    rewrite ///< writes them all
};
BOOST_DESCRIBE_ENUM(row_work, none, scan, build, rewrite)

/// What is gone afterwards and not made again by the same plan.
enum class loss : std::uint8_t
{
    none,
    definition, ///< an object without rows
    data
};
BOOST_DESCRIBE_ENUM(loss, none, definition, data)

enum class transaction_mode : std::uint8_t
{
    inside,      ///< together with its neighbours
    commit_after ///< what it adds can be used only after a commit
};
BOOST_DESCRIBE_ENUM(transaction_mode, inside, commit_after)

struct step
{
    std::string sql;    ///< without a semicolon at the end
    std::string object; ///< `table public.orders`
    lock_class lock = lock_class::none;
    row_work work = row_work::none;
    loss loses = loss::none;
    transaction_mode mode = transaction_mode::inside;
    std::string note{}; ///< a sentence where the columns above do not say enough
};

using steps = std::vector<step>;

} // namespace basekeeper::schema_diff
