// Blocking sockets on a thread of its own.
#include "integration/ways/refusing_pooler.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace basekeeper::ways {
namespace {

constexpr std::uint32_t tls_request = 80877103;

bool read_all(int fd, char* into, std::size_t size)
{
    while (size > 0) {
        const auto got = ::recv(fd, into, size, 0);
        if (got <= 0)
            return false;
        into += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

std::uint32_t number_at(const char* bytes)
{
    std::uint32_t n = 0;
    for (int i = 0; i < 4; ++i)
        n = (n << 8U) | static_cast<unsigned char>(bytes[i]);
    return n;
}

} // namespace

refusing_pooler::refusing_pooler(std::string sqlstate, std::string message)
    : sqlstate_(std::move(sqlstate)), message_(std::move(message)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        throw std::runtime_error("the pooler cannot listen");
    port_ = ntohs(address.sin_port);
    serving_ = std::thread([this] { serve(); });
}

refusing_pooler::~refusing_pooler()
{
    ::shutdown(listener_, SHUT_RDWR); // wakes accept
    serving_.join();
    ::close(listener_);
}

void refusing_pooler::serve()
{
    for (;;) {
        const int client = ::accept(listener_, nullptr, nullptr);
        if (client < 0)
            return;
        refuse(client);
        ::close(client);
    }
}

void refusing_pooler::refuse(int client) const
{
    for (;;) {
        std::array<char, 8> head{};
        if (!read_all(client, head.data(), head.size()))
            return;
        if (number_at(head.data() + 4) == tls_request) {
            if (::send(client, "N", 1, MSG_NOSIGNAL) != 1)
                return;
            continue;
        }
        std::string rest(number_at(head.data()) - head.size(), '\0');
        if (!read_all(client, rest.data(), rest.size()))
            return;
        break;
    }
    std::string fields;
    const auto add = [&](char kind, const std::string& value) {
        fields += kind;
        fields += value;
        fields += '\0';
    };
    add('S', "FATAL");
    add('V', "FATAL");
    add('C', sqlstate_);
    add('M', message_);
    fields += '\0';
    std::string answer = "E";
    const auto size = static_cast<std::uint32_t>(fields.size() + 4);
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        answer += static_cast<char>((size >> shift) & 255U);
    answer += fields;
    (void)::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
}

} // namespace basekeeper::ways
