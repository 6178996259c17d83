// One set of versions that was released together; what is older misses keys, routes or fixes that the rest expects.
#include "stack/versions.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::stack {
namespace {

struct release
{
    stack::role role;
    std::string_view tag;
};

constexpr auto releases = std::to_array<release>({
    {role::studio, "2026.06.03-sha-0bca601"},
    {role::auth, "v2.189.0"},
    {role::rest, "v14.12"},
    {role::realtime, "v2.102.3"},
    {role::storage, "v1.60.4"},
    {role::imgproxy, "v3.30.1"},
    {role::meta, "v0.96.6"},
    {role::functions, "v1.74.0"},
    {role::analytics, "1.36.1"},
    {role::vector, "0.53.0-alpine"},
});

} // namespace

std::vector<unsigned> version_numbers(std::string_view tag)
{
    if (tag.starts_with('v'))
        tag.remove_prefix(1);
    std::vector<unsigned> out;
    std::size_t at = 0;
    while (at < tag.size() && tag[at] >= '0' && tag[at] <= '9' && out.size() < 6) {
        unsigned number = 0;
        for (; at < tag.size() && tag[at] >= '0' && tag[at] <= '9'; ++at)
            number = std::min(number * 10 + static_cast<unsigned>(tag[at] - '0'), 100'000'000U);
        out.push_back(number);
        if (at < tag.size() && tag[at] == '.')
            ++at;
        else
            break;
    }
    return out;
}

std::string oldest_good_tag(role r, const image& i)
{
    const auto numbers = version_numbers(i.tag);
    if (r == role::database)
        return !numbers.empty() && numbers[0] == 15  ? "15.8.1.085"
               : numbers.empty() || numbers[0] != 17 ? ""
                                                     : "17.6.1.136";
    if (r == role::gateway)
        return i.repository.ends_with("envoy") ? "v1.38.0" : "3.9.1";
    if (r == role::pooler)
        return i.repository.ends_with("supavisor") ? "2.9.5" : "";
    const auto* found = std::ranges::find(releases, r, &release::role);
    return found == releases.end() ? std::string{} : std::string(found->tag);
}

bool is_outdated(role r, const image& i)
{
    const auto has = version_numbers(i.tag);
    const auto least = version_numbers(oldest_good_tag(r, i));
    return !has.empty() && !least.empty() && has < least;
}

} // namespace basekeeper::stack
