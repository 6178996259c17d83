// What all sessions of one server share: the registry, the rules, the codecs, the published lists.
#pragma once

#include "base/clock.hpp"
#include "mcp/changes.hpp"
#include "mcp/codec.hpp"
#include "mcp/compact.hpp"
#include "mcp/listing.hpp"
#include "mcp/policy.hpp"
#include "mcp/registry.hpp"
#include "mcp/request_state.hpp"
#include "mcp/task_store.hpp"

#include <array>
#include <functional>
#include <string>
#include <string_view>

namespace basekeeper::mcp {

/// Who the server says it is, and its limits.
struct server_settings
{
    std::string title = "basekeeper";
    std::string description;               ///< one sentence, for clients that show it
    std::string instructions;              ///< how a model should work with this server; empty: none
    crypto::secret<std::string> state_key; ///< signs request states: 32 random bytes or more
    std::size_t concurrent_requests = 256; ///< per session; more are refused, not queued
    std::size_t most_in_batch = 64;        ///< messages in a batch of 2025-03-26
    std::size_t page_size = 100;           ///< items in a page of a list
    std::size_t most_listeners = 4'096;    ///< sessions and subscriptions that are told of changes
    json::read_limits message_limits{};
    std::chrono::minutes lists_fresh_for{5};
    task_limits tasks{};
    tool_display tools = tool_display::full;
    /// Told about exceptions that left a handler, which are bugs; may be empty.
    std::function<void(std::string_view what)> report_bug;
};

/// One per process. Everything it refers to must outlive it; it must outlive its sessions. Lives on the I/O thread.
class server
{
public:
    server(
        const registry& offers,
        policy& rules,
        const instance_catalog& instances,
        const clock& time,
        server_settings settings
    );

    const registry& offers() const { return offers_; }

    /// The tool that a client may call by this name: one that is offered, or one of compact mode. Null: there is none.
    const tool* find_tool(std::string_view name) const;

    policy& rules() { return rules_; }

    const policy& rules() const { return rules_; }

    const clock& time() const { return time_; }

    const server_settings& settings() const { return settings_; }

    const codec& speaking(protocol_version v) const;

    const modern_codec& modern() const { return modern_; }

    tool_listing& tools() { return tools_; }

    /// Calls that go on after their answer.
    task_store& tasks() { return tasks_; }

    /// Cancels the tasks and waits for their end: after the sessions have closed, before the server is destroyed.
    io::task<result<>> close(io::deadline until) { return tasks_.close(until); }

    /// What changed while clients were connected; sessions and subscriptions listen here.
    changes& news() { return news_; }

    request_states& states() { return states_; }

    const request_states& states() const { return states_; }

    /// JSON text of the `Implementation` object for a version.
    std::string server_info(const version_traits& knows) const;

    void report_bug(std::string_view what) const;

private:
    const registry& offers_;
    policy& rules_;
    const clock& time_;
    server_settings settings_;
    registry compact_; // empty in full mode
    tool_listing tools_;
    request_states states_;
    changes news_;
    task_store tasks_;
    std::array<legacy_codec, 4> legacy_;
    modern_codec modern_;
};

} // namespace basekeeper::mcp
