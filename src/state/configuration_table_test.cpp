// Configurations that were replaced: kept once, newest first, bounded, encrypted.
#include "state/configuration_table.hpp"
#include "state/test_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace basekeeper::state {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class state_configurations : public testing::state_test
{
protected:
    configuration_table open() const
    {
        auto t = configuration_table::open(dir, {.key_file = dir / "master.key"}, system_clock());
        EXPECT_TRUE(t) << describe(t.error());
        return *std::move(t);
    }

    static configuration_record shop(std::string reason = "before a change")
    {
        return {
            .server = "home", .service = "c1", .instance = "shop", .reason = std::move(reason), .principal = "cli:ada"
        };
    }
};

TEST_F(state_configurations, are_listed_newest_first_and_read_back)
{
    const auto first = open().keep(shop("one"), crypto::secret<>(std::string("A=1")));
    ASSERT_TRUE(first) << describe(first.error());
    const auto second = open().keep(shop("two"), crypto::secret<>(std::string("A=2")));
    auto table = open();
    const auto all = table.list("home", "c1");
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ(all->front().id, second->id);
    EXPECT_EQ(all->back().reason, "one");
    EXPECT_EQ(table.content(first->id)->reveal(), "A=1");
    EXPECT_TRUE(table.list("home", "c2")->empty());
    EXPECT_TRUE(table.list("other", "c1")->empty());
}

TEST_F(state_configurations, the_same_content_twice_in_a_row_is_kept_once)
{
    auto table = open();
    const auto first = table.keep(shop(), crypto::secret<>(std::string("A=1")));
    EXPECT_EQ(table.keep(shop(), crypto::secret<>(std::string("A=1")))->id, first->id);
    EXPECT_NE(table.keep(shop(), crypto::secret<>(std::string("A=2")))->id, first->id);
    EXPECT_NE(table.keep(shop(), crypto::secret<>(std::string("A=1")))->id, first->id);
    EXPECT_EQ(table.list("home", "c1")->size(), 3U);
}

TEST_F(state_configurations, the_oldest_are_forgotten_with_their_contents)
{
    auto table = open();
    const auto first = table.keep(shop(), crypto::secret<>(std::string("first")));
    for (std::uint32_t i = 0; i < most_configurations; ++i)
        ASSERT_TRUE(table.keep(shop(), crypto::secret<>(fmt::format("A={}", i))));
    EXPECT_EQ(table.list("home", "c1")->size(), most_configurations);
    EXPECT_EQ(table.get(first->id).error().code, condition::not_found);
    EXPECT_THAT(table.content(first->id).error().hint, HasSubstr("basekeeper dokploy history"));
}

TEST_F(state_configurations, are_not_on_disk_in_clear)
{
    ASSERT_TRUE(open().keep(shop(), crypto::secret<>(std::string("JWT_SECRET=hunter2hunter2"))));
    for (const auto& file : std::filesystem::directory_iterator(dir)) {
        std::ifstream in(file.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        EXPECT_THAT(bytes, Not(HasSubstr("hunter2"))) << file.path();
    }
}

} // namespace
} // namespace basekeeper::state
