// Argon2id: known keys, and parameters that are refused.
#include "crypto/argon2.hpp"
#include "crypto/encoding.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <string>

namespace basekeeper::crypto {
namespace {

constexpr std::size_t kib = 1024;

argon2_salt counting_salt()
{
    argon2_salt salt{};
    for (std::size_t i = 0; i < salt.size(); ++i)
        salt[i] = static_cast<std::byte>(i);
    return salt;
}

const secret<> passphrase("correct horse battery staple");

// The keys were computed with the reference implementation of RFC 9106 (argon2-cffi), one lane, version 1.3.
TEST(argon2id, agrees_with_the_reference_implementation)
{
    const auto small = argon2id_key(passphrase, counting_salt(), {.passes = 2, .memory_bytes = 256 * kib});
    ASSERT_TRUE(small.has_value());
    EXPECT_EQ(to_hex(small->reveal()), "7989cae79eab72e4e4f4124a6acde0796b3cb91920807721145cf29a5a1daaa6");
    const auto larger = argon2id_key(passphrase, counting_salt(), {.passes = 3, .memory_bytes = 1024 * kib});
    ASSERT_TRUE(larger.has_value());
    EXPECT_EQ(to_hex(larger->reveal()), "590d7ddd37a1ed86417a3614be47c9f782828a38902390018d39bb6556fee029");
}

TEST(argon2id, salt_and_passphrase_change_the_key)
{
    const argon2_cost cheap{.passes = 1, .memory_bytes = 8 * kib};
    const auto key = argon2id_key(passphrase, counting_salt(), cheap).value();
    EXPECT_FALSE(key == argon2id_key(passphrase, argon2_salt{}, cheap).value());
    EXPECT_FALSE(key == argon2id_key(secret<>("correct horse"), counting_salt(), cheap).value());
}

TEST(argon2id, refuses_what_it_cannot_or_should_not_run)
{
    const argon2_cost cheap{.passes = 1, .memory_bytes = 8 * kib};
    const auto code = [](const secret<>& words, argon2_cost cost) {
        return argon2id_key(words, counting_salt(), cost).error().code;
    };
    EXPECT_EQ(code(secret<>(), cheap), condition::invalid_argument);
    EXPECT_EQ(code(passphrase, {.passes = 0, .memory_bytes = 8 * kib}), condition::invalid_argument);
    EXPECT_EQ(code(passphrase, {.passes = 1, .memory_bytes = 8 * kib - 1}), condition::invalid_argument);
    EXPECT_EQ(code(passphrase, {.passes = 1ULL << 32U, .memory_bytes = 8 * kib}), condition::invalid_argument);
    EXPECT_EQ(code(passphrase, {.passes = 1, .memory_bytes = ~std::size_t{0}}), condition::invalid_argument);
}

/// In a child process: with no memory left to map, derives a key; 0 when it says so.
[[noreturn]] void derive_without_memory()
{
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_AS, &none);
    const auto key = argon2id_key(passphrase, counting_salt(), {.passes = 1, .memory_bytes = std::size_t{256} << 20U});
    std::_Exit(!key && key.error().code == condition::unavailable && !key.error().hint.empty() ? 0 : 1);
}

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true; // a sanitizer needs address space itself
#else
constexpr bool sanitized = false;
#endif

TEST(argon2id, without_memory_is_unavailable_and_says_what_to_do)
{
    if (sanitized)
        GTEST_SKIP() << "no limit of memory under a sanitizer";
    EXPECT_EXIT(derive_without_memory(), ::testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace basekeeper::crypto
