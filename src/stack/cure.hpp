// What the rules with the remedy `mend` change in a stack that runs already.
#pragma once

#include "stack/plan.hpp"
#include "stack/validate.hpp"

#include <string>
#include <vector>

namespace basekeeper::stack {

/// A configuration after it was mended, to be shown as a difference, written and deployed.
struct cured_configuration
{
    std::string env; ///< holds secrets
    std::string compose;
    std::vector<file_mount> mounts;
    stack::isolation isolation = stack::isolation::unknown; ///< isolated: it is to be switched on
    std::vector<note> notes;                                ///< what was changed; empty: nothing had to be
};

/// Mends what these findings are about, by their ids; nothing else changes. invalid_argument for an id whose findings
/// are healed otherwise, conflict where the compose file is written in a way that cannot be changed in place.
result<cured_configuration> cure(const configuration& of, const std::vector<std::string>& ids);

} // namespace basekeeper::stack
