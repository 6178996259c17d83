// The simulated REST API (PostgREST) over a database with one table, `todos`.
#pragma once

#include "base/clock.hpp"
#include "env_text/document.hpp"
#include "features/simulated_stack/service.hpp"
#include "features/simulated_stack/tokens.hpp"

#include <boost/json/array.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace basekeeper::simulated_stack {

class rest_service
{
public:
    static constexpr std::size_t most_rows = 1000;

    /// The clock must outlive it.
    explicit rest_service(const clock& time) : time_(time) {}

    void start(const env_text::values& in_effect);

    void wipe() { rows_.clear(); }

    answer respond(const call& what);

private:
    using row = boost::json::object;

    std::optional<answer> refusal(const call& what) const;
    answer openapi() const;
    answer table(const call& what);
    answer insert(const call& what);
    answer update(const call& what);
    answer remove(const call& what);
    bool add(const boost::json::object& given);

    const clock& time_;
    env_text::values values_;
    token_keys keys_;
    std::vector<row> rows_;
    std::int64_t last_id_ = 0;
};

} // namespace basekeeper::simulated_stack
