// secret<T>: what it wipes, what it refuses to do, how it compares.
#include "crypto/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace basekeeper::crypto {
namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!printable<secret<>>);
static_assert(!std::is_convertible_v<secret<>, std::string>);
static_assert(!std::is_convertible_v<std::string, secret<>>);
static_assert(std::is_nothrow_move_constructible_v<secret<>>);

/// Counts blocks that are given back with anything but zeros in them.
template <class T>
struct watching_allocator
{
    using value_type = T;

    std::size_t* dirty_blocks;
    std::size_t* all_blocks;

    watching_allocator(std::size_t* dirty, std::size_t* all) : dirty_blocks(dirty), all_blocks(all) {}

    template <class U>
    watching_allocator(const watching_allocator<U>& other)
        : dirty_blocks(other.dirty_blocks), all_blocks(other.all_blocks)
    {}

    T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }

    void deallocate(T* p, std::size_t n)
    {
        ++*all_blocks;
        // The last element of a string's block is its NUL.
        if (std::any_of(p, p + n - 1, [](T c) { return c != T{}; }))
            ++*dirty_blocks;
        std::allocator<T>().deallocate(p, n);
    }

    bool operator==(const watching_allocator&) const = default;
};

using watched_string = std::basic_string<char, std::char_traits<char>, watching_allocator<char>>;

const std::string long_text(100, 'x');

/// True when `text` lies anywhere in the object's own bytes.
template <class T>
bool holds(const T& object, std::string_view text)
{
    const std::string_view bytes(reinterpret_cast<const char*>(&object), sizeof(T));
    return bytes.find(text) != std::string_view::npos;
}

TEST(secret, reveals_what_it_was_given)
{
    EXPECT_EQ(secret<>("correct horse").reveal(), "correct horse");
    EXPECT_TRUE(secret<>().empty());
    EXPECT_FALSE(secret<>("x").empty());
}

TEST(secret, wipes_a_short_string_on_destruction)
{
    alignas(secret<>) std::array<unsigned char, sizeof(secret<>)> memory{};
    auto* const held = std::construct_at(reinterpret_cast<secret<>*>(memory.data()), std::string("hunter2"));
    ASSERT_TRUE(holds(memory, "hunter2")) << "a short string is expected to live inside the object";
    std::destroy_at(held);
    EXPECT_FALSE(holds(memory, "unter2"));
}

TEST(secret, wipes_a_key_on_destruction)
{
    alignas(key256) std::array<unsigned char, sizeof(key256)> memory{};
    std::array<std::byte, 32> key{};
    key.fill(std::byte{0x5A});
    auto* const held = std::construct_at(reinterpret_cast<key256*>(memory.data()), key);
    ASSERT_TRUE(holds(memory, "ZZZZ"));
    std::destroy_at(held);
    EXPECT_TRUE(std::ranges::all_of(memory, [](unsigned char c) { return c == 0; }));
}

TEST(secret, is_filled_in_place)
{
    const auto held = secret<>::filled_by([](std::string& text) { text = "hunter2"; });
    EXPECT_EQ(held.reveal(), "hunter2");
}

TEST(secret, wipes_the_short_string_it_was_made_from)
{
    std::string original = "hunter2";
    const secret<> taken(std::move(original));
    EXPECT_EQ(taken.reveal(), "hunter2");
    EXPECT_FALSE(holds(original, "unter2")); // NOLINT(bugprone-use-after-move): the remains are the subject
}

TEST(secret, wipes_what_it_was_moved_from)
{
    secret<> first("hunter2");
    secret<> second(std::move(first));
    EXPECT_FALSE(holds(first, "unter2")); // NOLINT(bugprone-use-after-move)
    secret<> third;
    third = std::move(second);
    EXPECT_FALSE(holds(second, "unter2")); // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(third.reveal(), "hunter2");
}

TEST(secret, wipes_the_tail_of_a_longer_value_before_it)
{
    secret<> held("hunter2-long");
    held = secret<>("a");
    EXPECT_EQ(held.reveal(), "a");
    EXPECT_FALSE(holds(held, "er2-long"));
    std::string shrunk = "hunter2-long";
    shrunk.resize(1);
    const secret<> taken(std::move(shrunk));
    EXPECT_FALSE(holds(shrunk, "er2-long")); // NOLINT(bugprone-use-after-move)
}

TEST(secret, gives_back_no_heap_block_unwiped)
{
    std::size_t dirty = 0;
    std::size_t all = 0;
    {
        const watching_allocator<char> watch(&dirty, &all);
        using held = secret<watched_string>;
        held a(watched_string(long_text.begin(), long_text.end(), watch));
        held b(a);
        held c(std::move(b));
        b = a;
        a = std::move(c);
        a = held(watched_string(300, 'y', watch));
        const held& same = a;
        a = same;
        EXPECT_EQ(a.reveal().size(), 300U);
        watched_string shrunk(200, 'z', watch);
        shrunk.resize(20);
        const held d(std::move(shrunk));
    }
    EXPECT_GE(all, 4U);
    EXPECT_EQ(dirty, 0U);
}

TEST(secret, the_watch_itself_sees_an_unwiped_block)
{
    std::size_t dirty = 0;
    std::size_t all = 0;
    {
        const watched_string unprotected(long_text.begin(), long_text.end(), watching_allocator<char>(&dirty, &all));
    }
    EXPECT_EQ(dirty, 1U);
}

TEST(secret, compares_content_and_length)
{
    EXPECT_TRUE(secret<>("same") == secret<>("same"));
    EXPECT_FALSE(secret<>("same") == secret<>("sama"));
    EXPECT_FALSE(secret<>("same") == secret<>("same "));
    EXPECT_TRUE(secret<>() == secret<>(""));
}

TEST(secret, survives_assignment_to_itself)
{
    secret<> held(std::string{long_text});
    secret<>& same = held;
    held = same;
    EXPECT_EQ(held.reveal(), long_text);
    held = std::move(same);
    EXPECT_EQ(held.reveal(), long_text);
}

TEST(secret, a_key_has_32_bytes)
{
    const std::vector<std::byte> bytes(33, std::byte{7});
    const auto key = key_from(std::span(bytes).first(32));
    ASSERT_TRUE(key.has_value());
    EXPECT_TRUE(std::ranges::equal(key->reveal(), std::span(bytes).first(32)));
    for (const std::size_t size : {0U, 16U, 31U, 33U}) {
        const auto refused = key_from(std::span(bytes).first(size));
        ASSERT_FALSE(refused.has_value()) << size;
        EXPECT_EQ(refused.error().code, condition::invalid_argument);
        EXPECT_FALSE(refused.error().hint.empty());
    }
}

TEST(constant_time_equal, compares_content_and_length)
{
    EXPECT_TRUE(constant_time_equal({}, {}));
    EXPECT_TRUE(constant_time_equal(bytes_of("abc"), bytes_of("abc")));
    EXPECT_FALSE(constant_time_equal(bytes_of("abc"), bytes_of("abd")));
    EXPECT_FALSE(constant_time_equal(bytes_of("abc"), bytes_of("ab")));
}

} // namespace
} // namespace basekeeper::crypto
