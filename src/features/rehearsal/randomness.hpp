// Where ids, suffixes and keys of the simulated server come from: the cryptographic generator, or a seed that repeats a
// run.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace basekeeper::rehearsal {

/// With a seed everything comes again in the same order; nothing made of it protects anything.
class randomness
{
public:
    explicit randomness(std::optional<std::uint64_t> seed);

    /// `count` characters of the alphabet.
    std::string text(std::size_t count, std::string_view alphabet);

    /// As rows are named: 21 letters, digits, `-` and `_`.
    std::string id();

    /// Lower-case hexadecimal digits.
    std::string hex(std::size_t digits);

    /// As app names end: six lower-case letters and digits.
    std::string suffix();

    /// One of the words.
    std::string word();

private:
    std::optional<std::mt19937_64> seeded_;
};

} // namespace basekeeper::rehearsal
