// A job as people, scripts and clients are shown it, with the next step; and why one did not succeed.
#pragma once

#include "jobs/engine.hpp"
#include "json/fields.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace basekeeper::jobs {

/// As state::job_status, and the one that only looking at its process tells.
enum class report_status
{
    running,
    succeeded,
    failed,
    cancelled,
    undoing,
    undone,
    interrupted ///< its process ended in the middle of it
};
BOOST_DESCRIBE_ENUM(report_status, running, succeeded, failed, cancelled, undoing, undone, interrupted)

report_status status_of(const view& job);

/// What is shown of a job. Holds no secret, as its record holds none.
struct report
{
    std::string id;
    std::string kind;
    std::string title;
    std::optional<std::string> instance;
    report_status status = report_status::running;
    std::optional<std::string> step; ///< where it is, or stopped
    std::size_t steps_done = 0;
    std::size_t steps_total = 0;
    double fraction = 0; ///< of the whole, 0 to 1, three digits
    std::string message;
    std::optional<std::string> failure;
    std::optional<std::string> hint;
    std::uint32_t attempts = 1;
    std::string created_at;
    std::string updated_at;
    std::optional<std::string> next;

    static constexpr auto fields = std::tuple{
        json::required("id", &report::id),
        json::required("kind", &report::kind),
        json::required("title", &report::title),
        json::optional("instance", &report::instance),
        json::required("status", &report::status),
        json::optional("step", &report::step),
        json::required("steps_done", &report::steps_done),
        json::required("steps_total", &report::steps_total),
        json::required("fraction", &report::fraction),
        json::required("message", &report::message),
        json::optional("failure", &report::failure),
        json::optional("hint", &report::hint),
        json::required("attempts", &report::attempts),
        json::required("created_at", &report::created_at),
        json::required("updated_at", &report::updated_at),
        json::optional("next", &report::next),
    };
};

report report_of(const view& job);

/// Nothing when the job is done, undone or still worked on; else why it is not, with the commands that go on or back.
std::optional<error> why_stopped(const view& job);

/// For kinds that are taken back when they fail: why this one was, when it was and is undone.
std::optional<error> why_taken_back(const view& job);

} // namespace basekeeper::jobs
