// The API keys of the simulated server: whom they speak for, and what they have left.
#pragma once

#include "base/clock.hpp"
#include "features/rehearsal/randomness.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::rehearsal {

enum class member_role
{
    owner,
    member
};

/// Two checks of it are made for each request, so that each costs two of what it has.
struct access_key
{
    std::string id;
    std::string name;
    std::string text;
    member_role role = member_role::owner;
    wall_time created_at{};
    std::optional<wall_time> expires_at{};
    std::optional<std::int64_t> remaining{};
    bool limited = false; ///< to `most_checks` in `window`
    std::int64_t most_checks = 10;
    std::chrono::milliseconds window{std::chrono::hours{24}};
    std::int64_t checks = 0;
    std::optional<wall_time> last_check{};
};

enum class key_verdict
{
    good,
    refused,      ///< as if there were none
    refused_later ///< the first check passed, the second did not
};

class key_ring
{
public:
    /// Adds it with a new id and a text of 64 letters behind the prefix.
    access_key& create(access_key what, std::string_view prefix, randomness& chance);

    /// What a request with this text is answered; counts it.
    key_verdict check(std::string_view text, wall_time now);

    /// Null when there is none.
    const access_key* find(std::string_view text) const;
    bool remove(std::string_view id);

    const std::list<access_key>& all() const { return keys_; }

private:
    static bool spend(access_key& key, wall_time now);

    std::list<access_key> keys_;
};

} // namespace basekeeper::rehearsal
