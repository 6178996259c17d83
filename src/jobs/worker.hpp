// Does the steps of a job one after the other, or takes them back in reverse.
#pragma once

#include "jobs/recipe.hpp"
#include "jobs/run.hpp"

namespace basekeeper::jobs {

enum class direction
{
    forward,
    back
};

/// Drives one run to its end. Whatever happens, the record on disk says where it stands.
class worker
{
public:
    worker(run& on, std::vector<step> steps, after_failure then = after_failure::stays);

    /// A failure that is taken back ends undone, with what failed still in the record. Ends with the record succeeded,
    /// failed, cancelled or undone. When the process is stopping (a step is cancelled and nobody asked for it) the
    /// record stays as it is, so that another process goes on. Fails only when the record cannot be written.
    io::task<result<>> work(direction way);

private:
    io::task<result<>> forward();
    io::task<result<>> back();
    void enter(std::size_t index);
    io::task<result<>> stop(error why, std::string_view doing);
    io::task<result<>> finish(state::job_status how, std::string message);

    run& on_;
    std::vector<step> steps_;
    after_failure then_;
    double weight_ = 0; // of all
};

} // namespace basekeeper::jobs
