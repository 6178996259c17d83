// Runs the lints on one instance.
#pragma once

#include "features/advisors/lint.hpp"
#include "features/advisors/report.hpp"
#include "instances/connections.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::advisors {

struct request
{
    std::optional<category> about{};    ///< nothing: both
    std::string lint{};                 ///< all findings of this one; empty: an overview of all
    std::vector<std::string> schemas{}; ///< exposed by the Data API; empty: as the database says
    std::optional<std::size_t> limit{}; ///< findings per page, or objects per lint of the overview
    std::string cursor{};
    std::size_t budget_bytes = 131'072; ///< of the findings of one page
};

/// One per server; lives on the I/O thread.
class engine
{
public:
    explicit engine(instances::connections& open) : open_(open) {}

    /// Looks at the instance as its owner's login, changing nothing. A lint that fails is reported as not checked; the
    /// result is an error when the request is wrong or the connection ends: invalid_argument (lint, cursor), not_found
    /// (a schema that was named), and the errors of pg.
    io::task<result<report>> advise(std::string instance, request what, io::deadline until);

private:
    instances::connections& open_;
};

/// The same on a connection.
io::task<result<report>> advise(pg::connection& db, request what, io::deadline until);

} // namespace basekeeper::advisors
