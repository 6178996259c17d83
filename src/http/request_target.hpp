// The second word of a request: which path, with which query.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::http {

struct request_target
{
    std::string path; ///< decoded, starts with `/`
    std::vector<std::pair<std::string, std::string>> query{};
    std::string_view authority{}; ///< of an absolute target, which outranks the Host field; refers into the text
};

/// Reads the origin form (`/a?b=c`) and the absolute form (`http://host/a?b=c`) of RFC 9112 section 3.2. In queries a
/// plus sign is a blank. Fails with invalid_argument, also for the other two forms, which only proxies and OPTIONS use.
result<request_target> parse_target(std::string_view text);

} // namespace basekeeper::http
