// Long work of a tool: begun as a job, followed within the call, told to the client as progress.
#pragma once

#include "jobs/engine.hpp"
#include "mcp/call.hpp"

#include <string>

namespace basekeeper::jobs::tools {

/// What a job that did not succeed is to its caller.
enum class outcome
{
    failure, ///< an error with the commands that go on or back
    shown    ///< a view like any other
};

/// Follows a job to its end and tells the client how far it is. When the deadline of the call passes first, the job
/// goes on and is returned as it stands. When the client withdraws the call, the job is asked to stop between two
/// steps, and this fails with cancelled.
io::task<result<view>> follow_in_call(engine& of, std::string id, mcp::call& c, outcome unsuccessful);

/// Starts a job for the caller and follows it so. Fails as `engine::start` does, too.
io::task<result<view>> run_as_job(engine& of, request what, mcp::call& c, outcome unsuccessful = outcome::failure);

/// Follows a job as somebody who only looks: nothing that happens to the call happens to the job.
io::task<result<view>> look_in_call(engine& of, std::string id, mcp::call& c, io::deadline until);

} // namespace basekeeper::jobs::tools
