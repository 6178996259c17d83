// The compose file as Dokploy deploys it: with labels for the proxy and networks, comments lost.
#pragma once

#include "base/result.hpp"
#include "features/rehearsal/rows.hpp"
#include "yaml/node.hpp"

#include <string>
#include <vector>

namespace basekeeper::rehearsal {

/// `service` is a row of compose, `domains` its rows of domains. Fails with invalid_argument for what is no YAML, and
/// for a domain that names a service that is not there.
result<std::string> converted_compose(const row& service, const std::vector<row*>& domains);

/// A tree as YAML in block style.
std::string yaml_text(const yaml::node& tree);

} // namespace basekeeper::rehearsal
