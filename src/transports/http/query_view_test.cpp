// The query of the address: what it limits, and that nothing in it is ignored.
#include "support/mcp_session.hpp"
#include "transports/http/query_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::transports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class query_view : public ::testing::Test
{
protected:
    query_view()
    {
        for (const auto* group : {"database", "instances"})
            offers.add(mcp::make_tool<mcp::no_arguments, mcp::testing::text_result>(
                {.name = std::string("of_") + group, .group = group, .about = mcp::subject::server},
                [](mcp::no_arguments, mcp::call&) -> io::task<result<mcp::testing::text_result>> {
                    co_return mcp::testing::text_result{};
                }
            ));
    }

    result<mcp::view> read(std::vector<std::pair<std::string, std::string>> query)
    {
        return read_query_view(query, offers, [](std::string_view name) { return name == "dev"; });
    }

    std::string refused(std::vector<std::pair<std::string, std::string>> query)
    {
        const auto got = read(std::move(query));
        return got ? "accepted" : got.error().message;
    }

    mcp::registry offers;
};

TEST_F(query_view, without_a_query_sees_everything)
{
    EXPECT_TRUE(read({})->is_whole());
}

TEST_F(query_view, takes_each_limit)
{
    const auto got = read({{"features", "database,instances"}, {"instance", "dev"}, {"read_only", "true"}});
    ASSERT_TRUE(got);
    EXPECT_THAT(got->features, ElementsAre("database", "instances"));
    EXPECT_EQ(got->instance, "dev");
    EXPECT_EQ(got->mode, mcp::access::read_only);
    EXPECT_EQ(read({{"read_only", "false"}})->mode, mcp::access::full);
}

TEST_F(query_view, refuses_what_it_does_not_know_by_name)
{
    EXPECT_THAT(refused({{"readonly", "true"}}), HasSubstr("\"readonly\""));
    EXPECT_THAT(refused({{"read_only", "1"}}), HasSubstr("\"1\""));
    EXPECT_THAT(refused({{"read_only", ""}}), HasSubstr("read_only"));
    EXPECT_THAT(refused({{"features", "databse"}}), HasSubstr("\"databse\""));
    EXPECT_THAT(refused({{"features", "database,"}}), HasSubstr("\"\""));
    EXPECT_THAT(refused({{"features", ""}}), HasSubstr("features"));
    EXPECT_THAT(refused({{"instance", "prod"}}), HasSubstr("\"prod\""));
    EXPECT_THAT(refused({{"instance", "dev"}, {"instance", "dev"}}), HasSubstr("twice"));
}

} // namespace
} // namespace basekeeper::transports
