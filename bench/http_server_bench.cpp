// How many small requests per second the HTTP server answers over 16 connections that are kept alive, and what a
// connection and a stream at rest hold in memory.
#include "http/server.hpp"
#include "io/event.hpp"
#include "io/runtime.hpp"

#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace basekeeper;

constexpr std::string_view small_request = "POST /mcp HTTP/1.1\r\nHost: localhost:8420\r\nAccept: application/json\r\n"
                                           "Content-Type: application/json\r\nContent-Length: 40\r\n\r\n"
                                           "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

io::task<> pong(http::request /*asked*/, http::exchange& with)
{
    http::response out;
    out.headers.add("Content-Type", "application/json");
    out.body = R"({"jsonrpc":"2.0","id":1,"result":{}})";
    with.respond(std::move(out));
    co_return;
}

io::task<> silent_stream(http::request /*asked*/, http::exchange& with)
{
    http::response head;
    head.headers.add("Content-Type", "text/event-stream");
    with.stream(std::move(head));
    co_await with.done();
}

/// A server on a thread of its own.
class running_server
{
public:
    explicit running_server(http::handler answer)
    {
        std::atomic<int> port = 0;
        thread_ = std::thread([this, answer = std::move(answer), &port] { loop_.run_main(main(answer, port)); });
        while (port == 0)
            std::this_thread::yield();
        port_ = port;
    }

    ~running_server()
    {
        stop_ = true;
        thread_.join();
    }

    int connect() const
    {
        const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port_));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
            std::abort();
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return fd;
    }

    /// Processor time the server's thread has used.
    double busy_seconds()
    {
        clockid_t clock{};
        timespec used{};
        ::pthread_getcpuclockid(thread_.native_handle(), &clock);
        ::clock_gettime(clock, &used);
        return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
    }

private:
    io::task<int> main(http::handler answer, std::atomic<int>& port)
    {
        http::server served(
            loop_.executor(),
            {.most_connections = 10'000, .most_connections_per_address = 10'000},
            std::move(answer),
            {},
            log_
        );
        port = served.listen({.host = "127.0.0.1", .port = 0})->port;
        while (!stop_)
            static_cast<void>(co_await io::sleep(std::chrono::milliseconds{20}));
        static_cast<void>(co_await served.drain(io::deadline::after(std::chrono::milliseconds{100})));
        co_return 0;
    }

    io::runtime loop_;
    log::logger log_{log::level::error, log::format::text};
    std::atomic<bool> stop_ = false;
    int port_ = 0;
    std::thread thread_;
};

void send_all(int fd)
{
    if (::send(fd, small_request.data(), small_request.size(), MSG_NOSIGNAL) < 0)
        std::abort();
}

/// Keeps one request under way on every connection until `count` were answered.
void exchange_requests(const std::vector<int>& connections, std::int64_t count)
{
    std::vector<pollfd> watched;
    for (const int fd : connections) {
        watched.push_back({.fd = fd, .events = POLLIN, .revents = 0});
        send_all(fd);
    }
    std::array<char, 4'096> buffer;
    for (std::int64_t answered = 0; answered < count;) {
        ::poll(watched.data(), watched.size(), -1);
        for (const auto& one : watched) {
            if ((one.revents & POLLIN) == 0)
                continue;
            if (::recv(one.fd, buffer.data(), buffer.size(), 0) <= 0)
                std::abort();
            ++answered;
            send_all(one.fd);
        }
    }
    for (const int fd : connections) // the last answers
        if (::recv(fd, buffer.data(), buffer.size(), 0) <= 0)
            std::abort();
}

void small_requests(benchmark::State& state)
{
    running_server server(pong);
    std::vector<int> connections;
    for (int i = 0; i < state.range(0); ++i)
        connections.push_back(server.connect());
    constexpr std::int64_t batch = 50'000;
    const double before = server.busy_seconds();
    for (auto _ : state)
        exchange_requests(connections, batch);
    state.SetItemsProcessed(state.iterations() * batch);
    state.counters["per_server_core"] =
        static_cast<double>(state.iterations() * batch) / (server.busy_seconds() - before);
    for (const int fd : connections)
        ::close(fd);
}

BENCHMARK(small_requests)->Arg(1)->Arg(16)->UseRealTime()->Unit(benchmark::kMillisecond);

std::size_t heap_bytes()
{
    return mallinfo2().uordblks;
}

/// Opens 2,000 connections that have each had one request answered, or begun to be.
void at_rest(benchmark::State& state, http::handler answer)
{
    constexpr std::size_t count = 2'000;
    const rlimit many{.rlim_cur = 8'192, .rlim_max = 8'192};
    ::setrlimit(RLIMIT_NOFILE, &many);
    for (auto _ : state) {
        running_server server(answer);
        std::vector<int> connections;
        connections.reserve(count);
        const auto before = heap_bytes();
        std::array<char, 4'096> buffer;
        for (std::size_t i = 0; i < count; ++i) {
            connections.push_back(server.connect());
            send_all(connections.back());
            if (::recv(connections.back(), buffer.data(), buffer.size(), 0) <= 0)
                std::abort();
        }
        state.counters["bytes_each"] = static_cast<double>(heap_bytes() - before) / static_cast<double>(count);
        for (const int fd : connections)
            ::close(fd);
    }
}

void idle_connections(benchmark::State& state)
{
    at_rest(state, pong);
}

BENCHMARK(idle_connections)->Iterations(1)->Unit(benchmark::kMillisecond);

void idle_streams(benchmark::State& state)
{
    at_rest(state, silent_stream);
}

BENCHMARK(idle_streams)->Iterations(1)->Unit(benchmark::kMillisecond);

} // namespace
