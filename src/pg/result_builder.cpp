// Copies values out of libpq's results into the arena.
#include "pg/result_builder.hpp"

#include <charconv>
#include <string_view>

namespace basekeeper::pg {
namespace {

std::vector<column> columns_of(const PGresult* from)
{
    std::vector<column> columns;
    const int count = PQnfields(from);
    columns.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        columns.push_back({PQfname(from, i), PQftype(from, i), PQfmod(from, i), PQftable(from, i)});
    return columns;
}

} // namespace

void result_builder::add(const PGresult* part)
{
    const auto status = PQresultStatus(part);
    const bool rows = status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE;
    if (rows && !described_) {
        out_.rows = row_set(columns_of(part));
        described_ = true;
    }
    if (rows)
        for (int row = 0; row < PQntuples(part); ++row)
            add_row(part, row);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
        // libpq declares these two without const but reads only.
        auto* reads = const_cast<PGresult*>(part);
        out_.command = PQcmdStatus(reads);
        const std::string_view affected = PQcmdTuples(reads);
        std::from_chars(affected.data(), affected.data() + affected.size(), out_.affected);
    }
}

void result_builder::add_row(const PGresult* from, int row)
{
    ++total_;
    if (truncated())
        return;
    if (out_.rows.size() >= keep_.max_rows) {
        out_.truncated = truncation::rows;
        return;
    }
    const int columns = PQnfields(from);
    std::size_t bytes = 0;
    for (int col = 0; col < columns; ++col)
        bytes += static_cast<std::size_t>(PQgetlength(from, row, col));
    if (bytes > keep_.max_bytes - out_.rows.bytes()) {
        out_.truncated = truncation::bytes;
        return;
    }
    if (columns == 0)
        out_.rows.append_empty_row();
    for (int col = 0; col < columns; ++col) {
        if (PQgetisnull(from, row, col) != 0)
            out_.rows.append(std::nullopt);
        else
            out_.rows.append(
                std::string_view(PQgetvalue(from, row, col), static_cast<std::size_t>(PQgetlength(from, row, col)))
            );
    }
}

statement_result result_builder::finish() &&
{
    out_.total_rows = total_;
    return std::move(out_);
}

statement_result result_builder::stopped() &&
{
    out_.total_rows.reset();
    out_.command.clear();
    return std::move(out_);
}

} // namespace basekeeper::pg
