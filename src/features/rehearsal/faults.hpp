// What is to go wrong: written as `WHAT@PROCEDURE[:COUNT]` or as the state of a service; pure.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::rehearsal {

/// What becomes of one call.
enum class call_fault
{
    status,      ///< answered with a status of our choice
    hang,        ///< never answered
    drop_before, ///< the connection is closed, nothing is done
    drop_after,  ///< it is done, then the connection is closed
    html,        ///< a page with status 200
    empty        ///< status 200 and no body
};

struct planned_fault
{
    std::string text; ///< as it was written
    call_fault what = call_fault::status;
    unsigned status = 0;
    std::string procedure;     ///< `*`: every one
    std::optional<int> left{}; ///< how many calls more; nothing: all
};

class fault_plan
{
public:
    /// Adds one, from now on:
    ///
    /// | text | what happens |
    /// |---|---|
    /// | `500@compose.deploy:2` | the next two calls are answered with this status; 502, 503, 504 and 429 by a proxy |
    /// | `hang@P`, `drop-before@P`, `drop-after@P`, `html@P`, `empty@P` | see `call_fault` |
    /// | `unhealthy@SERVICE`, `exit@SERVICE` | containers of services with this name |
    /// | `deployment-error[:COUNT]` | deployments end with an error |
    /// | `expired-certificate` | the certificates of stacks are over |
    /// | `down@after:30s` | from then on nothing is answered |
    ///
    /// Fails with invalid_argument for any other text.
    result<> add(std::string_view text, wall_time now);
    void clear();

    /// The fault of this call, counted; nothing when it goes well.
    std::optional<planned_fault> of_call(std::string_view procedure);

    /// True when a deployment that ends now is to fail, counted.
    bool deployment_fails();

    bool is_unhealthy(const std::string& service) const { return unhealthy_.contains(service); }

    bool exits(const std::string& service) const { return exits_.contains(service); }

    bool certificate_is_over() const { return expired_certificate_; }

    bool is_down(wall_time now) const { return down_from_ && *down_from_ <= now; }

    /// Those that are left, as they were written.
    std::vector<std::string> texts() const;

private:
    result<> add_call_fault(std::string_view what, std::string_view where, std::string_view whole);

    std::vector<planned_fault> calls_;
    std::set<std::string> unhealthy_;
    std::set<std::string> exits_;
    std::optional<int> failing_deployments_; ///< -1: all
    std::optional<wall_time> down_from_;
    bool expired_certificate_ = false;
};

} // namespace basekeeper::rehearsal
