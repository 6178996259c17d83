// libcurl, loaded when it is first needed; included by the client's sources only.
#pragma once

#include "base/result.hpp"

#include <curl/curl.h>

#include <memory>

namespace basekeeper::http {

/// The functions of libcurl that the client calls. Loaded once and never unloaded: it leaves exit handlers behind.
/// Linking it would cost every start of the program some 30 libraries; see docs/decisions/0013.
struct curl_library
{
    decltype(&::curl_global_init) global_init;
    decltype(&::curl_easy_init) easy_init;
    decltype(&::curl_easy_setopt) easy_setopt;
    decltype(&::curl_easy_getinfo) easy_getinfo;
    decltype(&::curl_easy_strerror) easy_strerror;
    decltype(&::curl_easy_cleanup) easy_cleanup;
    decltype(&::curl_slist_append) slist_append;
    decltype(&::curl_slist_free_all) slist_free_all;
    decltype(&::curl_multi_init) multi_init;
    decltype(&::curl_multi_setopt) multi_setopt;
    decltype(&::curl_multi_add_handle) multi_add_handle;
    decltype(&::curl_multi_remove_handle) multi_remove_handle;
    decltype(&::curl_multi_socket_action) multi_socket_action;
    decltype(&::curl_multi_info_read) multi_info_read;
    decltype(&::curl_multi_cleanup) multi_cleanup;
};

/// Loads and initialises it; SIGPIPE is ignored from then on. Blocks for some milliseconds: on an offload thread. Fails
/// with unavailable when the machine has no libcurl.so.4.
result<std::unique_ptr<const curl_library>> load_curl();

} // namespace basekeeper::http
