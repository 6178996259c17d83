// Names: what is suggested always passes the check, and what cannot stand in an address is refused.
#include "stack/names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using testing::HasSubstr;

TEST(suggested_name, keeps_what_it_can)
{
    EXPECT_EQ(suggested_name("My Project"), "my-project");
    EXPECT_EQ(suggested_name("  --My__Shop!! "), "my-shop");
    EXPECT_EQ(suggested_name("Größe Nr. 2"), "grosse-nr-2");
    EXPECT_EQ(suggested_name("Ana's Café"), "anas-cafe");
    EXPECT_EQ(suggested_name("2024 app"), "db-2024-app");
    EXPECT_EQ(suggested_name("日本"), "supabase");
    EXPECT_EQ(suggested_name(""), "supabase");
}

TEST(suggested_name, always_passes_the_check)
{
    for (const std::string_view wish :
         {"",
          "-",
          "a",
          "9",
          "My Project",
          "\xFF\xFE",
          "a---------------------------------------------b",
          "abcdefghijklmnopqrstuvwxyzabcdef-x",
          "1234567890123456789012345678-901234567890",
          "ÀÿßÞ×÷"})
        EXPECT_TRUE(check_name(suggested_name(wish))) << wish << " " << suggested_name(wish);
}

TEST(check_name, refuses_with_the_suggestion)
{
    const auto outcome = check_name("My Project");
    ASSERT_FALSE(outcome);
    EXPECT_THAT(outcome.error().hint, HasSubstr("my-project"));
    EXPECT_FALSE(check_name("a-name-that-is-longer-than-thirty-two"));
    EXPECT_FALSE(check_name("-a"));
    EXPECT_FALSE(check_name("1a"));
    EXPECT_TRUE(check_name("my-project"));
}

TEST(domain_of, takes_names_and_urls)
{
    EXPECT_EQ(domain_of("Shop.Example.com").value(), "shop.example.com");
    EXPECT_EQ(domain_of("https://shop.example.com/x").value(), "shop.example.com");
    EXPECT_EQ(domain_of("shop.example.com.").value(), "shop.example.com");
    EXPECT_EQ(domain_of("a-1a2b3c-203-0-113-7.sslip.io").value(), "a-1a2b3c-203-0-113-7.sslip.io");
}

TEST(domain_of, refuses_what_no_certificate_is_for)
{
    for (const std::string_view text :
         {"",
          "localhost",
          "203.0.113.7",
          "*.example.com",
          "a_b.example.com",
          "a..b",
          "a b.com",
          "[::1]",
          "-a.example.com"})
        EXPECT_FALSE(domain_of(text)) << text;
}

} // namespace
} // namespace basekeeper::stack
