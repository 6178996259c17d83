// The statements between two snapshots, in an order that works, with what destroys kept apart.
#pragma once

#include "features/schema_diff/changes.hpp"
#include "features/schema_diff/step.hpp"

#include <string>
#include <vector>

namespace basekeeper::schema_diff {

enum class destructive_steps
{
    held_back,
    included
};

struct plan
{
    std::vector<step> steps;
    std::vector<step> held_back;    ///< what loses something, and what cannot be done without it
    std::vector<std::string> notes; ///< what is not compared or cannot be said in statements

    bool empty() const { return steps.empty() && held_back.empty(); }
};

/// Pure and deterministic. Both snapshots are settled.
plan make_plan(const snapshot& before, const snapshot& after, comparison_rules rules, destructive_steps destructive);

/// The steps as one script: transactions, timeouts, comments for what costs. Ready for psql.
std::string to_script(const plan& what);

} // namespace basekeeper::schema_diff
