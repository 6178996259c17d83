// Replacing the setup of a stack that runs, as a job: kept, written, deployed, proven, and put back when it went wrong.
#pragma once

#include "features/deploy/history.hpp"
#include "features/deploy/new_stack.hpp"
#include "jobs/recipe.hpp"

#include <string>

namespace basekeeper::deploy {

inline constexpr std::string_view change_kind = "dokploy_change";

/// One change. `before` is what was there when it was thought out: if something else is there when it begins, somebody
/// changed it meanwhile, and it is refused.
struct change
{
    std::string server;
    std::string compose_id;
    std::string name; ///< of the stack, for people
    std::string app_name;
    std::string reason; ///< `regenerate keys`, `update env`; no secret
    setup before;
    setup after;

    /// The password of the database in `before` was never deployed: services do not run with it, and putting it back
    /// needs a deployment.
    bool password_was_edited = false;
};

jobs::sealed_part sealed_change(const change& what);

/// The steps of the kind `change_kind`. A stack is proven by what worked before: only that must work again, and what
/// did not work before may.
jobs::recipe change_recipe(workshop with, history& kept);

} // namespace basekeeper::deploy
