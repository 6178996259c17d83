// A server on a loopback port and the clients of one test.
#pragma once

#include "http/server.hpp"
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "io/runtime.hpp"
#include "support/raw_client.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>

namespace basekeeper::http::test_rig {

using namespace std::chrono_literals;
using test::raw_client;

/// A server with the given handler and limits, drained at the end of `run`.
struct rig
{
    rig(io::runtime& loop, handler answer, server_settings limits = {}, gate admit = {})
        : on(loop), served(loop.executor(), limits, std::move(answer), std::move(admit), quiet)
    {
        auto opened = served.listen({.host = "127.0.0.1", .port = 0});
        EXPECT_TRUE(opened) << opened.error().message;
        if (opened)
            at = *opened;
    }

    raw_client client(int receive_buffer_bytes = 0) { return {on, at, receive_buffer_bytes}; }

    /// Sends and returns the one response.
    io::task<std::string> ask(std::string bytes)
    {
        auto one = client();
        co_await one.send(std::move(bytes));
        co_return co_await one.response();
    }

    io::task<> stop() { EXPECT_TRUE(co_await served.drain(io::deadline::after(10s))); }

    io::runtime& on;
    log::logger quiet{log::level::off, log::format::text};
    server served;
    net::endpoint at;
};

inline std::string get(const std::string& path, const std::string& fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

/// Answers with method, path and body.
inline io::task<> echo(request asked, exchange& with)
{
    response out;
    out.body = asked.method + " " + asked.path + " " + asked.body;
    with.respond(std::move(out));
    co_return;
}

inline std::string body_of(const std::string& response)
{
    const auto end = response.find("\r\n\r\n");
    return end == std::string::npos ? "no head: " + response : response.substr(end + 4);
}

/// The status of a response, or 0 when there is none.
inline int status_of(const std::string& response)
{
    return response.starts_with("HTTP/1.1 ") ? std::stoi(response.substr(9, 3)) : 0;
}

} // namespace basekeeper::http::test_rig
