// Privileges: reading PostgreSQL's text, and the shortest way from one list to another.
#include "features/schema_diff/acl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::schema_diff {
namespace {

TEST(access_list, reads_grantees_options_and_quoted_names)
{
    const auto got = read_access("postgres=arwdDxt/postgres\x1f=r/postgres\x1f\"a \"\"b=\"=r*w/postgres", "postgres");
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got.at(std::string(owner_mark)).size(), 7U);
    EXPECT_FALSE(got.at("").at('r'));
    EXPECT_TRUE(got.at("a \"b=").at('r'));
    EXPECT_FALSE(got.at("a \"b=").at('w'));
}

TEST(access_list, is_the_same_whoever_owns)
{
    EXPECT_EQ(
        read_access(
            "ada=r/ada\x1f"
            "anon=r/ada",
            "ada"
        ),
        read_access(
            "anon=r/bob\x1f"
            "bob=r/bob",
            "bob"
        )
    );
}

TEST(access_list, leaves_out_what_cannot_be_read)
{
    EXPECT_TRUE(read_access("nothing\x1f\x1f\"open", "x").empty());
    EXPECT_TRUE(read_access("", "x").empty());
}

TEST(difference_of_access, revokes_first_and_says_all_for_everything)
{
    const auto from = read_access("anon=a/o", "o");
    const auto to = read_access(
        "anon=r/o\x1f"
        "web=arwdDxt/o",
        "o"
    );
    const auto got = difference(from, to, 'r');
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got[0].way, grant_change::direction::revoke);
    EXPECT_EQ(got[0].privileges, "insert");
    EXPECT_EQ(got[1].privileges, "select");
    EXPECT_EQ(got[2].privileges, "all");
    EXPECT_EQ(got[2].grantee, "web");
}

TEST(difference_of_access, tells_the_right_to_pass_on_from_the_privilege)
{
    const auto with = read_access("anon=r*/o", "o");
    const auto without = read_access("anon=r/o", "o");
    const auto taken = difference(with, without, 'r');
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_TRUE(taken[0].option_only);
    const auto given = difference(without, with, 'r');
    ASSERT_EQ(given.size(), 1U);
    EXPECT_TRUE(given[0].with_option);
    EXPECT_TRUE(difference(with, with, 'r').empty());
}

} // namespace
} // namespace basekeeper::schema_diff
