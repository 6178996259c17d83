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

enum class which_ports
{
    all,
    of_database ///< of the pooler too
};

/// Nothing that a second stack on the server could not have as well.
result<> free_names(draft& d);
result<> unpublish_ports(draft& d, which_ports which);

/// Files stand where a deployment does not wipe them.
result<> keep_files(draft& d);

/// Realtime finds its tenant by the host name that the gateway uses for it, which is its service's name.
result<> mend_tenant(draft& d);

/// Realtime encrypts with a key of this stack. For new stacks only: what is encrypted already would be lost.
result<> wire_realtime_key(draft& d);

/// Services verify with the published set of keys, so that opaque keys and ES256 tokens are taken.
result<> wire_keys(draft& d);

/// The database waits for no log collector.
result<> free_database(draft& d);

/// Placeholders, confirmations without a proof, mail.
result<> mend_settings(draft& d, const stack_wishes& wishes);

} // namespace basekeeper::stack
