// Starting the HTTP transport for the fixtures: no credentials, but Host and Origin are checked as in the product.
#include "conformance/serve_http.hpp"

#include "access/origins.hpp"
#include "http/server.hpp"
#include "io/signals.hpp"
#include "log/logger.hpp"
#include "transports/http/endpoint.hpp"
#include "transports/http/refusal.hpp"

#include <boost/asio/this_coro.hpp>

#include <csignal>
#include <cstdio>

namespace basekeeper::conformance {
namespace {

std::optional<http::response> admit(const access::origin_rules& places, const http::request& head)
{
    auto no = places.check_host(head.headers.find("host"));
    if (!no)
        no = places.check_origin(head.headers.find("origin"));
    return no ? std::optional(transports::refusal(no->status, no->message)) : std::nullopt;
}

} // namespace

io::task<int> serve_http(mcp::server& of, std::string address)
{
    const auto where = co_await boost::asio::this_coro::executor;
    auto place = net::parse_endpoint(address);
    log::logger quiet(log::level::warning, log::format::text);
    transports::endpoint face(of, where);
    const access::origin_rules places({});
    http::server server(
        where,
        {},
        [&face](http::request asked, http::exchange& with) {
            return face.serve(std::move(asked), with, {{"http:conformance"}});
        },
        [&places](const http::request& head) { return admit(places, head); },
        quiet
    );
    const auto at = place ? server.listen(*place) : std::unexpected(place.error());
    int code = 0;
    if (at) {
        face.start();
        std::printf("http://%s/mcp\n", at->to_string().c_str());
        std::fflush(stdout);
        static_cast<void>(co_await io::wait_for_signal({SIGTERM, SIGINT}));
    } else {
        std::fprintf(stderr, "cannot listen on %s: %s\n", address.c_str(), at.error().message.c_str());
        code = 69;
    }
    face.wind_up();
    static_cast<void>(co_await server.drain(io::deadline::after(std::chrono::seconds{1})));
    co_await face.close();
    co_return code;
}

} // namespace basekeeper::conformance
