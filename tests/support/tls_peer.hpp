// A TLS client that reports which certificate the server showed.
#pragma once

#include "io/descriptor.hpp"
#include "support/certificates.hpp"
#include "support/raw_client.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace basekeeper::test {

/// A TLS connection on top of a raw one. Trusts everybody.
class tls_client
{
public:
    tls_client(io::runtime& on, const net::endpoint& to, int highest_version = TLS1_3_VERSION)
        : raw_(on, to), rules_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), session_(nullptr, SSL_free)
    {
        SSL_CTX_set_security_level(rules_.get(), 0); // so that even old versions are offered
        SSL_CTX_set_min_proto_version(rules_.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(rules_.get(), highest_version);
        session_.reset(SSL_new(rules_.get()));
        SSL_set_fd(session_.get(), raw_.fd());
        SSL_set_connect_state(session_.get());
    }

    io::task<bool> handshake()
    {
        for (;;) {
            const int done = SSL_do_handshake(session_.get());
            if (done == 1)
                co_return true;
            if (!co_await wait_for(done))
                co_return false;
        }
    }

    /// The common name of the server's certificate.
    std::string server_name() const
    {
        const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(session_.get()), X509_free);
        std::array<char, 100> name{};
        if (shown)
            X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name.data(), name.size());
        return name.data();
    }

    io::task<> send(std::string bytes)
    {
        std::size_t put = 0;
        while (!bytes.empty()) {
            const int done = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &put);
            if (done == 1)
                bytes.erase(0, put);
            else if (!co_await wait_for(done)) {
                ADD_FAILURE() << "while sending";
                co_return;
            }
        }
    }

    /// What comes up to and including `mark`; what came so far when the connection ends first.
    io::task<std::string> read_until(std::string mark)
    {
        std::string out;
        char c = 0;
        std::size_t got = 0;
        while (!out.ends_with(mark)) {
            const int done = SSL_read_ex(session_.get(), &c, 1, &got);
            if (done == 1)
                out += c;
            else if (!co_await wait_for(done))
                break;
        }
        co_return out;
    }

    /// The connection below, past which nothing is encrypted.
    raw_client& beneath() { return raw_; }

private:
    io::task<bool> wait_for(int outcome)
    {
        const int why = SSL_get_error(session_.get(), outcome);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
            co_return false;
        const auto what = why == SSL_ERROR_WANT_READ ? io::readiness::read : io::readiness::write;
        co_return (co_await raw_.descriptor().wait(what, io::deadline::after(std::chrono::seconds{10}))).has_value();
    }

    raw_client raw_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> rules_;
    std::unique_ptr<SSL, decltype(&SSL_free)> session_;
};

} // namespace basekeeper::test
