// Addresses to reach and pinned keys are exact; what libcurl would read in another way is refused.
#include "http/client_request_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::http {
namespace {

const std::string pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

condition refusal(client_request what)
{
    const auto checked = check_request(what);
    return checked ? condition::internal : checked.error().code;
}

TEST(client_request_check, an_address_to_reach_is_host_and_port)
{
    for (const auto* good : {"203.0.113.7:443", "[2001:db8::7]:8443", "kong.internal:80", "a_b-c:65535", "LOCALHOST:1"})
        EXPECT_TRUE(check_request({.url = "https://a.test/", .reach = good})) << good;
    for (const auto* bad :
         {"",
          ":443",
          "a.test",
          "a.test:",
          "a.test:0",
          "a.test:65536",
          "a.test:4 4",
          "a b:1",
          "a.test:+1",
          "::1:443",
          "a.test:443,b.test:443",
          "a/b:1",
          "a@b:1",
          "[]:1",
          "[a-b]:1",
          "a\n:1",
          "-:-1"})
        EXPECT_EQ(refusal({.url = "https://a.test/", .reach = bad}), condition::invalid_argument) << bad;
}

TEST(client_request_check, a_pin_is_the_digest_of_one_key)
{
    EXPECT_TRUE(check_request({.url = "https://a.test/", .pin = pin}));
    for (const auto& bad :
         {std::string("/etc/passwd"),
          std::string("sha256//"),
          pin + ";" + pin,
          pin + "=",
          std::string("sha256//YWJj"),
          "SHA256" + pin.substr(6),
          pin.substr(8)})
        EXPECT_EQ(refusal({.url = "https://a.test/", .pin = bad}), condition::invalid_argument) << bad;
}

TEST(client_request_check, a_pin_without_encryption_would_verify_nothing)
{
    EXPECT_EQ(refusal({.url = "http://a.test/", .pin = pin}), condition::invalid_argument);
}

TEST(client_request_check, what_is_of_one_host_does_not_follow_to_another)
{
    EXPECT_EQ(
        refusal({.url = "https://a.test/", .on_redirect = redirects::followed, .pin = pin}), condition::invalid_argument
    );
    EXPECT_EQ(
        refusal({.url = "https://a.test/", .on_redirect = redirects::followed, .reach = "b.test:1"}),
        condition::invalid_argument
    );
}

TEST(client_request_check, messages_name_the_address_too)
{
    EXPECT_EQ(place_of({.url = "https://a.test/x?key=1"}), "a.test");
    EXPECT_EQ(place_of({.url = "https://a.test:8/", .reach = "127.0.0.1:9"}), "a.test:8 (reached at 127.0.0.1:9)");
}

} // namespace
} // namespace basekeeper::http
