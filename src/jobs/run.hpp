// What a step sees of its job: arguments, notes and secrets that survive a crash, and the way to tell how far it is.
#pragma once

#include "jobs/ledger.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace basekeeper::jobs {

/// One run of a job, from its start or a resumption to its end. Lives on the I/O thread.
class run
{
public:
    /// `told` hears of every change of the record; must outlive the run.
    run(ledger& keep, state::job_record record, sealed_part with, std::function<void(const state::job_record&)> told);

    const state::job_record& record() const { return record_; }

    const boost::json::object& arguments() const { return with_.arguments; }

    /// The argument of that name; empty when it is no text or not there.
    std::string argument(std::string_view name) const;

    /// What the steps found out and made, without secrets. Durable with every checkpoint and after every step.
    boost::json::object& notes() { return with_.notes; }

    /// The note of that name; empty when it is no text or not there.
    std::string note(std::string_view name) const;

    /// A secret that was given at the start or made by a step; empty when there is none of that name.
    crypto::secret<> secret(std::string_view name) const;

    /// Durable with the next checkpoint.
    void keep_secret(std::string name, crypto::secret<> value);

    /// Makes notes and secrets durable now: before and after everything that must not be done twice. Fails with
    /// cancelled when somebody asked to stop; they are durable even then.
    io::task<result<>> checkpoint();

    /// Tells how far this step is (0 to 1) and what it does. Cheap: on disk at least every tenth of the job and every
    /// second. Fails with cancelled when somebody asked to stop. `message` holds no secret.
    io::task<result<>> advance(double of_step, std::string message);

private:
    friend class worker;

    io::task<result<bool>> save();

    ledger& keep_;
    state::job_record record_;
    sealed_part with_;
    std::function<void(const state::job_record&)> told_;
    double step_begins_ = 0; // of the whole
    double step_share_ = 0;
    double saved_fraction_ = 0;
    std::chrono::steady_clock::time_point saved_at_{};
    bool stoppable_ = true; // what is being undone is undone to its end
};

} // namespace basekeeper::jobs
