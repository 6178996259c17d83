// What is watched of one instance's database: whether connecting is worth a try, and how long its statements take.
#pragma once

#include "pg/pool_watch.hpp"
#include "resilience/circuit_breaker.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace basekeeper::instances {

/// Told of every statement, for metrics; null: it worked.
using statement_observer =
    std::function<void(std::string_view instance, std::chrono::steady_clock::duration took, const error* failed)>;

/// Shared by the pools of one instance: a database that did not answer several callers in a row is left alone for a
/// moment, and the callers hear so at once instead of waiting until their deadlines.
class database_watch final : public pg::pool_watch
{
public:
    /// The clock must outlive it.
    database_watch(std::string instance, const clock& time, statement_observer tell);

    result<std::unique_ptr<pg::connect_attempt>> may_connect() override;
    void statement_ended(std::chrono::steady_clock::duration took, const error* failed) override;

    const resilience::circuit_breaker& circuit() const { return *circuit_; }

private:
    std::string instance_;
    std::shared_ptr<resilience::circuit_breaker> circuit_; // shared with the attempts under way
    statement_observer tell_;
};

} // namespace basekeeper::instances
