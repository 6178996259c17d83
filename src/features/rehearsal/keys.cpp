// Counting the checks of keys.
#include "features/rehearsal/keys.hpp"

#include <algorithm>

namespace basekeeper::rehearsal {

access_key& key_ring::create(access_key what, std::string_view prefix, randomness& chance)
{
    what.id = chance.id();
    what.text = std::string(prefix) + chance.text(64, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    return keys_.emplace_back(std::move(what));
}

bool key_ring::spend(access_key& key, wall_time now)
{
    if (key.expires_at && *key.expires_at <= now)
        return false;
    if (key.limited) {
        // The window slides with every check that is allowed.
        if (key.last_check && now - *key.last_check >= key.window)
            key.checks = 0;
        if (key.checks >= key.most_checks)
            return false;
        ++key.checks;
        key.last_check = now;
    }
    if (key.remaining) {
        if (*key.remaining <= 0)
            return false;
        --*key.remaining;
    }
    return true;
}

key_verdict key_ring::check(std::string_view text, wall_time now)
{
    const auto found = std::ranges::find(keys_, text, &access_key::text);
    if (found == keys_.end() || text.empty() || !spend(*found, now))
        return key_verdict::refused;
    return spend(*found, now) ? key_verdict::good : key_verdict::refused_later;
}

const access_key* key_ring::find(std::string_view text) const
{
    const auto found = std::ranges::find(keys_, text, &access_key::text);
    return found == keys_.end() ? nullptr : &*found;
}

bool key_ring::remove(std::string_view id)
{
    return std::erase_if(keys_, [&](const access_key& k) { return k.id == id; }) > 0;
}

} // namespace basekeeper::rehearsal
