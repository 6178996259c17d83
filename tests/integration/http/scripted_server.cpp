// Blocking sockets on a thread, OpenSSL for TLS.
#include "scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace basekeeper::test {
namespace {

void require(bool worked, const char* what)
{
    if (!worked)
        throw std::runtime_error(what);
}

/// A key and a certificate for `localhost` that signs itself.
SSL_CTX* make_tls(const std::filesystem::path& authority)
{
    auto* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
    auto* certificate = X509_new();
    require(key != nullptr && certificate != nullptr, "cannot make a key");
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
    X509_set_pubkey(certificate, key);
    auto* name = X509_get_subject_name(certificate);
    const std::array<unsigned char, 10> common{"localhost"};
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common.data(), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    auto* alternative = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(certificate, alternative, -1);
    X509_EXTENSION_free(alternative);
    require(X509_sign(certificate, key, EVP_sha256()) > 0, "cannot sign");
    auto* file = std::fopen(authority.c_str(), "w");
    require(file != nullptr && PEM_write_X509(file, certificate) == 1, "cannot write the authority");
    std::fclose(file);
    auto* out = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(out, certificate);
    SSL_CTX_use_PrivateKey(out, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return out;
}

/// One accepted connection, plain or encrypted.
struct conversation
{
    conversation(int accepted, SSL_CTX* with) : fd(accepted)
    {
        const timeval patience{5, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (with == nullptr)
            return;
        tls = SSL_new(with);
        SSL_set_fd(tls, fd);
        usable = SSL_accept(tls) == 1;
    }

    conversation(const conversation&) = delete;
    conversation& operator=(const conversation&) = delete;

    ~conversation()
    {
        if (tls != nullptr && usable)
            SSL_shutdown(tls);
        SSL_free(tls);
        ::close(fd);
    }

    std::string read() const
    {
        std::array<char, 65'536> part{};
        const auto n = tls != nullptr ? SSL_read(tls, part.data(), part.size())
                                      : static_cast<int>(::recv(fd, part.data(), part.size(), 0));
        return {part.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
    }

    void write(const std::string& text) const
    {
        if (tls != nullptr)
            SSL_write(tls, text.data(), static_cast<int>(text.size()));
        else
            static_cast<void>(::send(fd, text.data(), text.size(), MSG_NOSIGNAL));
    }

    int fd;
    SSL* tls = nullptr;
    bool usable = true;
};

/// The head, and as much of the body as its length says.
std::string read_request(const conversation& with)
{
    std::string text;
    for (;;) {
        const auto part = with.read();
        text += part;
        const auto end = text.find("\r\n\r\n");
        if (part.empty())
            return text;
        if (end == std::string::npos)
            continue;
        const auto length = text.find("Content-Length: ");
        const auto body = length < end ? std::stoul(text.substr(length + 16)) : 0;
        if (text.size() >= end + 4 + body)
            return text;
    }
}

} // namespace

struct scripted_server::running
{
    running(script s, SSL_CTX* with) : answer(std::move(s)), tls(with), fd(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        auto* address = reinterpret_cast<sockaddr*>(&at);
        require(::bind(fd, address, size) == 0 && ::listen(fd, 16) == 0, "cannot listen");
        ::getsockname(fd, address, &size);
        port = ntohs(at.sin_port);
        thread = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }

    running(const running&) = delete;
    running& operator=(const running&) = delete;

    ~running()
    {
        thread.request_stop();
        thread.join();
        ::close(fd);
        SSL_CTX_free(tls);
    }

    void serve(const std::stop_token& stop)
    {
        // A client that leaves early must not end the tests.
        sigset_t broken_pipe;
        sigemptyset(&broken_pipe);
        sigaddset(&broken_pipe, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
        while (!stop.stop_requested()) {
            pollfd ready{fd, POLLIN, 0};
            if (::poll(&ready, 1, 20) != 1)
                continue;
            const conversation with(::accept(fd, nullptr, nullptr), tls);
            if (!with.usable)
                continue;
            const auto request = read_request(with);
            if (request.empty())
                continue; // the client left, e.g. for want of trust
            {
                const std::scoped_lock lock(guard);
                seen.push_back(request);
            }
            with.write(answer(request));
        }
    }

    script answer;
    SSL_CTX* tls;
    int fd;
    int port = 0;
    std::mutex guard;
    std::vector<std::string> seen;
    std::jthread thread;
};

scripted_server::scripted_server(script answer) : running_(std::make_unique<running>(std::move(answer), nullptr)) {}

scripted_server::scripted_server(script answer, const std::filesystem::path& authority)
    : running_(std::make_unique<running>(std::move(answer), make_tls(authority)))
{}

scripted_server::~scripted_server() = default;

int scripted_server::port() const
{
    return running_->port;
}

std::vector<std::string> scripted_server::requests() const
{
    const std::scoped_lock lock(running_->guard);
    return running_->seen;
}

std::string answer(int status, const std::string& body, const std::string& more_headers)
{
    return "HTTP/1.1 " + std::to_string(status) + " Whatever\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n" + more_headers + "\r\n" + body;
}

} // namespace basekeeper::test
