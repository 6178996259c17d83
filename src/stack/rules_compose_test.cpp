// Rules of ports, images, files and names, each with what breaks it and a near miss that does not.
#include "stack/test_configurations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using namespace basekeeper::stack::testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(services, database_ports_that_are_published)
{
    const auto published = [](std::string_view service, std::string_view port) {
        return replaced(
            kong(),
            "image: " + std::string(service),
            "ports: [\"" + std::string(port) + "\"]\n    image: " + std::string(service)
        );
    };
    EXPECT_THAT(ids(published("supabase/postgres:", "5432:5432")), ElementsAre("database_port_published"));
    EXPECT_EQ(
        found(published("supabase/postgres:", "5432:5432"), "database_port_published").severity, severity::critical
    );
    EXPECT_THAT(ids(published("supabase/supavisor", "${P}:6543")), Contains("database_port_published"));
    EXPECT_THAT(ids(published("supabase/postgres:", "127.0.0.1:5432:5432")), IsEmpty());
    EXPECT_THAT(ids(published("kong/kong", "8000:8000")), IsEmpty());
}

TEST(services, images_that_are_old_or_not_pinned)
{
    EXPECT_THAT(ids(replaced(kong(), "gotrue:v2.189.0", "gotrue:v2.188.9")), ElementsAre("image_outdated"));
    EXPECT_THAT(ids(replaced(kong(), "gotrue:v2.189.0", "gotrue:v2.196.0")), IsEmpty());
    EXPECT_THAT(ids(replaced(kong(), "postgres:17.6.1.136", "postgres:15.8.1.085")), IsEmpty())
        << "another major is no older version";
    EXPECT_THAT(ids(replaced(kong(), "postgres:17.6.1.136", "postgres:15.8.1.060")), ElementsAre("image_outdated"));
    EXPECT_THAT(ids(replaced(kong(), "kong/kong:3.9.1", "kong:2.8.1")), ElementsAre("image_outdated"));
    EXPECT_THAT(ids(replaced(kong(), "gotrue:v2.189.0", "gotrue:latest")), ElementsAre("image_unpinned"));
    EXPECT_THAT(ids(replaced(kong(), "gotrue:v2.189.0", "gotrue:sha-123")), IsEmpty());
}

TEST(services, the_tenant_of_realtime)
{
    const auto plain = replaced(kong(), "SELF_HOST_TENANT_NAME: realtime", "OTHER: x");
    EXPECT_THAT(ids(plain), ElementsAre("realtime_tenant"));
    EXPECT_EQ(
        command(found(plain, "realtime_tenant"), "shop"), "basekeeper dokploy update-env shop --mend realtime_tenant"
    );
    const auto alias = "networks:\n      default:\n        aliases:\n          - realtime-dev.supabase-realtime\n    "
                       "image: supabase/realtime";
    EXPECT_THAT(ids(replaced(plain, "image: supabase/realtime", alias)), IsEmpty());
    EXPECT_THAT(
        ids(replaced(
            plain,
            "image: supabase/realtime",
            "container_name: realtime-dev.supabase-realtime\n    image: supabase/realtime"
        )),
        ElementsAre("fixed_container_name")
    );
}

TEST(services, on_the_network_of_all_stacks)
{
    auto of = kong();
    of.isolation = isolation::shared;
    EXPECT_THAT(ids(of), ElementsAre("not_isolated"));
    of.isolation = isolation::unknown;
    EXPECT_THAT(ids(of), IsEmpty());
}

TEST(file_rules, missing_or_wiped)
{
    auto of = kong();
    of.mounts->pop_back();
    EXPECT_THAT(ids(of), ElementsAre("mount_missing"));
    of.mounts.reset();
    EXPECT_THAT(ids(of), IsEmpty()) << "mounts are not known";
    const auto vector = replaced(kong(), "../files/volumes/logs/vector.yml", "./volumes/logs/vector.yml");
    EXPECT_THAT(ids(vector), ElementsAre("mount_wiped")) << "Dokploy writes it below files";
    EXPECT_THAT(
        ids(replaced(kong(), "../files/volumes/logs/vector.yml", "./own/vector.yml")), ElementsAre("mount_missing")
    );
    const auto lost = replaced(kong(), "../files/volumes/db/data", "./volumes/db/data/");
    EXPECT_THAT(ids(lost), ElementsAre("data_wiped"));
    EXPECT_EQ(command(found(lost, "data_wiped"), "shop"), "");
    EXPECT_THAT(
        found(lost, "data_wiped").remedy.advice,
        HasSubstr("mkdir -p /etc/dokploy/compose/APP/files/volumes/db && cp -a "
                  "/etc/dokploy/compose/APP/code/volumes/db/data /etc/dokploy/compose/APP/files/volumes/db/")
    );
}

TEST(name_rules, that_cannot_stand_in_an_address)
{
    auto of = kong();
    of.name = "My Project";
    EXPECT_THAT(ids(of), ElementsAre("name_unsafe"));
    EXPECT_THAT(found(of, "name_unsafe").remedy.advice, HasSubstr("my-project"));
    of.name = "my-project";
    EXPECT_THAT(ids(of), IsEmpty());
}

} // namespace
} // namespace basekeeper::stack
