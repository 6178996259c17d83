// Passwords and API keys of an instance, all derived from one random seed that the caller keeps.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "io/task.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::local {

using secret_text = crypto::secret<std::string>;

/// Keeps the seeds, encrypted, outside the instance's folder. Implemented above this module (state store).
class seed_keeper
{
public:
    virtual ~seed_keeper() = default;

    virtual io::task<result<std::optional<secret_text>>> load(std::string instance) = 0;

    /// Must be durable when it returns: the cluster gets its passwords afterwards.
    virtual io::task<result<>> save(std::string instance, secret_text seed) = 0;

    /// Success when there is none.
    virtual io::task<result<>> forget(std::string instance) = 0;
};

/// The roles that log in with a password.
inline constexpr std::array<std::string_view, 5> login_roles = {
    "supabase_admin", "postgres", "authenticator", "supabase_auth_admin", "supabase_storage_admin"
};

/// 256 random bits as text.
secret_text new_seed();

/// The password of one role: 32 characters of base64url, so it needs no quoting anywhere.
secret_text password_of(const secret_text& seed, std::string_view role);

/// The HS256 key of this instance's tokens, 43 characters.
secret_text jwt_secret_of(const secret_text& seed);

/// An API key: a token with the claims role, iss "supabase", iat `created` and exp ten years later.
result<secret_text> api_key(const secret_text& jwt_secret, std::string_view role, wall_time created);

} // namespace basekeeper::local
