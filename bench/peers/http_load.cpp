// Load over HTTP keep-alive for bench/peers/run: one thread, one request at a time on each connection, answers counted.
//
// usage: http_load PORT COUNT <REQUESTS
// REQUESTS: one request for each connection, each as its length in decimal, a line feed and its bytes. Every connection
// sends its own again and again until COUNT answers have come. Prints
// {"perSecond":…,"p50Ms":…,"p99Ms":…}; an answer that is not a success of MCP ends the program with 1 and is shown.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;

[[noreturn]] void give_up(std::string_view what, std::string_view more = {})
{
    std::fprintf(
        stderr,
        "http_load: %.*s %.*s\n",
        static_cast<int>(what.size()),
        what.data(),
        static_cast<int>(more.size()),
        more.data()
    );
    std::exit(1);
}

struct lane
{
    int fd = -1;
    std::string request;
    std::string received;
    steady::time_point sent;
};

std::optional<std::size_t> content_length(std::string_view head)
{
    std::string lower(head);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto at = lower.find("content-length: ");
    if (at == std::string::npos)
        return std::nullopt;
    std::size_t out = 0;
    std::from_chars(lower.data() + at + 16, lower.data() + lower.size(), out);
    return out;
}

/// Whether all of one answer is there; a body without a length is chunked.
bool is_whole(std::string_view received)
{
    const auto end = received.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return false;
    if (const auto length = content_length(received.substr(0, end)))
        return received.size() >= end + 4 + *length;
    return received.ends_with("0\r\n\r\n");
}

void expect_success(std::string_view answer)
{
    constexpr auto none = std::string_view::npos;
    if (!answer.starts_with("HTTP/1.1 200 ") || answer.find(R"("isError":true)") != none ||
        answer.find(R"("error":)") != none)
        give_up("an answer under load:", answer.substr(0, 400));
}

int connect_to(std::uint16_t port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        give_up("cannot connect");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void send_request(lane& on)
{
    on.sent = steady::now();
    // Requests are small: the kernel takes them whole.
    if (::write(on.fd, on.request.data(), on.request.size()) != static_cast<ssize_t>(on.request.size()))
        give_up("cannot send");
}

std::vector<lane> read_lanes()
{
    const std::string all{std::istreambuf_iterator<char>(std::cin), {}};
    std::vector<lane> out;
    for (std::string_view rest = all; !rest.empty();) {
        std::size_t length = 0;
        const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
        if (failed != std::errc{} || length > rest.size())
            give_up("the requests are not well formed");
        out.emplace_back().request = rest.substr(0, length);
        rest.remove_prefix(length);
    }
    return out;
}

/// Runs until `count` answers have come; returns how long each took, in milliseconds.
std::vector<double> run(std::vector<lane>& lanes, std::size_t count)
{
    const int poll = ::epoll_create1(0);
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        epoll_event what{.events = EPOLLIN, .data = {.u64 = i}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, lanes[i].fd, &what);
        send_request(lanes[i]);
    }
    std::vector<double> times;
    times.reserve(count);
    std::vector<char> buffer(std::size_t{256} << 10U);
    std::vector<epoll_event> ready(lanes.size());
    while (times.size() < count) {
        const int number = ::epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), 30'000);
        if (number <= 0)
            give_up("no answer within 30 s");
        for (int i = 0; i < number && times.size() < count; ++i) {
            auto& on = lanes[ready[static_cast<std::size_t>(i)].data.u64];
            const auto got = ::read(on.fd, buffer.data(), buffer.size());
            if (got <= 0)
                give_up("the server closed a connection after", on.received.substr(0, 400));
            on.received.append(buffer.data(), static_cast<std::size_t>(got));
            if (!is_whole(on.received))
                continue;
            times.push_back(std::chrono::duration<double, std::milli>(steady::now() - on.sent).count());
            expect_success(on.received);
            on.received.clear();
            send_request(on);
        }
    }
    return times;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3)
        give_up("usage: http_load PORT COUNT <REQUESTS");
    auto lanes = read_lanes();
    for (auto& one : lanes)
        one.fd = connect_to(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const auto from = steady::now();
    auto times = run(lanes, static_cast<std::size_t>(std::atoll(argv[2])));
    const auto seconds = std::chrono::duration<double>(steady::now() - from).count();
    std::ranges::sort(times);
    const auto at = [&](double share) {
        return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
    };
    std::printf(
        R"({"perSecond":%.1f,"p50Ms":%.4f,"p99Ms":%.4f})"
        "\n",
        static_cast<double>(times.size()) / seconds,
        at(0.5),
        at(0.99)
    );
}
