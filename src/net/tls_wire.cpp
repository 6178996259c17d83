// The wire with TLS: OpenSSL on a non-blocking socket, no buffers of ours.
#include "net/tls_wire.hpp"

#include "io/event.hpp"
#include "net/readiness.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <string>

namespace basekeeper::net {

namespace {

constexpr std::size_t most_record_bytes = 16'384; // RFC 8446 section 5.1

class tls_wire final : public wire
{
public:
    tls_wire(io::executor where, open_socket connected, SSL_CTX* rules)
        : where_(where), socket_(std::move(where), std::move(connected)), session_(make_session(rules, socket_.fd()))
    {
        SSL_set_accept_state(session_.get());
    }

    ~tls_wire() override
    {
        if (established_ && !broken_)
            SSL_shutdown(session_.get()); // sends close_notify as far as it goes out at once
        ERR_clear_error();
    }

    io::task<result<>> handshake(io::deadline until) override
    {
        io::event ready(where_);
        for (;;) {
            ERR_clear_error();
            const int done = SSL_do_handshake(session_.get());
            if (done == 1)
                break;
            const int why = SSL_get_error(session_.get(), done);
            if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
                co_return fail(condition::denied, std::string("the TLS handshake failed: ") + last_tls_reason());
            ready.reset();
            tell_read_ = [&ready] { ready.set(); };
            if (why == SSL_ERROR_WANT_READ)
                socket_.when_readable([this] { wake(); });
            else
                socket_.when_writable([this] { wake(); });
            const auto waited = co_await ready.wait(until);
            tell_read_ = nullptr; // it refers to what ends with this call
            if (!waited)
                co_return fail(waited.error());
            if (given_up_)
                co_return fail(condition::cancelled, "the TLS handshake was given up");
        }
        established_ = true;
        co_return result<>{};
    }

    void give_up_handshake() override
    {
        given_up_ = true;
        wake();
    }

    transfer read_now(std::span<char> into) override
    {
        ERR_clear_error();
        std::size_t got = 0;
        const int done = SSL_read_ex(session_.get(), into.data(), into.size(), &got);
        if (done == 1)
            return {progress::moved, got};
        const int why = SSL_get_error(session_.get(), done);
        read_needs_write_ = why == SSL_ERROR_WANT_WRITE;
        if (why == SSL_ERROR_ZERO_RETURN)
            return {progress::ended};
        return fail_or_block(why);
    }

    transfer write_now(std::span<const std::string_view> pieces) override
    {
        ERR_clear_error();
        record_buffer buffer;
        const auto record = gather(pieces, buffer);
        std::size_t put = 0;
        const int done = SSL_write_ex(session_.get(), record.data(), record.size(), &put);
        if (done == 1)
            return {progress::moved, put};
        const int why = SSL_get_error(session_.get(), done);
        write_needs_read_ = why == SSL_ERROR_WANT_READ;
        return fail_or_block(why);
    }

    void when_readable(std::function<void()> tell) override
    {
        tell_read_ = std::move(tell);
        // What is decrypted already; the rest of a record, or another one, is still in the socket: nothing is read
        // ahead.
        if (SSL_pending(session_.get()) > 0)
            socket_.when_readable_at_once([this] { wake(); });
        else if (read_needs_write_)
            socket_.when_writable([this] { wake(); });
        else
            socket_.when_readable([this] { wake(); });
    }

    void when_writable(std::function<void()> tell) override
    {
        tell_write_ = std::move(tell);
        if (write_needs_read_)
            socket_.when_readable([this] { wake(); });
        else
            socket_.when_writable([this] { wake(); });
    }

    void end_writing() override
    {
        ERR_clear_error();
        if (established_ && !broken_)
            SSL_shutdown(session_.get());
        ERR_clear_error();
        broken_ = true;
        ::shutdown(socket_.fd(), SHUT_WR);
    }

private:
    using record_buffer = std::array<char, most_record_bytes>;

    /// Small pieces in one record instead of one each. The beginning of `pieces` decides, so a repeated call writes at
    /// least what the first one did.
    static std::string_view gather(std::span<const std::string_view> pieces, record_buffer& into)
    {
        if (pieces.size() == 1 || pieces[0].size() >= most_record_bytes)
            return pieces[0].substr(0, most_record_bytes);
        std::size_t used = 0;
        for (const auto piece : pieces) {
            const auto taken = piece.substr(0, into.size() - used);
            std::ranges::copy(taken, into.data() + used);
            used += taken.size();
        }
        return {into.data(), used};
    }

    transfer fail_or_block(int why)
    {
        if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
            return {progress::blocked};
        broken_ = true;
        return {progress::broken};
    }

    /// Either direction may have been waiting for the other's readiness.
    void wake()
    {
        const auto read = std::exchange(tell_read_, nullptr);
        const auto write = std::exchange(tell_write_, nullptr);
        if (read)
            read();
        if (write)
            write();
    }

    io::executor where_;
    readiness socket_;
    ssl_owner<SSL> session_;
    std::function<void()> tell_read_;
    std::function<void()> tell_write_;
    bool established_ = false;
    bool given_up_ = false;
    bool broken_ = false;
    bool read_needs_write_ = false;
    bool write_needs_read_ = false;
};

} // namespace

std::unique_ptr<wire> make_tls_wire(io::executor where, open_socket connected, SSL_CTX* rules)
{
    return std::make_unique<tls_wire>(std::move(where), std::move(connected), rules);
}

} // namespace basekeeper::net
