// Collects the rows of one statement up to the caps and counts the rest; included by the sources of this module only.
#pragma once

#include "pg/libpq.hpp"

namespace basekeeper::pg {

class result_builder
{
public:
    explicit result_builder(caps keep) : keep_(keep) {}

    /// Takes one row, a whole result, or the end of a result.
    void add(const PGresult* part);

    void attach(std::vector<notice> notices) { out_.notices = std::move(notices); }

    bool truncated() const noexcept { return out_.truncated != truncation::none; }

    /// The finished result of a statement that ran to its end.
    statement_result finish() &&;

    /// The result of a statement that was stopped: the total is unknown.
    statement_result stopped() &&;

private:
    void add_row(const PGresult* from, int row);

    caps keep_;
    bool described_ = false;
    std::uint64_t total_ = 0;
    statement_result out_;
};

} // namespace basekeeper::pg
