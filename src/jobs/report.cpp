// The words for each state of a job.
#include "jobs/report.hpp"

#include <fmt/format.h>

#include <cmath>

namespace basekeeper::jobs {
namespace {

constexpr std::string_view undoing_step = "undo: "; // as the worker begins its messages

std::string undo_or_resume(const view& job)
{
    const auto& r = job.record;
    const bool going_back =
        r.status == state::job_status::undoing || std::string_view(r.failure).starts_with(undoing_step);
    if (going_back)
        return fmt::format("take back the rest with `basekeeper jobs resume {} --undo`", r.id);
    return fmt::format(
        "go on with `basekeeper jobs resume {0}`, or take it back with `basekeeper jobs resume {0} --undo`", r.id
    );
}

std::optional<std::string> next_of(const view& job)
{
    switch (status_of(job)) {
    case report_status::running:
    case report_status::undoing:
        return fmt::format("follow it with `basekeeper jobs watch {}`, or get_job with wait_seconds", job.record.id);
    case report_status::failed:
    case report_status::cancelled:
    case report_status::interrupted:
        return undo_or_resume(job);
    case report_status::succeeded:
    case report_status::undone:
        break;
    }
    return std::nullopt;
}

/// The step that is being done or stopped; when it is being taken back the message names it.
std::optional<std::string> step_of(const state::job_record& r)
{
    const bool has_one = r.status == state::job_status::running || r.status == state::job_status::failed ||
                         r.status == state::job_status::cancelled;
    if (!has_one || r.done >= r.steps.size())
        return std::nullopt;
    return r.steps[r.done];
}

std::optional<std::string> unless_empty(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

/// The first line of a failure is our own sentence; what follows was said by others.
error failed_because(std::string_view before, std::string_view failure, std::string hint)
{
    const auto line = failure.substr(0, failure.find('\n'));
    error out(condition::conflict, fmt::format("{}: {}", before, line), std::move(hint));
    if (line.size() < failure.size())
        out.server_text = failure.substr(line.size() + 1);
    return out;
}

} // namespace

report_status status_of(const view& job)
{
    if (job.interrupted())
        return report_status::interrupted;
    switch (job.record.status) {
    case state::job_status::running:
        return report_status::running;
    case state::job_status::succeeded:
        return report_status::succeeded;
    case state::job_status::failed:
        return report_status::failed;
    case state::job_status::cancelled:
        return report_status::cancelled;
    case state::job_status::undoing:
        return report_status::undoing;
    case state::job_status::undone:
        break;
    }
    return report_status::undone;
}

report report_of(const view& job)
{
    const auto& r = job.record;
    return {
        .id = r.id,
        .kind = r.kind,
        .title = r.title,
        .instance = unless_empty(r.instance),
        .status = status_of(job),
        .step = step_of(r),
        .steps_done = r.done,
        .steps_total = r.steps.size(),
        .fraction = std::round(r.fraction * 1000) / 1000,
        .message = r.message,
        .failure = unless_empty(r.failure),
        .hint = unless_empty(r.hint),
        .attempts = r.attempts,
        .created_at = to_rfc3339(r.created_at),
        .updated_at = to_rfc3339(r.updated_at),
        .next = next_of(job),
    };
}

std::optional<error> why_stopped(const view& job)
{
    const auto& r = job.record;
    const auto next = undo_or_resume(job);
    switch (status_of(job)) {
    case report_status::failed:
        return failed_because(
            fmt::format("the job {} ({}) failed", r.id, r.title),
            r.failure,
            r.hint.empty() ? next : fmt::format("{}; then {}", r.hint, next)
        );
    case report_status::cancelled:
        return error(
            condition::cancelled,
            fmt::format(
                "the job {} ({}) was cancelled; {} of {} steps are done", r.id, r.title, r.done, r.steps.size()
            ),
            next
        );
    case report_status::interrupted:
        return error(
            condition::unavailable,
            fmt::format("the job {} ({}) was interrupted: the process that worked on it ended", r.id, r.title),
            next
        );
    case report_status::running:
    case report_status::succeeded:
    case report_status::undoing:
    case report_status::undone:
        break;
    }
    return std::nullopt;
}

std::optional<error> why_taken_back(const view& job)
{
    const auto& r = job.record;
    if (status_of(job) != report_status::undone || r.failure.empty())
        return std::nullopt;
    return failed_because(fmt::format("{} failed, and everything was put back as it was", r.title), r.failure, r.hint);
}

} // namespace basekeeper::jobs
