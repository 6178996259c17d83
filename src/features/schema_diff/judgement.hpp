// For one fact that differs: whether it can be altered, or must be made anew.
#pragma once

#include "features/schema_diff/changes.hpp"

namespace basekeeper::schema_diff {

struct judgement
{
    action what = action::keep;
    bool retyped = false;
};

/// What leads from one to the other; both have the same identity.
judgement judge(const fact& before, const fact& after, const comparison_rules& rules);

} // namespace basekeeper::schema_diff
