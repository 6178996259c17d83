// SHA-256, HMAC and HKDF against the vectors of FIPS 180-4, RFC 4231 and RFC 5869.
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace basekeeper::crypto {
namespace {

std::vector<std::byte> hex(std::string_view text)
{
    return from_hex(text).value();
}

std::string hkdf_hex(std::string_view key, std::string_view salt, std::string_view info, std::size_t size)
{
    const auto key_bytes = hex(key);
    const auto salt_bytes = hex(salt);
    const auto info_bytes = hex(info);
    std::vector<std::byte> out(size);
    hkdf_sha256({.key_material = key_bytes, .salt = salt_bytes, .info = text_of(info_bytes)}, out);
    return to_hex(out);
}

TEST(sha256, matches_the_vectors_of_fips_180_4)
{
    EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(
        to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    );
    EXPECT_EQ(
        to_hex(sha256(std::string(1'000'000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
}

TEST(sha256, pieces_give_the_digest_of_the_whole)
{
    const std::string text(1000, 'q');
    for (const std::size_t piece : {1U, 7U, 63U, 64U, 65U, 1000U}) {
        sha256_hasher hasher;
        for (std::size_t at = 0; at < text.size(); at += piece)
            hasher.update(std::string_view(text).substr(at, piece));
        EXPECT_EQ(hasher.finish(), sha256(text)) << piece;
    }
}

TEST(sha256, a_hasher_starts_afresh_after_finish_and_can_be_moved)
{
    sha256_hasher hasher;
    hasher.update("something else").finish();
    hasher.update("a");
    auto moved = std::move(hasher);
    EXPECT_EQ(moved.update("bc").finish(), sha256("abc"));
    EXPECT_EQ(moved.finish(), sha256(""));
    moved.update("ab");
    sha256_hasher assigned;
    assigned.update("forgotten");
    assigned = std::move(moved);
    EXPECT_EQ(assigned.update("c").finish(), sha256("abc"));
}

TEST(sha256, threads_do_not_disturb_each_other)
{
    const auto expected = sha256("abc");
    std::vector<std::jthread> threads;
    std::array<int, 4> wrong{};
    threads.reserve(wrong.size());
    for (auto& count : wrong)
        threads.emplace_back([&count, &expected] {
            for (int i = 0; i < 2000; ++i)
                count += sha256("abc") == expected ? 0 : 1;
        });
    threads.clear();
    EXPECT_EQ(wrong, (std::array<int, 4>{}));
}

TEST(hmac_sha256, matches_the_vectors_of_rfc_4231)
{
    EXPECT_EQ(
        to_hex(hmac_sha256(hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), "Hi There")),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    EXPECT_EQ(
        to_hex(hmac_sha256(bytes_of("Jefe"), "what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    const std::vector<std::byte> long_key(131, std::byte{0xAA});
    EXPECT_EQ(
        to_hex(hmac_sha256(long_key, "Test Using Larger Than Block-Size Key - Hash Key First")),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

TEST(hmac_sha256, an_empty_key_is_not_the_key_of_the_call_before)
{
    hmac_sha256(bytes_of("another key"), "text");
    EXPECT_EQ(to_hex(hmac_sha256({}, "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(hkdf_sha256, matches_the_vectors_of_rfc_5869)
{
    const std::string key = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
    EXPECT_EQ(
        hkdf_hex(key, "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9", 42),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    );
    std::string sequence;
    for (unsigned i = 0; i < 256; ++i)
        sequence += to_hex(std::array{static_cast<std::byte>(i)});
    const auto range = [&](std::size_t from, std::size_t count) { return sequence.substr(2 * from, 2 * count); };
    EXPECT_EQ(
        hkdf_hex(range(0x00, 80), range(0x60, 80), range(0xB0, 80), 82),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09"
        "b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
    );
    EXPECT_EQ(
        hkdf_hex(key, "", "", 42),
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    );
}

TEST(hkdf_sha256, one_purpose_one_key)
{
    const auto key = hkdf_key({.key_material = bytes_of("material"), .info = "audit"});
    EXPECT_TRUE(key == hkdf_key({.key_material = bytes_of("material"), .info = "audit"}));
    EXPECT_FALSE(key == hkdf_key({.key_material = bytes_of("material"), .info = "tokens"}));
    EXPECT_FALSE(key == hkdf_key({.key_material = bytes_of("material"), .salt = bytes_of("s"), .info = "audit"}));
}

TEST(hkdf_sha256, gives_at_most_255_digests)
{
    std::vector<std::byte> out(255 * 32 + 1);
    const hkdf_input input{.key_material = bytes_of("material"), .info = "limit"};
    EXPECT_THROW(hkdf_sha256(input, out), std::length_error);
    out.pop_back();
    hkdf_sha256(input, out);
    EXPECT_NE(out.back(), out.front());
}

} // namespace
} // namespace basekeeper::crypto
