// Dokploy servers from tables and variables.
#include "config/test_sources.hpp"

#include <gmock/gmock.h>

namespace basekeeper::config {
namespace {

using namespace config::testing;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(config_dokploy, servers_are_read_from_tables)
{
    const auto s = settings_of(with_file(
        "[dokploy.home]\nurl = 'https://h'\napi_key = 'hunter2'\nreach = '192.0.2.1:443'\nca_file = '~/ca.pem'\n"
    ));
    const auto& home = s.dokploy.at("home");
    EXPECT_EQ(*home.url, "https://h");
    EXPECT_EQ(home.api_key->reveal(), "hunter2");
    EXPECT_EQ(*home.ca_file, "/home/ada/ca.pem");
    EXPECT_EQ(shown(s, "dokploy.home.api_key"), "**** | c.toml:3");
    EXPECT_EQ(shown(s, "dokploy.home.reach"), "192.0.2.1:443 | c.toml:4");
    EXPECT_TRUE(s.instances.empty());
}

TEST(config_dokploy, variables_make_the_default_server)
{
    const auto s = settings_of(with_environment(
        {{"DOKPLOY_URL", "https://h"}, {"DOKPLOY_API_KEY", "k"}, {"BASEKEEPER_DOKPLOY_POLL_INTERVAL_MS", "20"}}
    ));
    EXPECT_EQ(shown(s, "dokploy.default.api_key"), "**** | DOKPLOY_API_KEY");
    EXPECT_EQ(*s.dokploy.at("default").poll_interval, std::chrono::milliseconds{20});
    EXPECT_THAT(error_of(with_environment({{"DOKPLOY_URL", "https://h"}})).hint, HasSubstr("DOKPLOY_API_KEY"));
    EXPECT_EQ(
        error_of(with_environment({{"BASEKEEPER_DOKPLOY_RAECH", "a:1"}})).hint,
        "set BASEKEEPER_DOKPLOY_REACH instead, or unset it"
    );
}

TEST(config_dokploy, refuses_bad_tables_without_showing_secrets)
{
    EXPECT_EQ(error_of(with_file("[dokploy.a]\nurl = 'https://h'\n")).hint, "set `dokploy.a.api_key`");
    EXPECT_THAT(error_of(with_file("[dokploy.A]\n")).message, HasSubstr("a Dokploy server"));
    for (const auto* line :
         {"url = 'ftp://h'",
          "api_key = 'hunter2 hunter2'",
          "pin = 'sha256//short'",
          "reach = 'h'",
          "reach = 'h:x'",
          "kind = 'local'",
          "poll_interval_ms = 1"})
    {
        const auto e = error_of(with_file(std::string("[dokploy.a]\n") + line));
        EXPECT_THAT(e.message, HasSubstr("dokploy.a.")) << line;
        EXPECT_THAT(e.message + e.hint, Not(HasSubstr("hunter2")));
    }
}

} // namespace
} // namespace basekeeper::config
