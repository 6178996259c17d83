// `${{project.NAME}}` and its kin in the env text of a service.
#pragma once

#include "base/result.hpp"
#include "env_text/document.hpp"

#include <string>

namespace basekeeper::rehearsal {

/// Dotenv texts.
struct env_texts
{
    std::string service;
    std::string environment;
    std::string project;
};

/// The variables of the service, as dotenv reads them, with what they refer to. Fails with invalid_argument, in the
/// words of Dokploy, for a reference to nothing.
result<env_text::values> resolve_references(const env_texts& texts);

} // namespace basekeeper::rehearsal
