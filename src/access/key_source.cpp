// Reading JWK sets: at most so often, one attempt at a time, old keys rather than none.
#include "access/key_source.hpp"

#include "io/offload.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace basekeeper::access {
namespace {

result<std::string> read_file(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    if (!in.is_open())
        return fail(
            condition::unavailable,
            fmt::format("reading the keys in {}: {}", path, std::strerror(errno)), // NOLINT(concurrency-mt-unsafe)
            "correct auth.jwks, or the permissions of that file"
        );
    // One byte more than is allowed shows that there is too much.
    std::string text(crypto::max_key_set_bytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

io::task<result<std::string>> as_it_is(std::string text)
{
    co_return text;
}

io::task<result<std::string>> from_file(io::offload_pool& pool, std::string path)
{
    const auto read = [&path] { return read_file(path); };
    co_return co_await io::offload(pool, read);
}

io::task<result<std::string>> nobody_to_fetch()
{
    co_return fail(
        condition::unavailable, "auth.jwks is a URL, which cannot be read here", "give the path of a file instead"
    );
}

} // namespace

key_text_source keys_at(std::string place, io::offload_pool& pool, fetch_text fetch)
{
    if (place.starts_with('{'))
        return [place](io::deadline) { return as_it_is(place); };
    if (place.starts_with('/'))
        return [place, &pool](io::deadline) { return from_file(pool, place); };
    if (!fetch)
        return [](io::deadline) { return nobody_to_fetch(); };
    return [place, fetch = std::move(fetch)](io::deadline until) { return fetch(place, until); };
}

key_source::key_source(
    key_source_rules rules, key_text_source read, io::executor where, log::logger& log, const clock& time
)
    : rules_(rules), read_(std::move(read)), log_(log), time_(time), tried_(std::move(where))
{}

bool key_source::may_try() const
{
    return !tried_at_ || time_.steady() - *tried_at_ >= rules_.at_most_every;
}

io::task<> key_source::try_once()
{
    // Whatever ends this coroutine, those who wait must go on.
    struct ending
    {
        key_source& of;

        ~ending()
        {
            of.trying_ = false;
            of.tried_.set();
        }
    };

    const ending at_last{*this};
    trying_ = true;
    tried_.reset();
    tried_at_ = time_.steady();
    const auto text = co_await read_(io::deadline::after(rules_.patience));
    auto read = text ? crypto::parse_key_set(*text) : result<crypto::key_set>(std::unexpected(text.error()));
    if (read) {
        keys_ = std::make_shared<const crypto::key_set>(*std::move(read));
        read_at_ = time_.steady();
        co_return;
    }
    log_.warning(
        keys_ ? "the keys of the authorization server could not be renewed, the old ones stay"
              : "the keys of the authorization server could not be read, no token can be verified",
        {{"error", read.error().message}, {"next", read.error().hint}}
    );
}

io::task<result<>> key_source::settle(io::deadline until)
{
    if (trying_)
        co_return co_await tried_.wait(until);
    if (may_try())
        co_await try_once();
    co_return result<>{};
}

io::task<result<key_source::keys>> key_source::current(io::deadline until)
{
    const bool fresh = keys_ && time_.steady() - read_at_ < rules_.fresh_for;
    if (!fresh) {
        const auto settled = co_await settle(until);
        if (!settled && !keys_)
            co_return std::unexpected(settled.error());
    }
    if (!keys_)
        co_return fail(
            condition::unavailable,
            "the keys of the authorization server could not be read",
            "look into the log, and check auth.jwks"
        );
    co_return keys_;
}

io::task<result<key_source::keys>> key_source::newer_than(keys known, io::deadline until)
{
    if (keys_ == known) {
        const auto settled = co_await settle(until);
        if (!settled && !keys_)
            co_return std::unexpected(settled.error());
    }
    co_return co_await current(until);
}

} // namespace basekeeper::access
