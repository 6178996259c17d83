// The circuit breaker behind the pools of one instance.
#include "instances/database_watch.hpp"

#include <fmt/format.h>

#include <utility>

namespace basekeeper::instances {
namespace {

class watched_attempt final : public pg::connect_attempt
{
public:
    watched_attempt(std::shared_ptr<resilience::circuit_breaker> of, resilience::circuit_breaker::pass p)
        : circuit_(std::move(of)), pass_(std::move(p))
    {}

    void ended(const error* failed) override
    {
        // A server without a free connection is there: whoever can wait for one of ours must not be turned away.
        if (failed == nullptr || failed->sqlstate == "53300")
            pass_.succeeded();
        else
            pass_.failed(failed->code);
    }

private:
    std::shared_ptr<resilience::circuit_breaker> circuit_; // shared with the watch; before the pass, which refers to it
    resilience::circuit_breaker::pass pass_;
};

} // namespace

database_watch::database_watch(std::string instance, const clock& time, statement_observer tell)
    : instance_(std::move(instance)),
      circuit_(std::make_shared<resilience::circuit_breaker>(fmt::format("the database of \"{}\"", instance_), time)),
      tell_(std::move(tell))
{}

result<std::unique_ptr<pg::connect_attempt>> database_watch::may_connect()
{
    auto pass = TRY(circuit_->admit());
    return std::make_unique<watched_attempt>(circuit_, std::move(pass));
}

void database_watch::statement_ended(std::chrono::steady_clock::duration took, const error* failed)
{
    if (tell_)
        tell_(instance_, took, failed);
}

} // namespace basekeeper::instances
