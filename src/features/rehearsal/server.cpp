// From requests of HTTP to those of the world, and back.
#include "features/rehearsal/server.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace basekeeper::rehearsal {
namespace {

using namespace std::chrono_literals;

/// How the server underneath is told to close a connection without an answer.
struct connection_dropped : std::runtime_error
{
    connection_dropped() : std::runtime_error("dropped on purpose") {}
};

std::optional<std::string> header(const http::request& from, std::string_view name)
{
    const auto found = from.headers.find(name);
    return found ? std::optional<std::string>(*found) : std::nullopt;
}

asked read(http::request from)
{
    asked out{.method = from.method, .path = from.path};
    out.query = std::move(from.query);
    out.key = header(from, "x-api-key");
    out.content_type = header(from, "content-type");
    out.body = std::move(from.body);
    return out;
}

http::response written(answer from)
{
    http::response out{.status = from.status};
    out.headers.add("Content-Type", std::move(from.content_type));
    out.headers.add("X-Frame-Options", "DENY");
    for (auto& [name, value] : from.headers)
        out.headers.add(std::move(name), std::move(value));
    out.body = std::move(from.body);
    return out;
}

} // namespace

server::server(io::executor where, const clock& time, server_settings how)
    : time_(time), how_(std::move(how)), began_(time.wall()), began_steadily_(time.steady()), world_(how_.of, began_),
      wire_(world_), quiet_(log::level::off, log::format::text),
      served_(
          where,
          {},
          [this](http::request asked, http::exchange& with) { return answer_one(std::move(asked), with); },
          {},
          quiet_
      )
{}

result<access_facts> server::start()
{
    for (const auto& one : how_.faults)
        TRY(world_.faults.add(one, began_));
    const auto at = TRY(served_.listen({.host = "127.0.0.1", .port = how_.port}));
    access_facts out{.url = fmt::format("http://{}", at.to_string())};
    for (const auto& key : world_.keys.all())
        (key.role == member_role::owner ? out.key : out.member_key) = key.text;
    world_.how.catalogue_url = out.url + "/templates";
    return out;
}

world& server::at_present()
{
    const auto passed = std::chrono::duration<double, std::micro>(time_.steady() - began_steadily_) * how_.speed;
    world_.advance(began_ + std::chrono::duration_cast<std::chrono::microseconds>(passed));
    return world_;
}

io::task<> server::answer_one(http::request asked, http::exchange& with)
{
    at_present();
    auto out = wire_.respond(read(std::move(asked)));
    if (out.how == delivery::dropped)
        throw connection_dropped();
    if (out.how == delivery::never)
        co_await with.done(); // until the client gives up
    else
        with.respond(written(std::move(out)));
}

io::task<> server::stop()
{
    static_cast<void>(co_await served_.drain(io::deadline::after(2s)));
}

} // namespace basekeeper::rehearsal
