// One request: checked, handed to libcurl, its end turned into an answer or an error.
#include "http/client.hpp"

#include "http/client_failure.hpp"
#include "http/client_request_check.hpp"
#include "http/prepared_transfer.hpp"
#include "http/transfers.hpp"
#include "io/event.hpp"
#include "io/offload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace basekeeper::http {
namespace {

bool same_name(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// Of different addresses and pins that a client has connections for; above that, those at rest are closed.
constexpr std::size_t most_pools = 32;

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
    transfers& pool_for(const client_request& what);
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
    // Connections by where they lead and how they were verified; after `curl`, which they use to their end.
    std::map<std::string, std::unique_ptr<transfers>> pools;
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
    if (co_await io::was_cancelled()) // loading cannot be interrupted
        co_return fail(condition::cancelled, "waiting was cancelled");
    co_return result<>{};
}

/// Which connections are fit for which request differs between versions of libcurl, so those of a pin or another
/// address are kept where no other request can find them.
transfers& client::engine::pool_for(const client_request& what)
{
    auto key = what.reach.value_or(std::string()) + ' ' + what.pin;
    if (const auto at = pools.find(key); at != pools.end())
        return *at->second;
    if (pools.size() >= most_pools)
        std::erase_if(pools, [](const auto& one) { return one.second->is_idle(); });
    auto made = std::make_unique<transfers>(where, *curl, settings.max_connections);
    return *pools.emplace(std::move(key), std::move(made)).first->second;
}

result<client_response> client::engine::finish(prepared_transfer& t, CURLcode came_to, const client_request& what) const
{
    if (t.in.too_long)
        return fail(
            condition::invalid_argument,
            fmt::format("the answer of {} is longer than {} bytes", place_of(what), what.max_body_bytes),
            "ask for less at a time"
        );
    if (came_to != CURLE_OK) {
        const char* said = t.said.front() != 0 ? t.said.data() : curl->easy_strerror(came_to);
        return fail(transfer_failure(came_to, place_of(what), said));
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
    CO_TRY(prepare(*curl, t, what, settings));
    auto ended = co_await pool_for(what).run(t.easy.get(), until);
    if (ended)
        co_return finish(t, *ended, what);
    if (ended.error().code == condition::timeout)
        co_return fail(transfer_failure(CURLE_OPERATION_TIMEDOUT, place_of(what), {}));
    co_return fail(std::move(ended).error().within(fmt::format("waiting for {}", place_of(what))));
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

    CO_TRY(check_request(what));
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
    for (const auto& each : e->pools)
        each.second->abort_all();
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
