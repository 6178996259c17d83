// Answers given so far: one draft for each principal, encrypted, gone after a week.
#include "state/draft_table.hpp"
#include "state/test_folder.hpp"

#include <gmock/gmock.h>

namespace basekeeper::state {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class state_drafts : public testing::state_test
{
protected:
    draft_table open() const
    {
        auto t = draft_table::open(dir, {.key_file = dir / "master.key"}, time);
        EXPECT_TRUE(t) << describe(t.error());
        return *std::move(t);
    }

    static crypto::secret<> text(std::string of) { return crypto::secret<>(std::move(of)); }

    manual_clock time;
};

TEST_F(state_drafts, are_kept_for_each_principal_and_kind_until_they_are_forgotten)
{
    ASSERT_TRUE(open().keep("deploy", "cli:ada", text("one")));
    ASSERT_TRUE(open().keep("deploy", "cli:ada", text("two\nlines")));
    ASSERT_TRUE(open().keep("deploy", "key:é/..", text("other")));
    auto table = open();
    const auto mine = table.find("deploy", "cli:ada");
    ASSERT_TRUE(mine && *mine);
    EXPECT_EQ((*mine)->content.reveal(), "two\nlines");
    EXPECT_EQ((*mine)->kept_at, time.wall());
    EXPECT_EQ((*table.find("deploy", "key:é/.."))->content.reveal(), "other");
    EXPECT_FALSE(*table.find("deploy", "cli:bob"));
    EXPECT_FALSE(*table.find("other", "cli:ada"));
    ASSERT_TRUE(table.forget("deploy", "cli:ada"));
    EXPECT_FALSE(*table.find("deploy", "cli:ada"));
    EXPECT_TRUE(table.forget("deploy", "cli:ada")) << "there is none any more, and that was wanted";
}

TEST_F(state_drafts, are_gone_after_a_week)
{
    auto table = open();
    ASSERT_TRUE(table.keep("deploy", "cli:ada", text("one")));
    time.advance(draft_lifetime);
    EXPECT_TRUE(*table.find("deploy", "cli:ada"));
    time.advance(std::chrono::seconds{1});
    EXPECT_FALSE(*table.find("deploy", "cli:ada"));
    time.advance(-draft_lifetime);
    EXPECT_FALSE(*table.find("deploy", "cli:ada")) << "removed, not only passed over";
}

TEST_F(state_drafts, of_those_who_never_came_back_go_with_the_next_one)
{
    auto table = open();
    ASSERT_TRUE(table.keep("deploy", "cli:ada", text("one")));
    time.advance(draft_lifetime + std::chrono::seconds{1});
    ASSERT_TRUE(table.keep("deploy", "cli:bob", text("two")));
    time.advance(-draft_lifetime);
    EXPECT_FALSE(*table.find("deploy", "cli:ada"));
    EXPECT_TRUE(*table.find("deploy", "cli:bob"));
}

TEST_F(state_drafts, are_not_on_disk_in_clear)
{
    ASSERT_TRUE(open().keep("deploy", "cli:ada", text(R"({"smtp_password":"hunter2hunter2"})")));
    EXPECT_THAT(every_byte(), Not(HasSubstr("hunter2")));
}

} // namespace
} // namespace basekeeper::state
