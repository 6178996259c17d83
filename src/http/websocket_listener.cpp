// The opening handshake by hand, frames by their codec.
#include "http/websocket_listener.hpp"

#include "base/text.hpp"
#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "crypto/sha1.hpp"
#include "http/ascii.hpp"
#include "http/websocket_frame.hpp"
#include "net/client_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace basekeeper::http {
namespace {

constexpr std::size_t most_head = std::size_t{16} << 10U;
constexpr std::size_t window = std::size_t{16} << 10U;
constexpr unsigned own_codes = 4000; ///< RFC 6455 section 7.4.2: of the application
constexpr unsigned not_authorized = 4003;

/// The parts of a URL that a handshake needs.
struct place
{
    bool encrypted = false;
    net::host_and_port server;
    std::string authority;
    std::string target;
};

result<place> place_of(std::string_view url)
{
    const bool encrypted = url.starts_with("https://");
    if (!encrypted && !url.starts_with("http://"))
        return fail(
            condition::invalid_argument,
            "the URL of a WebSocket is not one of http or https",
            "write it as https://HOST/PATH"
        );
    url.remove_prefix(encrypted ? 8 : 7);
    const auto end = std::min(url.find_first_of("/?#"), url.size());
    place out{
        .encrypted = encrypted, .authority = std::string(url.substr(0, end)), .target = std::string(url.substr(end))
    };
    if (!out.target.starts_with('/'))
        out.target.insert(0, "/");
    const bool has_port = out.authority.rfind(':') != std::string::npos && !out.authority.ends_with(']');
    const auto port = encrypted ? ":443" : ":80";
    out.server = TRY(net::parse_host_and_port(has_port ? out.authority : out.authority + port));
    return out;
}

std::string new_key()
{
    std::array<std::byte, 16> drawn{};
    crypto::random_bytes(drawn);
    return crypto::to_base64(drawn);
}

std::string accepting(const std::string& key)
{
    return crypto::to_base64(crypto::sha1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

/// Holds the secrets of its fields.
crypto::secret<> request_text(const place& to, const std::string& key, const std::vector<secret_header>& secrets)
{
    return crypto::secret<>::filled_by([&](std::string& out) {
        out = fmt::format(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: {}\r\n",
            to.target,
            to.authority,
            key
        );
        for (const auto& field : secrets)
            out.append(field.name).append(": ").append(field.value.reveal()).append("\r\n");
        out += "\r\n";
    });
}

/// The value of a field of an answer's head.
std::string_view field_of(std::string_view head, std::string_view name)
{
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
        const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && same_word(line.substr(0, colon), name))
            return trimmed(line.substr(colon + 1));
    }
    return {};
}

result<> judge(std::string_view head, const std::string& key, std::string_view authority)
{
    int status = 0;
    const auto digits = head.substr(std::min(head.find(' '), head.size() - 1) + 1, 3);
    std::from_chars(digits.data(), digits.data() + digits.size(), status);
    if (status == 101 && field_of(head, "Sec-WebSocket-Accept") == accepting(key))
        return {};
    const auto code = status == 401 || status == 403 ? condition::denied
                      : status == 404                ? condition::not_found
                                                     : condition::unavailable;
    return fail(
        code,
        fmt::format("{} did not open a WebSocket: its answer was {}", authority, status),
        "check the URL and the key, and that the proxy before the service passes WebSockets on"
    );
}

/// What a close frame of the other side means.
result<std::optional<std::string>> judge_close(std::string_view payload, std::string_view authority)
{
    const auto code = payload.empty() ? std::expected<unsigned, unsigned>(close_code::no_code) : read_close(payload);
    if (!code || *code < own_codes)
        return std::optional<std::string>{};
    error out(
        *code == not_authorized ? condition::denied : condition::invalid_argument,
        fmt::format("{} closed the WebSocket with code {}", authority, *code),
        "read what it says about it"
    );
    out.server_text = payload.substr(std::min<std::size_t>(2, payload.size()));
    return std::unexpected(std::move(out));
}

bool is_clean(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

} // namespace

struct websocket_listener::state
{
    net::client_connection line;
    std::string authority;
    std::size_t longest_message = 0;
    std::string unread{};  ///< bytes that came and are no whole frame yet
    std::string message{}; ///< of frames so far

    io::task<result<bool>> read_more(io::deadline until)
    {
        std::array<char, window> some{};
        const auto got = CO_TRY(co_await line.read_some(some, until));
        unread.append(some.data(), got);
        co_return got > 0;
    }

    io::task<result<std::string>> read_head(io::deadline until)
    {
        for (;;) {
            const auto end = unread.find("\r\n\r\n");
            if (end != std::string::npos) {
                auto head = unread.substr(0, end + 2);
                unread.erase(0, end + 4);
                co_return head;
            }
            const bool more = unread.size() < most_head && CO_TRY(co_await read_more(until));
            if (!more)
                co_return fail(
                    condition::unavailable,
                    fmt::format("{} did not answer as HTTP does", authority),
                    "check that the URL is that of the service"
                );
        }
    }
};

websocket_listener::websocket_listener(std::unique_ptr<state> opened) : state_(std::move(opened)) {}

websocket_listener::~websocket_listener() = default;
websocket_listener::websocket_listener(websocket_listener&&) noexcept = default;
websocket_listener& websocket_listener::operator=(websocket_listener&&) noexcept = default;

io::task<result<websocket_listener>>
websocket_listener::open(io::executor where, io::offload_pool& threads, websocket_target to, io::deadline until)
{
    const auto at = CO_TRY(place_of(to.url));
    if (!is_clean(to.url) || std::ranges::any_of(to.secrets, [](const auto& s) { return !is_clean(s.value.reveal()); }))
        co_return fail(
            condition::invalid_argument, "the URL or a field of a WebSocket holds a blank or a line break", "remove it"
        );
    auto line = CO_TRY(co_await net::client_connection::open(where, threads, at.server, until));
    if (at.encrypted) {
        net::tls_trust trust{.authorities = to.certificates};
        const auto shown = CO_TRY(co_await line.start_tls(at.server.host, std::move(trust), until));
        const bool believed = to.pin.empty() ? shown.trusted() : shown.pin == to.pin;
        if (!believed)
            co_return fail(
                condition::denied,
                fmt::format("the certificate of {} cannot be trusted: {}", at.authority, shown.why),
                "check the host name, or pin its key if you know it"
            );
    }
    auto opened = std::make_unique<state>(state{std::move(line), at.authority, to.longest_message});
    const auto key = new_key();
    const auto asked = request_text(at, key, to.secrets);
    CO_TRY(co_await opened->line.write_all(asked.reveal(), until));
    const auto head = CO_TRY(co_await opened->read_head(until));
    CO_TRY(judge(head, key, at.authority));
    co_return websocket_listener(std::move(opened));
}

io::task<result<std::optional<std::string>>> websocket_listener::receive(io::deadline until)
{
    auto& s = *state_;
    for (;;) {
        auto frame = read_frame(s.unread, s.longest_message, frame_sender::server);
        if (!frame)
            co_return fail(
                condition::unavailable,
                fmt::format("{} sent what is no WebSocket, or too much", s.authority),
                "ask for less"
            );
        if (!*frame) {
            if (!CO_TRY(co_await s.read_more(until)))
                co_return std::optional<std::string>{};
            continue;
        }
        auto one = *std::move(*frame);
        s.unread.erase(0, one.size);
        switch (one.kind) {
        case opcode::ping:
            CO_TRY(co_await s.line.write_all(masked_frame(opcode::pong, one.payload), until));
            break;
        case opcode::pong:
            break;
        case opcode::close:
            co_return judge_close(one.payload, s.authority);
        case opcode::continuation:
        case opcode::text:
        case opcode::binary:
            if (s.message.size() + one.payload.size() > s.longest_message)
                co_return fail(
                    condition::unavailable,
                    fmt::format("{} sent a message that is too long", s.authority),
                    "ask for less"
                );
            s.message += one.payload;
            if (one.final)
                co_return std::optional(std::exchange(s.message, {}));
        }
    }
}

} // namespace basekeeper::http
