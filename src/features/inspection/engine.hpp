// The inspection engine: reports, connections and index advice of one instance, without any MCP type.
#pragma once

#include "features/database/rows.hpp"
#include "features/inspection/connections_report.hpp"
#include "features/inspection/index_advice.hpp"
#include "features/inspection/reports.hpp"

#include <string>

namespace basekeeper::inspection {

struct report_request
{
    inspection::report which = report::locks;
    std::size_t limit = 50;
    std::size_t offset = 0;
};

/// One page of a report.
struct report_page
{
    std::string advice;
    std::string hidden; ///< what this login cannot see and how to change that; empty: nothing
    database::rows_page rows;

    static boost::json::object json_schema();
    void write_json(std::string& out) const;
};

/// One per server; lives on the I/O thread. Every function opens the instance at first use and fails with its errors.
class engine
{
public:
    /// Queries of others are planned by `reads`, which must outlive the engine.
    engine(sources from, database::engine& reads) : from_(from), reads_(reads) {}

    /// Fails with not_found when the report needs an extension that is missing, with the way to install it in the hint.
    io::task<result<report_page>> inspect(std::string instance, report_request what, io::deadline until);

    io::task<result<connections_report>> connections(std::string instance, io::deadline until)
    {
        return monitor_connections(from_, std::move(instance), until);
    }

    io::task<result<index_advice>> advise(std::string instance, advice_request what, io::deadline until)
    {
        return advise_indexes(from_, reads_, std::move(instance), std::move(what), until);
    }

private:
    sources from_;
    database::engine& reads_;
};

} // namespace basekeeper::inspection
