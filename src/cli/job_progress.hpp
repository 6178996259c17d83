// A job on the terminal: a bar with its pace while it runs, Ctrl-C that stops it between two steps, its end.
#pragma once

#include "base/clock.hpp"
#include "cli/commands.hpp"
#include "jobs/engine.hpp"
#include "jobs/report.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace basekeeper::cli {

/// How fast a job goes, forward or back, from what was seen of it.
class job_pace
{
public:
    void observe(const jobs::view& job, steady_time now);

    /// In percent. Nothing before there is something to tell it from.
    std::optional<double> per_minute() const;

    /// Until it is done, or taken back, at this pace.
    std::optional<std::chrono::seconds> left() const;

private:
    bool back_ = false;
    std::optional<double> first_;
    double last_ = 0;
    steady_time first_at_{};
    steady_time last_at_{};
};

/// One line for a terminal: a bar, the share, what it does, pace and time left.
std::string bar_line(const jobs::view& job, const job_pace& pace);

/// The same for a file or a pipe: without what is old at once.
std::string plain_line(const jobs::view& job);

/// What Ctrl-C means to the job that is followed.
enum class interruption
{
    cancels_job,  ///< it is asked to stop between two steps; a second one ends the program, and the job is interrupted
    ends_watching ///< the job goes on, in another process
};

/// Follows a job to its end on standard error: a bar on a terminal, else a line for each step. Fails with cancelled
/// when it is no longer followed; a job that did not succeed is returned as one that did (`jobs::why_stopped`).
io::task<result<jobs::view>> follow_on_terminal(
    jobs::engine& of, std::string id, presentation show, interruption on_signal = interruption::cancels_job
);

/// Prints how the job stands; its exit code, with why it stopped and what to do next on standard error.
int show_end(const jobs::view& job, presentation show);

} // namespace basekeeper::cli
