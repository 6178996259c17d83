// From requests of HTTP to those of the world, and back; certificates for the hosts that are deployed.
#include "features/rehearsal/server.hpp"

#include "features/rehearsal/container_logs.hpp"
#include "io/event.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace basekeeper::rehearsal {
namespace {

using namespace std::chrono_literals;

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

/// As a client would have sent it.
std::string escaped(std::string_view text, std::string_view kept)
{
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text)
        if (plain.contains(c) || kept.contains(c))
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
}

/// The last lines of a container's log; none for one that is not there.
std::vector<std::string> tail_of(world& in, const std::string& id, const std::string& tail)
{
    const auto* c = in.docker.find(id);
    if (c == nullptr)
        return {};
    std::size_t most = 100;
    std::from_chars(tail.data(), tail.data() + tail.size(), most);
    return container_log(*in.docker.owner_of(*c), *c, in.faults, {.to = in.now, .most = most});
}

front_request read_for_stack(http::request from)
{
    front_request out{.method = std::move(from.method), .path = escaped(from.path, "/:@!$&'()*+,;=")};
    for (const auto& [name, value] : from.query)
        out.query += (out.query.empty() ? "" : "&") + escaped(name, "") + "=" + escaped(value, "");
    out.headers = from.headers.fields();
    out.body = std::move(from.body);
    return out;
}

} // namespace

server::server(io::executor where, const clock& time, server_settings how)
    : where_(where), time_(time), how_(std::move(how)), began_(time.wall()), began_steadily_(time.steady()),
      world_(how_.of, began_), wire_(world_), quiet_(log::level::off, log::format::text),
      served_(
          where,
          {},
          [this](http::request asked, http::exchange& with) { return answer_one(std::move(asked), with); },
          {},
          quiet_
      ),
      stacks_(
          where,
          {},
          [this](http::request asked, http::exchange& with) { return answer_for_stack(std::move(asked), with); },
          {},
          quiet_
      )
{}

server::~server()
{
    std::error_code ignored;
    if (!folder_.empty())
        std::filesystem::remove_all(folder_, ignored);
}

result<> server::make_folder()
{
    auto name = (std::filesystem::temp_directory_path() / "basekeeper-rehearsal-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
        return fail(
            condition::unavailable,
            "cannot make a folder for the certificates of the rehearsal",
            "set TMPDIR to a folder that can be written"
        );
    folder_ = name;
    return {};
}

result<access_facts> server::start()
{
    for (const auto& one : how_.faults)
        TRY(world_.faults.add(one, began_));
    TRY(make_folder());
    authority_.emplace(TRY(net::certificate_authority::create("basekeeper rehearsal", folder_ / "ca.pem")));
    TRY(certify());
    const auto at = TRY(served_.listen({.host = "127.0.0.1", .port = how_.port}));
    access_facts out{.url = fmt::format("http://{}", at.to_string())};
    out.stacks = TRY(stacks_.listen({.host = "127.0.0.1", .port = 0}, tls_)).to_string();
    out.plain_stacks = TRY(stacks_.listen({.host = "127.0.0.1", .port = 0})).to_string();
    out.authority_file = folder_ / "ca.pem";
    for (const auto& key : world_.keys.all())
        (key.role == member_role::owner ? out.key : out.member_key) = key.text;
    world_.how.catalogue_url = out.url + "/templates";
    return out;
}

/// One certificate for all hosts that have one, made anew when they change.
result<> server::certify()
{
    auto hosts = certified_hosts(world_);
    const bool over = world_.faults.certificate_is_over();
    if (tls_ != nullptr && hosts == certified_ && over == certified_as_expired_)
        return {};
    const net::tls_files files{.certificate_chain = folder_ / "chain.pem", .private_key = folder_ / "key.pem"};
    TRY(authority_->issue(hosts, over ? net::certificate_term::expired : net::certificate_term::current, files));
    if (tls_ == nullptr)
        tls_ = TRY(net::tls_context::load(files));
    else
        TRY(tls_->reload());
    certified_ = std::move(hosts);
    certified_as_expired_ = over;
    return {};
}

world& server::at_present()
{
    const auto passed = std::chrono::duration<double, std::micro>(time_.steady() - began_steadily_) * how_.speed;
    world_.advance(began_ + std::chrono::duration_cast<std::chrono::microseconds>(passed));
    return world_;
}

/// What `docker logs --follow` prints now, in pieces, as the output of a terminal; nothing comes after it.
io::task<> server::answer_log_socket(http::request asked, http::exchange& with)
{
    const auto text = [&](std::string_view name) {
        const auto found = std::ranges::find(asked.query, name, &std::pair<std::string, std::string>::first);
        return found == asked.query.end() ? std::string() : found->second;
    };
    const bool known = world_.keys.check(header(asked, "x-api-key").value_or(""), world_.now) == key_verdict::good;
    const auto lines = known ? tail_of(world_, text("containerId"), text("tail")) : std::vector<std::string>{};
    const auto socket = co_await with.accept_websocket({});
    if (!socket)
        co_return;
    if (!known) {
        (*socket)->close(4003, "Not authorized");
        co_return;
    }
    std::string piece;
    for (const auto& line : lines) {
        piece += line + "\r\n";
        if (piece.size() > std::size_t{4} << 10U)
            (*socket)->send(std::exchange(piece, {}));
    }
    if (!piece.empty())
        (*socket)->send(std::move(piece));
    with.on_drain([&] { (*socket)->close(1001, "the rehearsal ends"); });
    while (co_await (*socket)->receive())
        continue;
}

io::task<> server::answer_one(http::request asked, http::exchange& with)
{
    at_present();
    if (asked.path == "/docker-container-logs") {
        co_await answer_log_socket(std::move(asked), with);
        co_return;
    }
    auto out = wire_.respond(read(std::move(asked)));
    static_cast<void>(certify()); // when it fails the old certificate stays
    if (out.how == delivery::never) {
        // Until the client gives up, or everything ends.
        io::event over(where_);
        with.on_gone([&over] { over.set(); });
        with.on_drain([&over] { over.set(); });
        static_cast<void>(co_await over.wait(io::deadline::never()));
    }
    if (out.how == delivery::sent)
        with.respond(written(std::move(out)));
    else
        with.drop();
}

io::task<> server::answer_for_stack(http::request asked, http::exchange& with)
{
    const bool encrypted = asked.from.tls;
    at_present();
    if (world_.faults.is_down(world_.now)) {
        with.drop();
        co_return;
    }
    auto came = answer_for_host(
        world_, how_.front, encrypted ? entry::encrypted : entry::plain, read_for_stack(std::move(asked))
    );
    http::response out{.status = came.status};
    for (auto& [name, value] : came.headers)
        out.headers.add(std::move(name), std::move(value));
    out.body = std::move(came.body);
    with.respond(std::move(out));
}

io::task<> server::stop()
{
    static_cast<void>(co_await served_.drain(io::deadline::after(2s)));
    static_cast<void>(co_await stacks_.drain(io::deadline::after(2s)));
}

} // namespace basekeeper::rehearsal
