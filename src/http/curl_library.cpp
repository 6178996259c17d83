// dlopen and dlsym, one line per function.
#include "http/curl_library.hpp"

#include <dlfcn.h>

#include <csignal>
#include <string>

namespace basekeeper::http {
namespace {

/// False when the library does not have it.
template <class Function>
bool find(void* library, const char* name, Function& into)
{
    into = reinterpret_cast<Function>(::dlsym(library, name)); // POSIX allows it for functions
    return into != nullptr;
}

bool find_all(void* in, curl_library& to)
{
    return find(in, "curl_global_init", to.global_init) && find(in, "curl_easy_init", to.easy_init) &&
           find(in, "curl_easy_setopt", to.easy_setopt) && find(in, "curl_easy_getinfo", to.easy_getinfo) &&
           find(in, "curl_easy_strerror", to.easy_strerror) && find(in, "curl_easy_cleanup", to.easy_cleanup) &&
           find(in, "curl_slist_append", to.slist_append) && find(in, "curl_slist_free_all", to.slist_free_all) &&
           find(in, "curl_multi_init", to.multi_init) && find(in, "curl_multi_setopt", to.multi_setopt) &&
           find(in, "curl_multi_add_handle", to.multi_add_handle) &&
           find(in, "curl_multi_remove_handle", to.multi_remove_handle) &&
           find(in, "curl_multi_socket_action", to.multi_socket_action) &&
           find(in, "curl_multi_info_read", to.multi_info_read) && find(in, "curl_multi_cleanup", to.multi_cleanup);
}

std::unexpected<error> unusable(std::string why)
{
    return fail(
        condition::unavailable,
        "libcurl, which HTTP requests need, cannot be loaded: " + std::move(why),
        "install it: `apt install libcurl4`"
    );
}

} // namespace

result<std::unique_ptr<const curl_library>> load_curl()
{
    auto* library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* why = ::dlerror(); // NOLINT(concurrency-mt-unsafe): glibc keeps it per thread
        return unusable(why == nullptr ? "it is not there" : why);
    }
    auto out = std::make_unique<curl_library>();
    if (!find_all(library, *out))
        return unusable("it is older than 7.61");
    // OpenSSL writes to sockets without MSG_NOSIGNAL: a peer that leaves would end the program.
    std::signal(SIGPIPE, SIG_IGN);
    if (out->global_init(CURL_GLOBAL_ALL) != CURLE_OK)
        return unusable("it could not be initialised");
    return out;
}

} // namespace basekeeper::http
