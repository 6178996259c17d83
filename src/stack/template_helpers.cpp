// Every helper by its name; numbers and defaults are Dokploy's.
#include "stack/template_helpers.hpp"

#include "crypto/encoding.hpp"
#include "crypto/jwt.hpp"
#include "crypto/random.hpp"
#include "json/text.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace basekeeper::stack {
namespace {

constexpr std::size_t most_characters = 1'024;
constexpr std::int64_t end_of_tokens = 1'893'456'000; // 2030-01-01, as Dokploy has it
constexpr std::string_view small_letters_and_digits = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view hex_digits = "0123456789abcdef";

/// The number at the beginning, as JavaScript's parseInt reads it; 0 when there is none.
std::size_t number_in(std::string_view text)
{
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

struct call
{
    std::string_view name;
    std::string_view argument; ///< behind the first colon
};

call taken_apart(std::string_view text)
{
    const auto colon = text.find(':');
    return colon == text.npos ? call{text, {}} : call{text.substr(0, colon), text.substr(colon + 1)};
}

result<std::size_t> length_of(const call& c, std::size_t otherwise)
{
    const auto wanted = number_in(c.argument);
    if (wanted > most_characters)
        return fail(
            condition::invalid_argument,
            fmt::format("the template asks for a random text of more than {} characters", most_characters),
            "use another template"
        );
    return wanted == 0 ? otherwise : wanted;
}

std::string random_bytes_as(std::string (*spelt)(std::span<const std::byte>), std::size_t count)
{
    std::vector<std::byte> drawn(count);
    crypto::random_bytes(drawn);
    return spelt(drawn);
}

std::string made_up_domain(const surroundings& here)
{
    auto address = here.server_address.empty() ? std::string("127.0.0.1") : here.server_address;
    std::ranges::replace_if(address, [](char c) { return c == '.' || c == ':'; }, '-');
    return fmt::format(
        "{}-{}-{}.sslip.io", here.project.substr(0, 40), crypto::random_text(6, hex_digits).reveal(), address
    );
}

/// Milliseconds since 1970 of `2030-01-01` or `2030-01-01T00:00:00Z`; nothing for other forms.
std::optional<std::int64_t> instant(std::string_view text)
{
    const auto part = [&](std::size_t at, std::size_t digits) -> int {
        int number = -1;
        const auto piece = text.substr(std::min(at, text.size()), digits);
        const auto [end, failed] = std::from_chars(piece.data(), piece.data() + piece.size(), number);
        return failed == std::errc{} && end == piece.data() + digits ? number : -1;
    };
    const bool has_time = text.size() > 10;
    if (text.size() < 10 || text[4] != '-' || text[7] != '-' || (has_time && (text.size() < 19 || text[10] != 'T')))
        return std::nullopt;
    const std::chrono::year_month_day date{
        std::chrono::year{part(0, 4)},
        std::chrono::month{static_cast<unsigned>(part(5, 2))},
        std::chrono::day{static_cast<unsigned>(part(8, 2))}
    };
    if (!date.ok() || (has_time && (part(11, 2) < 0 || part(14, 2) < 0 || part(17, 2) < 0)))
        return std::nullopt;
    auto seconds = std::chrono::sys_seconds(std::chrono::sys_days(date)).time_since_epoch();
    if (has_time)
        seconds +=
            std::chrono::hours(part(11, 2)) + std::chrono::minutes(part(14, 2)) + std::chrono::seconds(part(17, 2));
    return std::chrono::milliseconds(seconds).count();
}

std::string time_text(const call& c, bool in_seconds, const surroundings& here)
{
    std::optional<std::int64_t> at = std::chrono::floor<std::chrono::milliseconds>(here.now).time_since_epoch().count();
    if (!c.argument.empty())
        at = instant(c.argument);
    if (!at)
        return "NaN"; // what an unreadable date becomes in Dokploy
    return std::to_string(in_seconds ? (*at + 500) / 1000 : *at);
}

/// The claims in a variable; none when it is no JSON object, which is what once made both keys of a stack the same.
boost::json::object claims_in(std::string_view payload)
{
    auto read = json::read(payload);
    return read && read->is_object() ? std::move(read->get_object()) : boost::json::object{};
}

result<std::string> token(const call& c, const template_variables& variables, const surroundings& here)
{
    const bool is_length = !c.argument.empty() && c.argument.size() <= 3 &&
                           std::ranges::all_of(c.argument, [](char d) { return d >= '0' && d <= '9'; });
    if (is_length)
        return random_bytes_as(crypto::to_hex, number_in(c.argument));
    const auto value_of = [&](std::string_view name) {
        const auto found = variables.find(name);
        return found == variables.end() || found->second.empty() ? name : std::string_view(found->second);
    };
    const auto [secret_name, payload_name] = taken_apart(c.argument);
    auto secret = std::string(value_of(secret_name));
    if (secret.empty())
        secret = random_bytes_as(crypto::to_hex, 32);
    const auto payload = value_of(payload_name);
    const bool is_bare = payload.starts_with('{') && payload.ends_with('}');
    const auto claims = is_bare || here.takes_padded_claims ? claims_in(payload) : boost::json::object{};
    const auto now = std::chrono::floor<std::chrono::seconds>(here.now).time_since_epoch().count();
    boost::json::object all{{"iat", now}, {"exp", end_of_tokens}};
    for (const auto& [name, value] : claims)
        all[name] = value;
    if (!claims.contains("iss"))
        all["iss"] = "dokploy";
    return crypto::sign_jwt(all, crypto::bytes_of(secret));
}

} // namespace

result<std::optional<std::string>>
help(std::string_view text, const template_variables& variables, const surroundings& here)
{
    const auto c = taken_apart(text);
    const bool bare = c.name.size() == text.size();
    if (c.name == "domain" && bare)
        return made_up_domain(here);
    if (c.name == "base64")
        return random_bytes_as(crypto::to_base64, TRY(length_of(c, 32)));
    if (c.name == "password")
        return crypto::random_text(TRY(length_of(c, 16)), small_letters_and_digits).reveal();
    if (c.name == "hash")
        return crypto::random_text(TRY(length_of(c, 8)), hex_digits).reveal();
    if (c.name == "uuid" && bare)
        return crypto::uuid_v4();
    if ((c.name == "timestamp" && bare) || c.name == "timestampms")
        return time_text(c, false, here);
    if (c.name == "timestamps")
        return time_text(c, true, here);
    if (c.name == "randomPort" && bare)
        return crypto::random_text(1, "123456").reveal() + crypto::random_text(4, "0123456789").reveal();
    if (c.name == "jwt")
        return TRY(token(c, variables, here));
    if (c.name == "username" && bare)
        return "user" + crypto::random_text(8, hex_digits).reveal();
    if (c.name == "email" && bare)
        return "user" + crypto::random_text(8, hex_digits).reveal() + "@example.com";
    return std::nullopt;
}

} // namespace basekeeper::stack
