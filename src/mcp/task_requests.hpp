// How tasks are written, in both designs, and how a call becomes one.
#pragma once

#include "mcp/requests.hpp"
#include "mcp/task_peer.hpp"
#include "mcp/task_store.hpp"

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>

namespace basekeeper::mcp {

/// Who writes a task, and for which version.
struct task_voice
{
    const server& of;
    const codec& speak;
};

/// Members of a `Task`: `ttl` and `pollInterval` (2025-11-25) or `ttlMs` and `pollIntervalMs` (the extension).
void write_task(std::string& out, const task_record& t, task_voice as);

/// The same, and what only the extension's `DetailedTask` has: `result`, `error` or `inputRequests`.
void write_task_details(std::string& out, const task_record& t, task_voice as);

/// Members of a tool's result.
void write_reply(std::string& out, const tool_reply& reply, const version_traits& knows);

/// The same to be kept: the first one without a comma before it.
task_result to_task_result(const tool_reply& reply, const version_traits& knows);

/// The error for an id that is unknown, or not known to this caller.
rpc_error no_such_task();

/// True when the caller owns the task and may make its call.
bool shows_task(const server& of, const caller& from, const task_record& t);

/// The task of that id, if the caller may know of it; else null.
std::shared_ptr<task_record> find_task(server& of, const caller& from, std::string_view id);

/// How one call is to be run.
struct task_wish
{
    bool as_task = false;
    std::optional<std::chrono::milliseconds> ttl{};      ///< as the client asked
    std::optional<std::chrono::milliseconds> patience{}; ///< in this time it may still be answered like any call
};

/// What the tool, the version and the request say to that. Fails when they do not agree.
std::expected<task_wish, rpc_error> wish_for_task(const exchange& x, const tool& t);

/// Starts a call as a task under 2025-11-25: everything, checks and questions too, happens in the task.
io::task<outcome> start_whole_task(exchange& x, const tool& t, boost::json::object arguments, task_wish wish);

/// Goes on with an admitted call as a task of the extension. Answers with the result when that comes in time.
io::task<outcome> start_admitted_task(exchange& x, admitted_call go, call& c, task_wish wish);

/// Writes what a tool had to say into an answer.
void write_result(exchange& x, const task_result& r);

} // namespace basekeeper::mcp
