// Drawing from either source.
#include "features/rehearsal/randomness.hpp"

#include "crypto/random.hpp"

#include <array>

namespace basekeeper::rehearsal {
namespace {

constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view of_ids = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::array<std::string_view, 16> words{
    "amber",
    "brook",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "inlet",
    "juniper",
    "kelp",
    "lagoon",
    "maple",
    "nimbus",
    "orchid",
    "pine"
};

} // namespace

randomness::randomness(std::optional<std::uint64_t> seed)
{
    if (seed)
        seeded_.emplace(*seed);
}

std::string randomness::text(std::size_t count, std::string_view alphabet)
{
    if (!seeded_)
        return crypto::random_text(count, alphabet).reveal();
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += alphabet[(*seeded_)() % alphabet.size()];
    return out;
}

std::string randomness::id()
{
    return text(21, of_ids);
}

std::string randomness::hex(std::size_t digits)
{
    return text(digits, "0123456789abcdef");
}

std::string randomness::suffix()
{
    return text(6, letters_and_digits);
}

std::string randomness::word()
{
    return std::string(words.at(static_cast<std::size_t>(text(1, "0123456789abcdef").front() % 16)));
}

} // namespace basekeeper::rehearsal
