// Versions, names and files are what the Supabase CLI takes them for.
#include "features/migrations/names.hpp"

#include <gtest/gtest.h>

namespace basekeeper::migrations {
namespace {

TEST(version, is_the_time_in_utc)
{
    EXPECT_EQ(version_at(wall_time{std::chrono::seconds{1'800'000'000}}), "20270115080000");
    EXPECT_TRUE(check_version("20270115080000"));
    EXPECT_TRUE(check_version("1"));
    for (const auto* wrong : {"", "2027-01-15", "1a", "-1", "123456789012345678901234567890123"})
        EXPECT_FALSE(check_version(wrong)) << wrong;
    EXPECT_TRUE(is_before("20270115080000", "20270115080001"));
    EXPECT_TRUE(is_before("0", "1"));
}

TEST(name, becomes_part_of_a_file)
{
    for (const auto* right : {"add_users", "a", "v1.2-final", "ALTER_x"})
        EXPECT_TRUE(check_name(right)) << right;
    for (const auto* wrong : {"", "add users", "../up", "a/b", ".hidden", "x.down", "größe", "a\n"})
        EXPECT_FALSE(check_name(wrong)) << wrong;
    EXPECT_FALSE(check_name(std::string(101, 'a')));
    EXPECT_EQ(check_name("Add Users!").error().hint, "use letters, digits and underscores, such as add_users");
    EXPECT_EQ(proposed_name("größe"), "gr_e");
    EXPECT_EQ(proposed_name("/.."), "migration");
    EXPECT_EQ(proposed_name("DOWN"), "migration");
}

TEST(file_name, tells_version_name_and_direction)
{
    const auto up = read_file_name("20250101000000_add_users.sql");
    ASSERT_TRUE(up);
    EXPECT_EQ(up->version, "20250101000000");
    EXPECT_EQ(up->name, "add_users");
    EXPECT_EQ(up->way, direction::up);
    const auto down = read_file_name("1_x.down.sql");
    ASSERT_TRUE(down);
    EXPECT_EQ(down->way, direction::down);
    EXPECT_EQ(down->name, "x");
    for (const auto* other : {"x.sql", "1.sql", "1_.sql", "1_x.txt", "a1_x.sql", "_x.sql", ".down.sql"})
        EXPECT_FALSE(read_file_name(other)) << other;
    EXPECT_EQ(to_file_name("1", "x"), "1_x.sql");
}

} // namespace
} // namespace basekeeper::migrations
