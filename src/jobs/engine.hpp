// Long operations that outlive their call: started, followed, cancelled, resumed after a crash, undone.
#pragma once

#include "io/event.hpp"
#include "io/nursery.hpp"
#include "jobs/recipe.hpp"
#include "jobs/worker.hpp"
#include "log/logger.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace basekeeper::jobs {

struct request
{
    std::string kind;
    std::string instance;
    std::string principal;
    std::string title; ///< for people, without secrets: "deploy shop to https://dokploy.example"
    sealed_part with;
};

/// A job as it stands.
struct view
{
    state::job_record record;
    bool worked_on = false; ///< by this process or another, now

    /// Its process ended in the middle of it: resume or undo it.
    bool interrupted() const
    {
        return !worked_on &&
               (record.status == state::job_status::running || record.status == state::job_status::undoing);
    }

    /// Nothing happens to it any more unless somebody asks.
    bool rests() const { return !worked_on; }
};

struct limits
{
    std::size_t most_at_once = 4;              ///< in this process
    std::chrono::days kept{30};                ///< of jobs that are over
    std::chrono::milliseconds look_every{300}; ///< at jobs of other processes that somebody follows
};

/// One per process. Lives on the I/O thread; `stop` must end before it is destroyed.
class engine
{
public:
    engine(ledger& keep, io::executor where, const clock& time, log::logger& log, limits within = {});

    /// Before the first job. A kind that is not defined can be listed, but neither resumed nor undone.
    void define(std::string kind, recipe steps, after_failure then = after_failure::stays);

    /// Writes the job and begins it. invalid_argument as the recipe says; unavailable when too many run.
    io::task<result<view>> start(request what);

    io::task<result<view>> get(std::string id);
    io::task<result<std::vector<view>>> list(state::job_filter filter);

    /// Tells every change until the job rests, and returns it then. On timeout the job goes on.
    io::task<result<view>> follow(std::string id, std::function<void(const view&)> told, io::deadline until);

    /// Asks whoever works on it to stop between two steps or chunks; a job that nobody works on is cancelled at once.
    io::task<result<view>> cancel(std::string id);

    /// Goes on where it stopped: forward, or back when it was being undone. conflict when it is over or worked on.
    io::task<result<view>> resume(std::string id);

    /// Takes back what its steps did, the last first. conflict when it is undone or worked on.
    io::task<result<view>> undo(std::string id);

    /// Leaves running jobs as they stand on disk and waits for their coroutines.
    io::task<result<>> stop(io::deadline until);

private:
    struct live; // a job of this process

    io::task<result<view>> begin(state::job_record record, sealed_part with, state::job_claim held, direction way);
    io::task<result<view>> take_up(std::string id, direction way);

    struct known_kind
    {
        recipe steps;
        after_failure then = after_failure::stays;
    };

    io::task<> drive(std::shared_ptr<live> job, std::vector<step> steps, direction way, after_failure then);
    result<std::vector<step>> steps_of(const state::job_record& record, const boost::json::object& arguments) const;
    io::task<view> seen(state::job_record record);

    ledger& keep_;
    io::executor where_;
    const clock& time_;
    log::logger& log_;
    limits within_;
    std::map<std::string, known_kind, std::less<>> kinds_;
    std::map<std::string, std::shared_ptr<live>, std::less<>> live_; // shared with its coroutine and its followers
    io::nursery work_;
    bool swept_ = false;
};

} // namespace basekeeper::jobs
