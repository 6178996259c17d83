// A command in a container: what of SQL changes passwords is obeyed, little else is understood.
#pragma once

#include "features/rehearsal/world.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::rehearsal {

struct command_outcome
{
    std::vector<std::string> output{};
    bool worked = true;
};

/// The new password of a role.
struct password_change
{
    std::string role;
    std::string password;
};

/// Those of every `ALTER USER x … PASSWORD '…'` and `ALTER ROLE …` in a text, however a shell quotes it.
std::vector<password_change> password_changes(std::string_view command);

/// Runs it in the container of a service of an app.
command_outcome run_command(world& in, const std::string& app, const std::string& service, const std::string& command);

} // namespace basekeeper::rehearsal
