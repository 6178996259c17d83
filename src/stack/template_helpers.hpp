// The helper functions of Dokploy's templates, such as `${password:32}`; included by the sources of this module only.
#pragma once

#include "stack/blueprint.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::stack {

using template_variables = std::map<std::string, std::string, std::less<>>;

/// What a call of a helper becomes; nothing when there is no helper of that name.
result<std::optional<std::string>>
help(std::string_view call, const template_variables& variables, const surroundings& here);

} // namespace basekeeper::stack
