// The loop around attempts, and what each answer teaches about pace and key.
#include "clients/dokploy/api.hpp"

#include "crypto/random.hpp"
#include "io/event.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

namespace basekeeper::dokploy {
namespace {

using std::chrono::milliseconds;

std::uint64_t fresh_seed()
{
    std::uint64_t seed = 0;
    crypto::random_bytes(std::as_writable_bytes(std::span(&seed, 1)));
    return seed;
}

std::string percent_encoded(std::string_view text)
{
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (plain.contains(c))
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

/// Behind a path: `?a=1&b=2`; empty values are left out.
std::string query_text(const parameters& of)
{
    std::string out;
    for (const auto& [name, value] : of)
        if (!value.empty())
            out += (out.empty() ? "?" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
    return out;
}

/// How attempts are spread is decided here: only this module knows what may be repeated, and at which pace.
http::upstream_rules single_attempts()
{
    return {.retry = {.attempts = 1}};
}

/// Whether to try again after this failure.
bool may_try_again(const call& what, const error& e)
{
    if (e.http_status == 429)
        return true; // refused before it reached Dokploy
    if (!is_lost(e) || what.unanswered == when_unanswered::tell)
        return false;
    return e.http_status != 500 || what.on_500 == server_failure::may_pass;
}

} // namespace

result<std::string> base_url(std::string_view given)
{
    constexpr std::string_view blanks = " \t\r\n";
    given.remove_prefix(std::min(given.find_first_not_of(blanks), given.size()));
    given = given.substr(0, given.find_last_not_of(blanks) + 1);
    const bool web = given.starts_with("https://") || given.starts_with("http://");
    const auto begin = web ? given.find("://") + 3 : 0;
    const auto authority = given.substr(begin, given.substr(begin).find_first_of("/?#"));
    const bool clean = std::ranges::all_of(authority, [](char c) { return static_cast<unsigned char>(c) > 0x20; });
    if (!web || authority.empty() || authority.contains('@') || !clean)
        return fail(
            condition::invalid_argument,
            "the URL of Dokploy is none of http or https, or holds a user name",
            "write it as https://dokploy.example.com, or http://ADDRESS:3000 when it has no domain yet"
        );
    return std::string(given.substr(0, begin + authority.size()));
}

api::api(http::client& through, const clock& time, api_settings how)
    : time_(time), how_(std::move(how)), upstream_(through, how_.name, time, single_attempts()),
      limiter_(time, how_.rate)
{}

http::client_request api::request_of(const call& what) const
{
    http::client_request out;
    out.url = how_.url + "/api/" + what.procedure;
    out.headers = how_.headers;
    out.pin = how_.pin;
    out.secrets.push_back({"x-api-key", how_.key});
    out.headers.push_back({"accept", "application/json"});
    out.repeat = http::repeatable::no;
    if (what.kind == call_kind::mutation) {
        out.method = http::client_method::post;
        out.headers.push_back({"content-type", "application/json"});
        out.body = what.body;
        return out;
    }
    out.url += query_text(what.query);
    return out;
}

io::task<result<>> api::turn(io::deadline until)
{
    auto place = CO_TRY(limiter_.enter());
    while (const auto wait = place.wait()) {
        if (*wait >= until.remaining())
            co_return fail(
                condition::timeout,
                "the turn of a call to Dokploy would come after its deadline",
                "ask for less at a time, or allow more time"
            );
        CO_TRY(co_await io::sleep(*wait));
    }
    co_return result<>{};
}

io::task<result<http::client_response>> api::attempt(const call& what, io::deadline until)
{
    if (refused_at_ && time_.steady() - *refused_at_ < how_.pause_after_refused_key)
        co_return fail(*refusal_);
    CO_TRY(co_await turn(until));
    co_return co_await upstream_.send(request_of(what), until.capped(what.patience));
}

result<boost::json::value> api::judge(const http::client_response& came, const call& what)
{
    auto secrets = what.secrets;
    secrets.push_back(how_.key);
    auto answer = read_answer(came, {.procedure = what.procedure, .key = history_, .secrets = secrets});
    if (answer) {
        history_ = key_history::accepted_before;
        refused_at_.reset();
    } else if (is_refused_key(came)) {
        refused_at_ = time_.steady();
        refusal_ = answer.error();
    }
    return answer;
}

io::task<result<boost::json::value>> api::send(call what, io::deadline until)
{
    http::retry_schedule schedule(how_.retry, fresh_seed());
    for (;;) {
        auto came = co_await attempt(what, until);
        std::optional<milliseconds> asked_pause;
        if (came && came->status == 429) {
            const auto value = came->header("retry-after");
            asked_pause = value ? http::parse_retry_after(*value, time_.wall()) : std::nullopt;
            limiter_.refused(asked_pause);
        }
        auto answer = came ? judge(*came, what) : fail(std::move(came).error());
        if (answer || !may_try_again(what, answer.error()))
            co_return answer;
        if (upstream_.circuit().state() == resilience::circuit_state::open)
            co_return answer;
        const auto pause = schedule.next(asked_pause, until.remaining());
        if (!pause)
            co_return answer;
        CO_TRY(co_await io::sleep(*pause));
    }
}

io::task<result<dokploy::version>> api::version(io::deadline until)
{
    if (version_)
        co_return *version_;
    const auto text = CO_TRY(co_await fetch_text(*this, query("settings.getDokployVersion"), until));
    const auto read = parse_version(text);
    if (!read)
        co_return fail(unexpected_answer("settings.getDokployVersion", "something that is no version"));
    version_ = read;
    co_return *read;
}

io::task<result<>> api::require(feature what, io::deadline until)
{
    const auto v = CO_TRY(co_await version(until));
    co_return dokploy::require(v, what);
}

io::task<result<http::websocket_listener>>
api::listen(io::offload_pool& threads, std::string path, parameters query, io::deadline until)
{
    CO_TRY(co_await turn(until));
    http::websocket_target to{.url = how_.url + path + query_text(query), .pin = how_.pin};
    to.secrets.push_back({"x-api-key", how_.key});
    co_return co_await http::websocket_listener::open(
        co_await boost::asio::this_coro::executor, threads, std::move(to), until
    );
}

io::task<result<>> api::ping(io::deadline until)
{
    http::client_request request;
    request.url = how_.url + "/api/health";
    request.headers = how_.headers;
    request.pin = how_.pin;
    request.repeat = http::repeatable::no;
    const auto came = CO_TRY(co_await upstream_.send(std::move(request), until));
    const auto answer = CO_TRY(read_answer(came, {.procedure = "health"}));
    const auto* ok = answer.is_object() ? answer.get_object().if_contains("ok") : nullptr;
    if (ok == nullptr || truth_of(*ok) != true)
        co_return fail(unexpected_answer("health", "something else than that it is well"));
    co_return result<>{};
}

} // namespace basekeeper::dokploy
