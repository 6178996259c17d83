// The known defects of templates, each mended by a function; included by the sources of this module only.
#pragma once

#include "stack/plan.hpp"

#include <vector>

namespace basekeeper::stack {

/// What is worked on.
struct draft
{
    env_text::document env;
    compose_file compose;
    std::vector<file_mount> mounts;
    std::vector<note> notes{};
};

/// No fixed names, ports and volume names; data where a deployment does not wipe it.
result<> isolate(draft& d);

/// Realtime finds its tenant by the host name that the gateway uses for it, which is its service's name.
result<> mend_realtime(draft& d);

/// Services verify with the published set of keys, so that opaque keys and ES256 tokens are taken.
result<> wire_keys(draft& d);

/// The database waits for no log collector.
result<> free_database(draft& d);

/// Placeholders, confirmations without a proof, mail.
result<> mend_settings(draft& d, const stack_wishes& wishes);

} // namespace basekeeper::stack
