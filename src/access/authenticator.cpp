// Checking credentials: remembered ones at once, API keys against the store, tokens against their signers.
#include "access/authenticator.hpp"

#include "access/api_key_text.hpp"
#include "access/token_principal.hpp"
#include "crypto/bytes.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace basekeeper::access {
namespace {

constexpr std::string_view bad_api_key = "the API key is unknown, revoked or expired";
constexpr std::chrono::seconds try_again_after{30};

bool starts_with_bearer(std::string_view header)
{
    constexpr std::string_view scheme = "bearer ";
    return header.size() > scheme.size() && std::ranges::equal(header.substr(0, scheme.size()), scheme, {}, [](char c) {
               return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
           });
}

/// The characters of b64token (RFC 6750 section 2.1).
bool is_token_text(std::string_view s)
{
    return !s.empty() && std::ranges::all_of(s, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._~+/=").contains(c);
    });
}

} // namespace

std::size_t authenticator::digest_hash::operator()(const crypto::sha256_digest& d) const noexcept
{
    std::size_t out = 0;
    std::memcpy(&out, d.data(), sizeof out);
    return out;
}

authenticator::authenticator(
    authenticator_settings settings, credential_sources sources, challenges words, log::logger& log, const clock& time
)
    : settings_(std::move(settings)), sources_(std::move(sources)), words_(std::move(words)), log_(log), time_(time)
{}

result<std::string_view> authenticator::bearer_of(std::string_view header) const
{
    if (!starts_with_bearer(header))
        return fail(condition::denied, "only `Authorization: Bearer` is accepted");
    auto token = header.substr(std::string_view("bearer ").size());
    token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
    if (!is_token_text(token) || token.size() > crypto::max_token_bytes)
        return fail(condition::invalid_argument, "the Authorization header is malformed");
    return token;
}

std::optional<verdict> authenticator::try_now(std::optional<std::string_view> header)
{
    if (!header) {
        if (settings_.mode == config::auth_mode::none)
            return verdict(mcp::principal{"anonymous"});
        return std::unexpected(words_.nothing_shown());
    }
    const auto token = bearer_of(*header);
    if (!token) {
        const bool malformed = token.error().code == condition::invalid_argument;
        return std::unexpected(
            malformed ? words_.malformed(token.error().message) : words_.invalid_token(token.error().message)
        );
    }
    const auto found = known_.find(crypto::sha256(*token));
    if (found == known_.end())
        return std::nullopt;
    order_.splice(order_.begin(), order_, found->second);
    if (time_.steady() < order_.front().until)
        return verdict(order_.front().who);
    order_.pop_front();
    known_.erase(found);
    return std::nullopt;
}

io::task<verdict> authenticator::authenticate(std::optional<std::string> header)
{
    if (auto now = try_now(header))
        co_return *std::move(now);
    std::string token(*bearer_of(*header));
    const auto digest = crypto::sha256(token);
    if (token.starts_with(api_key_prefix))
        co_return co_await check_api_key(std::move(token), digest);
    co_return co_await check_token(std::move(token), digest);
}

io::task<verdict> authenticator::check_api_key(std::string token, crypto::sha256_digest digest)
{
    const auto shown = read_api_key(token);
    if (!shown)
        co_return std::unexpected(words_.invalid_token(bad_api_key));
    const auto now = time_.wall();
    const auto found = co_await sources_.keys(shown->id, now);
    if (!found) {
        log_.error("an API key could not be looked up", {{"error", found.error().message}});
        co_return std::unexpected(words_.cannot_verify(try_again_after));
    }
    // Compared even when there is no such key, so that the time does not tell which ids exist.
    const crypto::sha256_digest nothing{};
    const bool right = crypto::constant_time_equal(shown->digest, *found ? (*found)->digest : nothing);
    if (!*found || !right || (*found)->revoked_at || ((*found)->expires_at && *(*found)->expires_at <= now))
        co_return std::unexpected(words_.invalid_token(bad_api_key));
    const auto& key = **found;
    const mcp::principal who{
        .id = "key:" + key.id, .rights = std::make_shared<granted_scopes>(known_scopes(key.scopes))
    };
    std::chrono::microseconds memory = settings_.key_memory;
    if (key.expires_at)
        memory = std::min(memory, *key.expires_at - now);
    remember(digest, who, memory);
    co_return who;
}

crypto::key_set authenticator::with_shared(const key_source::keys& signers) const
{
    auto out = signers ? *signers : crypto::key_set{};
    if (settings_.shared)
        out.push_back(*settings_.shared);
    return out;
}

io::task<result<boost::json::object>> authenticator::verify(std::string token)
{
    const auto until = io::deadline::after(settings_.patience);
    key_source::keys signers;
    if (sources_.signers != nullptr) {
        auto read = co_await sources_.signers->current(until);
        if (!read && !settings_.shared)
            co_return std::unexpected(std::move(read).error());
        if (read)
            signers = *std::move(read);
    }
    auto claims = crypto::verify_jwt(token, with_shared(signers), settings_.tokens, time_.wall());
    if (claims || claims.error().code != condition::not_found || sources_.signers == nullptr)
        co_return claims;
    auto newer = co_await sources_.signers->newer_than(signers, until);
    if (!newer)
        co_return std::unexpected(std::move(newer).error());
    if (*newer == signers)
        co_return claims;
    co_return crypto::verify_jwt(token, with_shared(*newer), settings_.tokens, time_.wall());
}

io::task<verdict> authenticator::check_token(std::string token, crypto::sha256_digest digest)
{
    if (settings_.tokens.algorithms.empty())
        co_return std::unexpected(words_.invalid_token("this server accepts API keys only"));
    const auto claims = co_await verify(std::move(token));
    if (!claims) {
        const auto code = claims.error().code;
        // Every client learns so that it needs a new token: no reason to keep its address out.
        if (code == condition::conflict || code == condition::not_found)
            co_return std::unexpected(words_.outdated(claims.error().message));
        if (code == condition::denied)
            co_return std::unexpected(words_.invalid_token(claims.error().message));
        co_return std::unexpected(words_.cannot_verify(try_again_after));
    }
    auto who = principal_of(*claims);
    if (!who)
        co_return std::unexpected(words_.invalid_token(who.error().message));
    // `exp` was checked: it is there and a number.
    const double now = std::chrono::duration<double>(time_.wall().time_since_epoch()).count();
    const double left = claims->at("exp").to_number<double>() - now;
    const double most = std::chrono::duration<double>(settings_.token_memory).count();
    const std::chrono::duration<double> memory(std::clamp(left, 0.0, most));
    remember(digest, *who, std::chrono::duration_cast<std::chrono::microseconds>(memory));
    co_return *std::move(who);
}

result<mcp::principal> authenticator::principal_of(const boost::json::object& claims) const
{
    return is_for(claims, settings_.audience) ? token_principal(claims)
                                              : supabase_principal(claims, settings_.supabase);
}

void authenticator::remember(
    const crypto::sha256_digest& token, const mcp::principal& who, std::chrono::microseconds how_long
)
{
    if (how_long <= how_long.zero() || settings_.most_remembered == 0)
        return;
    if (const auto before = known_.find(token); before != known_.end()) {
        order_.erase(before->second);
        known_.erase(before);
    }
    if (order_.size() >= settings_.most_remembered) {
        known_.erase(order_.back().token);
        order_.pop_back();
    }
    order_.push_front({.token = token, .who = who, .until = time_.steady() + how_long});
    known_.emplace(token, order_.begin());
}

} // namespace basekeeper::access
