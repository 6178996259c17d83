// From the Authorization header to a principal with its rights, or to the challenge that says what is missing.
#pragma once

#include "access/challenges.hpp"
#include "access/key_source.hpp"
#include "access/scopes.hpp"
#include "base/clock.hpp"
#include "config/access_settings.hpp"
#include "crypto/jwt.hpp"
#include "io/task.hpp"
#include "log/logger.hpp"
#include "mcp/call.hpp"
#include "state/api_keys.hpp"

#include <expected>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace basekeeper::access {

/// Who it is, or what the answer is instead.
using verdict = std::expected<mcp::principal, challenge>;

/// Looks an API key up by its id and notes its use; see access/records.hpp.
using find_api_key = std::function<io::task<result<std::optional<state::api_key>>>(std::string id, wall_time now)>;

struct authenticator_settings
{
    config::auth_mode mode = config::auth_mode::required;
    crypto::token_rules tokens{};                     ///< no algorithm: no tokens are accepted
    std::optional<crypto::verification_key> shared{}; ///< of HS256
    std::string audience{};                           ///< ours; tokens for it carry scopes
    std::vector<scope> supabase{};                    ///< rights of users of Supabase; empty: refused
    std::chrono::seconds key_memory{5};               ///< how long a verified API key is not looked up again
    std::chrono::seconds token_memory{60};            ///< the same of tokens, at most until they expire
    std::size_t most_remembered = 4'096;
    std::chrono::seconds patience{10}; ///< for the store and the keys
};

/// What the configuration says. invalid_argument names the key that is missing or wrong. `groups`: the tool groups.
result<authenticator_settings> authenticator_settings_from(
    const config::auth_settings& auth, std::string_view public_url, std::span<const std::string> groups
);

/// What an authenticator asks.
struct credential_sources
{
    find_api_key keys;
    key_source* signers = nullptr; ///< null: no JWK set is configured; must outlive the authenticator
};

/// One per server; lives on the I/O thread.
class authenticator
{
public:
    authenticator(
        authenticator_settings settings,
        credential_sources sources,
        challenges words,
        log::logger& log,
        const clock& time
    );

    /// The verdict where it needs no waiting: no header, a malformed one, a credential verified a moment ago. Nothing:
    /// ask `authenticate`. `header`: the value of the one Authorization header; two of them are `malformed`.
    std::optional<verdict> try_now(std::optional<std::string_view> header);

    /// The verdict. Never throws for what a client sent.
    io::task<verdict> authenticate(std::optional<std::string> header);

    const challenges& words() const { return words_; }

private:
    struct remembered
    {
        crypto::sha256_digest token;
        mcp::principal who;
        steady_time until;
    };

    struct digest_hash
    {
        std::size_t operator()(const crypto::sha256_digest& d) const noexcept;
    };

    using recency = std::list<remembered>; // the most recent first

    result<std::string_view> bearer_of(std::string_view header) const;
    io::task<verdict> check_api_key(std::string token, crypto::sha256_digest digest);
    io::task<verdict> check_token(std::string token, crypto::sha256_digest digest);
    io::task<result<boost::json::object>> verify(std::string token);
    result<mcp::principal> principal_of(const boost::json::object& claims) const;
    crypto::key_set with_shared(const key_source::keys& signers) const;
    void remember(const crypto::sha256_digest& token, const mcp::principal& who, std::chrono::microseconds how_long);

    authenticator_settings settings_;
    credential_sources sources_;
    challenges words_;
    log::logger& log_;
    const clock& time_;
    recency order_;
    std::unordered_map<crypto::sha256_digest, recency::iterator, digest_hash> known_;
};

} // namespace basekeeper::access
