// Scopes: what is one, what it grants, and what is refused by name.
#include "access/scopes.hpp"

#include <gmock/gmock.h>

#include <array>

namespace basekeeper::access {
namespace {

using mcp::effect;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::array<std::string, 2> groups{"database", "backups"};

granted_scopes granted(std::string_view text)
{
    return granted_scopes(known_scopes(text));
}

TEST(scope, is_read_and_written_alike)
{
    for (const auto* text : {"database:read", "backups:write", "*:destroy", "database:destroy@dev", "*:read@shop-2"}) {
        const auto read = parse_scope(text, groups);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(to_text(*read), text);
    }
}

TEST(scope, refuses_unknown_names_and_says_which_there_are)
{
    const auto group = parse_scope("databse:read", groups);
    ASSERT_FALSE(group);
    EXPECT_THAT(group.error().message, HasSubstr("\"databse\""));
    EXPECT_THAT(group.error().hint, AllOf(HasSubstr("database"), HasSubstr("backups")));
    const auto effect = parse_scope("database:reads", groups);
    ASSERT_FALSE(effect);
    EXPECT_THAT(effect.error().hint, HasSubstr("read, write or destroy"));
    for (const auto* bad :
         {"",
          "database",
          ":",
          "database:",
          ":read",
          "database:read@",
          "database:read@A b",
          "*:*",
          "database:read:write",
          "DATABASE:read",
          "database:read@dev@x",
          " database:read"})
        EXPECT_FALSE(parse_scope(bad, groups)) << bad;
}

TEST(scope, destroying_includes_writing_includes_reading)
{
    const auto destroy = granted("database:destroy");
    const auto write = granted("database:write");
    const auto read = granted("database:read");
    for (const auto what : {effect::reads, effect::writes, effect::destroys}) {
        EXPECT_TRUE(destroy.allows("database", what, "dev"));
        EXPECT_EQ(write.allows("database", what, "dev"), what != effect::destroys);
        EXPECT_EQ(read.allows("database", what, "dev"), what == effect::reads);
        EXPECT_FALSE(destroy.allows("backups", what, "dev"));
    }
}

TEST(scope, a_star_is_every_group)
{
    const auto all = granted("*:write");
    EXPECT_TRUE(all.allows("anything", effect::writes, "dev"));
    EXPECT_FALSE(all.allows("anything", effect::destroys, "dev"));
}

TEST(scope, may_be_for_one_instance)
{
    const auto mixed = granted("database:read database:write@dev");
    EXPECT_TRUE(mixed.allows("database", effect::reads, "prod"));
    EXPECT_TRUE(mixed.allows("database", effect::writes, "dev"));
    EXPECT_FALSE(mixed.allows("database", effect::writes, "prod"));
    EXPECT_TRUE(mixed.allows("database", effect::writes, "")) << "on at least one";
}

TEST(scope, nothing_granted_allows_nothing)
{
    const auto none = granted("");
    EXPECT_FALSE(none.allows("database", effect::reads, ""));
    EXPECT_EQ(none.key(), "");
}

TEST(scope, what_tokens_carry_besides_is_left_out)
{
    EXPECT_THAT(
        known_scopes("openid  profile database:read x:y email *:write@dev :read "),
        ElementsAre(scope{"database", effect::reads}, scope{"*", effect::writes, "dev"})
    );
}

TEST(scope, the_same_rights_have_the_same_key)
{
    EXPECT_EQ(granted("b:read a:write a:write").key(), granted("a:write b:read").key());
    EXPECT_NE(granted("a:write").key(), granted("a:write@dev").key());
    EXPECT_EQ(join(known_scopes("b:read a:write a:write")), "a:write b:read");
}

} // namespace
} // namespace basekeeper::access
