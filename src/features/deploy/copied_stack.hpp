// A stack that is there in the place of the template: its texts, with other secrets and another domain in them.
#pragma once

#include "features/deploy/servers.hpp"
#include "features/deploy/setup.hpp"
#include "features/deploy/template.hpp"
#include "stack/plan.hpp"

#include <string>

namespace basekeeper::deploy {

/// What the copy has of its own. References outlive the call.
struct copy_of_stack
{
    std::string domain;
    const stack::stack_secrets& secrets;
};

/// Fails with conflict where a copy would share files of the server, an external volume or an external network with it:
/// a second database on the same data destroys it.
result<> check_can_be_copied(const setup& what);

/// Wherever a secret of the stack is written out, also under another name or in a file, the copy's stands; so does its
/// domain in the env text and the compose file, but for mail. Fails as `check_can_be_copied`. What is no secret of
/// Supabase is copied as it is; the note names what of it may be secret.
io::task<result<filled_template>>
read_as_template(server& on, std::string compose_id, copy_of_stack own, io::deadline until);

} // namespace basekeeper::deploy
