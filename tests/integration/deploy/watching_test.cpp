// Looking after a stack while its Dokploy goes away, and with files in the way.
#include "scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace basekeeper::deploy {
namespace {

using namespace std::chrono_literals;
using test::on_scene;
using test::scene;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

io::task<result<>> go_away(scene& s)
{
    CO_TRY(co_await s.deploy("shop", "shop.example.com"));
    const auto well = CO_TRY(co_await s.of.health({.name = "shop"}, scene::soon()));
    EXPECT_EQ(well.seen, dokploy::freshness::current);
    EXPECT_EQ(well.state, "healthy");
    EXPECT_EQ(well.containers.size(), 13U);
    EXPECT_FALSE(well.alert);
    EXPECT_TRUE(s.dokploy.at_present().faults.add("503@docker.getContainersByAppNameMatch", s.dokploy.at_present().now)
    );

    const auto away = CO_TRY(co_await s.of.health({.name = "shop"}, scene::soon()));
    EXPECT_EQ(away.seen, dokploy::freshness::last_seen);
    EXPECT_EQ(away.containers.size(), 13U) << "what was seen last";
    EXPECT_FALSE(away.away_because.empty());
    EXPECT_FALSE(away.alert);

    s.time.advance(5min);
    const auto late = CO_TRY(co_await s.of.health({.name = "shop"}, scene::soon()));
    EXPECT_EQ(late.seen, dokploy::freshness::last_seen);
    EXPECT_EQ(late.age_seconds, 300);
    EXPECT_TRUE(late.alert);
    EXPECT_FALSE(CO_TRY(co_await s.of.health({.name = "shop"}, scene::soon())).alert) << "said once";

    s.time.advance(10min);
    const auto lost = CO_TRY(co_await s.of.health({.name = "shop"}, scene::soon()));
    EXPECT_EQ(lost.seen, dokploy::freshness::unknown);
    EXPECT_EQ(lost.state, "unknown");
    EXPECT_TRUE(lost.containers.empty()) << "too long ago to tell";

    s.dokploy.at_present().faults.clear();
    const auto back = CO_TRY(co_await s.of.health({.name = "shop"}, scene::soon()));
    EXPECT_EQ(back.seen, dokploy::freshness::current);
    EXPECT_EQ(back.state, "healthy");
    co_return result<>{};
}

TEST(deploy_watching, tells_what_was_last_known_then_unknown_and_alerts_once)
{
    on_scene(go_away);
}

io::task<result<>> export_logs(scene& s)
{
    CO_TRY(co_await s.deploy("shop", "shop.example.com"));
    const auto to = s.folder / "shop.log";
    const auto done = CO_TRY(co_await s.of.export_logs({.name = "shop"}, {.services = {"auth"}}, to, scene::soon()));
    EXPECT_GT(done.lines, 0U);
    EXPECT_THAT(done.missing, IsEmpty());
    std::ifstream in(to);
    std::uint64_t lines = 0;
    for (std::string line; std::getline(in, line); ++lines)
        EXPECT_THAT(line, HasSubstr("auth"));
    EXPECT_EQ(lines, done.lines);
    EXPECT_EQ(std::filesystem::status(to).permissions(), std::filesystem::perms{0600});
    const auto again = co_await s.of.export_logs({.name = "shop"}, {.services = {"auth"}}, to, scene::soon());
    EXPECT_FALSE(again) << "a file that is there is not written over";
    EXPECT_THAT(again.error().message, HasSubstr("File exists"));
    const auto nowhere =
        co_await s.of.export_logs({.name = "shop"}, {.services = {"auth"}}, s.folder / "no" / "x.log", scene::soon());
    EXPECT_THAT(nowhere.error().hint, HasSubstr("in a folder that may be written"));
    co_return result<>{};
}

TEST(deploy_watching, exports_logs_into_a_file_of_its_own)
{
    on_scene(export_logs);
}

} // namespace
} // namespace basekeeper::deploy
