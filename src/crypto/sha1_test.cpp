// SHA-1 gives the digests of FIPS 180-4.
#include "crypto/encoding.hpp"
#include "crypto/sha1.hpp"

#include <gtest/gtest.h>

namespace basekeeper::crypto {
namespace {

TEST(sha1, gives_the_published_digests)
{
    EXPECT_EQ(to_hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(to_hex(sha1("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

} // namespace
} // namespace basekeeper::crypto
