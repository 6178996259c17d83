// getaddrinfo, which blocks for as long as the name servers take.
#include "net/resolve.hpp"

#include "io/abandonable.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <memory>

namespace basekeeper::net {
namespace {

resolved resolve_blocking(const std::string& host)
{
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    resolved out;
    const int status = ::getaddrinfo(host.c_str(), nullptr, &wanted, &list);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    for (const auto* each = list; status == 0 && each != nullptr; each = each->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
            out.addresses.emplace_back(text.data());
    }
    if (status != 0)
        out.reason = ::gai_strerror(status);
    return out;
}

bool is_numeric(const std::string& host)
{
    addrinfo wanted{};
    wanted.ai_flags = AI_NUMERICHOST;
    addrinfo* list = nullptr;
    const bool numeric = ::getaddrinfo(host.c_str(), nullptr, &wanted, &list) == 0;
    if (list != nullptr)
        ::freeaddrinfo(list);
    return numeric;
}

} // namespace

io::task<result<resolved>> resolve(io::executor where, io::offload_pool& threads, std::string host, io::deadline until)
{
    if (is_numeric(host))
        co_return resolved{.addresses = {std::move(host)}, .reason = {}};
    co_return co_await io::run_abandonable<resolved>(
        std::move(where), threads, [host = std::move(host)] { return resolve_blocking(host); }, until
    );
}

} // namespace basekeeper::net
