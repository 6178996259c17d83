// What libcurl's codes and HTTP statuses mean for us; included by the client's sources only.
#pragma once

#include "base/error.hpp"

#include <curl/curl.h>

#include <string>
#include <string_view>

namespace basekeeper::http {

/// `host` as the URL names it; `said` is libcurl's own sentence about it.
error transfer_failure(CURLcode came_to, std::string_view host, std::string_view said);

/// The condition that a status of 300 or more stands for.
condition condition_of_status(int status);

} // namespace basekeeper::http
