// The reports of inspect_database: a fixed query and one sentence of advice each.
#pragma once

#include <boost/describe/enum.hpp>

#include <string_view>

namespace basekeeper::inspection {

enum class report
{
    locks,
    blocking,
    long_queries,
    outliers,
    calls,
    bloat,
    cache_hit,
    index_use,
    unused_indexes,
    duplicate_indexes,
    vacuum,
    xid_age,
    sequences,
    replication,
    sizes,
    role_stats,
    settings
};
BOOST_DESCRIBE_ENUM(
    report,
    locks,
    blocking,
    long_queries,
    outliers,
    calls,
    bloat,
    cache_hit,
    index_use,
    unused_indexes,
    duplicate_indexes,
    vacuum,
    xid_age,
    sequences,
    replication,
    sizes,
    role_stats,
    settings
)

/// What a login may lack for a report to be whole.
enum class needs
{
    nothing,
    all_stats,    ///< pg_read_all_stats: what other roles do
    all_settings, ///< pg_read_all_settings
    column_stats, ///< SELECT on the tables: pg_stats shows no others
    sequence_use  ///< SELECT on the sequences
};

/// `sql` takes $1 rows and $2 offset, and orders its rows completely. `@statements` in it stands for the view of
/// pg_stat_statements with its schema, `@platform` for an array literal of the schemas that belong to the platform.
struct report_definition
{
    std::string_view sql;
    std::string_view advice; ///< what to do about what it shows, one sentence
    needs required = needs::nothing;
};

const report_definition& definition_of(report which);

/// The families, each in a file of its own. `which` must belong to the family.
const report_definition& activity_report(report which);
const report_definition& statement_report(report which);
const report_definition& index_report(report which);
const report_definition& storage_report(report which);
const report_definition& server_report(report which);

} // namespace basekeeper::inspection
