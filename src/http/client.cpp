// One request: checked, handed to libcurl, its end turned into an answer or an error.
#include "http/client.hpp"

#include "http/client_failure.hpp"
#include "http/prepared_transfer.hpp"
#include "http/transfers.hpp"
#include "io/event.hpp"
#include "io/offload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace basekeeper::http {
namespace {

bool same_name(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_token(std::string_view name)
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const auto fits = [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.contains(c);
    };
    return !name.empty() && std::ranges::all_of(name, fits);
}

bool is_field_value(std::string_view value)
{
    constexpr std::string_view forbidden("\r\n\0", 3);
    return value.find_first_of(forbidden) == std::string_view::npos;
}

/// `host:port` of a URL, for messages; user and password never show.
std::string_view host_of(std::string_view url)
{
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos)
        return "the service";
    auto rest = url.substr(scheme + 3);
    rest = rest.substr(0, rest.find_first_of("/?#"));
    if (const auto at = rest.rfind('@'); at != std::string_view::npos)
        rest.remove_prefix(at + 1);
    return rest;
}

result<> check(const client_request& what)
{
    const bool web = what.url.starts_with("https://") || what.url.starts_with("http://");
    const bool clean = std::ranges::all_of(what.url, [](char c) { return static_cast<unsigned char>(c) > 0x20; });
    if (!web || !clean || host_of(what.url).empty())
        return fail(transfer_failure(CURLE_URL_MALFORMAT, {}, {}));
    const auto authority = std::string_view(what.url).substr(what.url.find("://") + 3);
    if (authority.substr(0, authority.find_first_of("/?#")).contains('@'))
        return fail(condition::invalid_argument, "the URL of a request holds a user name", "pass it as a header");
    if (what.on_redirect == redirects::followed && !what.secrets.empty())
        return fail(
            condition::invalid_argument,
            "a request with secret fields may not follow redirects: they would reach another host",
            "use the URL at which the service really is"
        );
    const auto ok = [](std::string_view name, std::string_view value) {
        return is_token(name) && is_field_value(value);
    };
    const bool fields =
        std::ranges::all_of(what.headers, [&](const auto& h) { return ok(h.name, h.value); }) &&
        std::ranges::all_of(what.secrets, [&](const auto& h) { return ok(h.name, h.value.reveal()); }) &&
        is_field_value(what.traceparent);
    if (!fields)
        return fail(
            condition::invalid_argument, "a header field of a request holds a line break", "remove it from the value"
        );
    return {};
}

error closed()
{
    return transfer_failure(CURLE_ABORTED_BY_CALLBACK, {}, {});
}

} // namespace

struct client::engine
{
    engine(io::executor to, io::offload_pool& pool, client_settings s)
        : where(std::move(to)), threads(pool), settings(std::move(s)), loaded(where), idle(where)
    {
        idle.set();
    }

    io::task<result<>> load(io::deadline until);
    io::task<result<client_response>> run(const client_request& what, io::deadline until);
    result<client_response> finish(prepared_transfer& t, CURLcode came_to, const client_request& what) const;

    io::executor where;
    io::offload_pool& threads;
    client_settings settings;
    bool loading = false;
    bool closing = false;
    std::size_t running = 0;
    io::event loaded; // an attempt to load libcurl ended
    io::event idle;   // no request runs
    std::unique_ptr<const curl_library> curl;
    std::unique_ptr<transfers> multi; // after `curl`, which it uses to its end
};

io::task<result<>> client::engine::load(io::deadline until)
{
    while (loading)
        CO_TRY(co_await loaded.wait(until));
    if (curl)
        co_return result<>{};
    loading = true;
    loaded.reset();
    auto library = co_await io::offload(threads, load_curl);
    loading = false;
    loaded.set(); // those who wait run later, and find it loaded or try again
    curl = CO_TRY(std::move(library));
    multi = std::make_unique<transfers>(where, *curl, settings.max_connections);
    if (co_await io::was_cancelled()) // loading cannot be interrupted
        co_return fail(condition::cancelled, "waiting was cancelled");
    co_return result<>{};
}

result<client_response> client::engine::finish(prepared_transfer& t, CURLcode came_to, const client_request& what) const
{
    if (t.in.too_long)
        return fail(
            condition::invalid_argument,
            fmt::format("the answer of {} is longer than {} bytes", host_of(what.url), what.max_body_bytes),
            "ask for less at a time"
        );
    if (came_to != CURLE_OK) {
        const char* said = t.said.front() != 0 ? t.said.data() : curl->easy_strerror(came_to);
        return fail(transfer_failure(came_to, host_of(what.url), said));
    }
    long status = 0;
    curl->easy_getinfo(t.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    t.in.answer.status = static_cast<int>(status);
    return std::move(t.in.answer);
}

io::task<result<client_response>> client::engine::run(const client_request& what, io::deadline until)
{
    CO_TRY(co_await load(until));
    if (closing)
        co_return fail(closed());
    prepared_transfer t(*curl);
    prepare(*curl, t, what, settings);
    auto ended = co_await multi->run(t.easy.get(), until);
    if (ended)
        co_return finish(t, *ended, what);
    if (ended.error().code == condition::timeout)
        co_return fail(transfer_failure(CURLE_OPERATION_TIMEDOUT, host_of(what.url), {}));
    co_return fail(std::move(ended).error().within(fmt::format("waiting for {}", host_of(what.url))));
}

client::client(io::executor where, io::offload_pool& threads, client_settings settings)
    : engine_(std::make_shared<engine>(std::move(where), threads, std::move(settings)))
{}

client::~client() = default;

io::task<result<client_response>> client::send(client_request what, io::deadline until)
{
    /// Counts a request as running, however its coroutine ends.
    struct counted
    {
        explicit counted(engine& e) : of(e)
        {
            ++of.running;
            of.idle.reset();
        }

        counted(const counted&) = delete;
        counted& operator=(const counted&) = delete;

        ~counted()
        {
            if (--of.running == 0)
                of.idle.set();
        }

        engine& of;
    };

    CO_TRY(check(what));
    const auto e = engine_;
    if (e->closing)
        co_return fail(closed());
    const counted one(*e);
    co_return co_await e->run(what, until);
}

io::task<result<>> client::close(io::deadline until)
{
    const auto e = engine_;
    e->closing = true;
    if (e->multi)
        e->multi->abort_all();
    co_return co_await e->idle.wait(until);
}

std::optional<std::string_view> client_response::header(std::string_view name) const
{
    const auto at = std::ranges::find_if(headers, [&](const auto& h) { return same_name(h.name, name); });
    if (at == headers.end())
        return std::nullopt;
    return at->value;
}

} // namespace basekeeper::http
