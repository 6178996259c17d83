// AES-256-GCM: published vectors open, everything else that was touched does not.
#include "crypto/aes_gcm.hpp"
#include "crypto/encoding.hpp"
#include "crypto/random.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::crypto {
namespace {

std::vector<std::byte> hex(std::string_view text)
{
    return from_hex(text).value();
}

const auto associated = bytes_of("instance 7, version 2");

TEST(aes_gcm, opens_test_cases_13_and_16_of_the_gcm_specification)
{
    const auto zero_key = key_from(std::vector<std::byte>(32)).value();
    const auto empty = open(zero_key, hex("000000000000000000000000530f8afbc74536b9a963b4f1c4cb738b"), {});
    ASSERT_TRUE(empty.has_value());
    EXPECT_TRUE(empty->empty());

    const auto key = key_from(hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")).value();
    const auto sealed = hex(
        "cafebabefacedbaddecaf888"
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a"
        "0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
    );
    const auto opened = open(key, sealed, hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(
        to_hex(bytes_of(opened->reveal())),
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de6"
        "57ba637b39"
    );
}

TEST(aes_gcm, gives_back_what_was_sealed)
{
    const auto key = random_key();
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 4096U, 100'000U}) {
        const std::string text(size, 'p');
        const auto sealed = seal(key, bytes_of(text), associated);
        EXPECT_EQ(sealed.size(), size + seal_overhead);
        const auto opened = open(key, sealed, associated);
        ASSERT_TRUE(opened.has_value()) << size;
        EXPECT_EQ(opened->reveal(), text);
    }
}

TEST(aes_gcm, the_same_text_never_looks_the_same)
{
    const auto key = random_key();
    const auto first = seal(key, bytes_of("secret"), associated);
    const auto second = seal(key, bytes_of("secret"), associated);
    EXPECT_FALSE(std::equal(first.begin(), first.begin() + 12, second.begin())) << "the nonce is used twice";
    EXPECT_NE(first, second);
}

TEST(aes_gcm, one_changed_bit_anywhere_is_denied)
{
    const auto key = random_key();
    const auto sealed = seal(key, bytes_of("secret"), associated);
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto changed = sealed;
        changed[bit / 8] ^= std::byte{1} << (bit % 8);
        const auto opened = open(key, changed, associated);
        ASSERT_FALSE(opened.has_value()) << bit;
        EXPECT_EQ(opened.error().code, condition::denied);
    }
}

TEST(aes_gcm, every_cause_of_refusal_looks_the_same)
{
    const auto key = random_key();
    const auto sealed = seal(key, bytes_of("secret"), associated);
    auto longer = sealed;
    longer.push_back(std::byte{0});
    const std::vector<result<secret<>>> refused = {
        open(random_key(), sealed, associated),
        open(key, sealed, bytes_of("instance 8, version 2")),
        open(key, sealed, {}),
        open(key, std::span(sealed).first(sealed.size() - 1), associated),
        open(key, std::span(sealed).first(seal_overhead - 1), associated),
        open(key, {}, associated),
        open(key, longer, associated),
    };
    for (const auto& r : refused) {
        ASSERT_FALSE(r.has_value());
        EXPECT_EQ(r.error().code, condition::denied);
        EXPECT_EQ(describe(r.error()), describe(refused.front().error()));
    }
}

} // namespace
} // namespace basekeeper::crypto
