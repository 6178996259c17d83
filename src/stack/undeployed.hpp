// What the env text of a stack holds and its containers do not run with yet.
#pragma once

#include "env_text/document.hpp"
#include "stack/compose_file.hpp"
#include "stack/validate.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::stack {

/// A variable of the env text that was changed after the containers of some services were created.
struct undeployed_variable
{
    std::string name;
    std::vector<std::string> services;
};

/// In order of name. Told from the values that the compose file gives to containers, where these are known; silent for
/// values that Dokploy and Docker may have spelled otherwise (with quotes, `$`, `#`, backslashes or line ends).
std::vector<undeployed_variable>
undeployed(const compose_file& compose, const env_text::document& env, const std::vector<inspected_container>& running);

/// The database runs with another POSTGRES_PASSWORD than the env text has: it took that at its first start, so that a
/// deployment locks all services out. Told by its container alone, letter by letter.
bool has_other_password(
    const compose_file& compose, const env_text::document& env, const std::vector<inspected_container>& running
);

/// Whether Dokploy puts a variable beside the env text, such as APP_NAME.
bool is_given_by_dokploy(std::string_view name);

/// Whether a finding is healed by a deployment of what is there, so that no text has to change.
bool is_cured_by_deployment(std::string_view id);

} // namespace basekeeper::stack
