// What a kind of job does: named steps with work and its undoing, made from the arguments of one job.
#pragma once

#include "base/result.hpp"
#include "io/task.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <string>
#include <vector>

namespace basekeeper::jobs {

class run;

/// What becomes of a job whose step fails.
enum class after_failure
{
    stays,     ///< as it stands, to be resumed or undone: what is there tells why
    taken_back ///< at once: half of it would be worse than nothing
};

/// One step. Its work runs again from its beginning when the process ended in the middle of it, with the notes of the
/// last checkpoint: it looks what is there before it makes anything.
struct step
{
    std::string name;                               ///< an infinitive for people: "create the service"
    double weight = 1;                              ///< its share of the whole beside the others
    std::function<io::task<result<>>(run&)> work;   ///< must outlive the job
    std::function<io::task<result<>>(run&)> undo{}; ///< may run after half of the work; empty: nothing to take back
};

/// The steps of one job, made from the arguments that were given at its start. Called again at each resumption, and
/// must then give the same names in the same order.
using recipe = std::function<result<std::vector<step>>(const boost::json::object& arguments)>;

} // namespace basekeeper::jobs
