// Which family a report belongs to.
#include "features/inspection/reports.hpp"

namespace basekeeper::inspection {

const report_definition& definition_of(report which)
{
    switch (which) {
    case report::locks:
    case report::blocking:
    case report::long_queries:
    case report::role_stats:
        return activity_report(which);
    case report::outliers:
    case report::calls:
        return statement_report(which);
    case report::index_use:
    case report::unused_indexes:
    case report::duplicate_indexes:
    case report::cache_hit:
        return index_report(which);
    case report::bloat:
    case report::vacuum:
    case report::xid_age:
    case report::sequences:
    case report::sizes:
        return storage_report(which);
    case report::replication:
    case report::settings:
        break;
    }
    return server_report(which);
}

} // namespace basekeeper::inspection
