// The run of one script while it is under way; private to this module.
#pragma once

#include "features/migrations/runner.hpp"

namespace basekeeper::migrations {

/// Whether a statement that ran apart has taken effect.
enum class effect_seen
{
    done,
    not_done,
    unknown
};

/// How a transaction ended whose connection was lost.
enum class ending
{
    committed,
    rolled_back
};

/// SQLSTATEs that decide how it goes on.
inline constexpr std::string_view lock_not_available = "55P03";
inline constexpr std::string_view deadlock_detected = "40P01";

/// What must be known in the end is found out even when the time of the caller is over.
inline io::deadline for_the_record()
{
    return io::deadline::after(std::chrono::seconds{20});
}

/// Runs the steps of one job. See run().
class attempt
{
public:
    attempt(session& on, job what, io::deadline until);

    io::task<result<outcome>> run();

private:
    // attempt.cpp: one step
    io::task<result<>> check_syntax();
    io::task<result<>> run_transaction(const step& what);
    io::task<result<>> try_transaction(const step& what);
    io::task<result<>> run_batches(const step& what);
    io::task<result<>> run_alone(const step& what);
    io::task<result<>> try_alone(const step& what);
    io::task<result<>> wait_at_most(std::chrono::milliseconds lock_timeout);
    io::task<result<effect_seen>> look_after_failure(const step& what, error& why);
    io::task<result<>> record_end_of(const step& what);
    io::task<bool> pause_before_retry(int attempt, const error& why);
    io::task<> roll_back() const;

    // resume.cpp: what an earlier run, or a lost connection, has left
    io::task<result<std::size_t>> where_to_begin();
    io::task<result<>> restore_settings(std::size_t first);
    io::task<result<effect_seen>> look_after(std::size_t statement);
    io::task<result<effect_seen>> look_at_index(const sql::script_statement& one);
    io::task<result<effect_seen>> look_at_partition(const sql::script_statement& one);
    io::task<result<effect_seen>> look_at_database(const sql::script_statement& one);
    io::task<result<>> drop_copies(const sql::script_statement& one);
    io::task<result<>> reconnect();
    io::task<result<bool>> is_committed(const step& what);
    io::task<result<bool>> settle(const step& what, error& why);

    // runner.cpp: the loop, records and errors
    bool runs_apart_after_all(const error& e);
    io::task<error> gave_up(error why);
    io::task<> name_blockers(error& e);
    io::task<> note_duration(std::int64_t milliseconds);

    bool is_last(const step& s) const { return s.first + s.count == job_.what.statements.size(); }

    own_row row(std::size_t done, std::optional<std::size_t> alone) const;
    std::vector<pg::statement> records_of(const step& done) const;
    pg::statement record_of_beginning(std::size_t alone) const;
    pg::statement record_of_failure() const;
    io::task<result<>> record(pg::statement what, io::deadline until);
    error failed_at(error e, std::size_t statement) const;
    std::string what_stays() const;
    std::string title() const;

    session& on_;
    job job_;
    io::deadline until_;
    outcome out_;
    std::string run_;                     ///< random, of the transaction tried last
    std::size_t done_ = 0;                ///< statements that stay
    std::optional<std::size_t> failed_;   ///< the statement that the last failure is about
    std::optional<std::size_t> doubtful_; ///< a statement that may have taken effect before
    int tries_ = 0;                       ///< of the step that failed
    std::chrono::milliseconds waited_{0}; ///< by each of them, for one lock
    std::string left_behind_;             ///< what a failed statement has left; empty: nothing
    bool recorded_ = false;               ///< our row says that this script is under way
    bool committing_ = false;             ///< COMMIT was sent
};

} // namespace basekeeper::migrations
