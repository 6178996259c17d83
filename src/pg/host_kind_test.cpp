// Hosts as they stand in connection strings of Supabase users.
#include "pg/host_kind.hpp"

#include <gtest/gtest.h>

namespace basekeeper::pg {
namespace {

TEST(host_kind, names_of_compose_services_are_told_from_hosts_of_the_network)
{
    for (const auto* name :
         {"db", "supabase-db", "shop-db", "shop_db", "supabase-pooler", "supavisor", "DB", "postgres"})
        EXPECT_EQ(kind_of_host(name), host_kind::docker_name) << name;
    for (const auto* name : {"kong", "supabase-kong", "api-gw", "supabase-envoy"})
        EXPECT_EQ(kind_of_host(name), host_kind::docker_gateway) << name;
    for (const auto* name : {"db.example.com", "nas", "mydb", "10.0.0.5", "2001:db8::1", "kong.example.com", ""})
        EXPECT_EQ(kind_of_host(name), host_kind::elsewhere) << name;
    for (const auto* name : {"localhost", "127.0.0.1", "::1", "LOCALHOST"})
        EXPECT_EQ(kind_of_host(name), host_kind::this_machine) << name;
    EXPECT_EQ(kind_of_host("/run/postgresql"), host_kind::socket);
    EXPECT_EQ(kind_of_host("host.docker.internal"), host_kind::docker_host);
}

TEST(host_kind, hosts_of_the_cloud_are_known)
{
    EXPECT_EQ(kind_of_host("aws-0-eu-central-1.pooler.supabase.com"), host_kind::cloud_pooler);
    EXPECT_EQ(kind_of_host("db.abcdefghijkl.supabase.co"), host_kind::cloud_direct);
    EXPECT_EQ(project_of_host("DB.abcdefghijkl.supabase.co."), "abcdefghijkl");
    EXPECT_EQ(project_of_host("abcdefghijkl.supabase.co"), "");
    EXPECT_EQ(project_of_host("db.a.b.supabase.co"), "");
    EXPECT_EQ(project_of_host("db.evil.supabase.co.example.com"), "");
    EXPECT_EQ(kind_of_host("x.pooler.supabase.com.example.com"), host_kind::elsewhere);
}

TEST(host_kind, users_of_the_pooler_are_split_at_the_first_dot)
{
    EXPECT_EQ(split_user("postgres.abc").role, "postgres");
    EXPECT_EQ(split_user("postgres.abc").tenant, "abc");
    EXPECT_EQ(split_user("postgres").tenant, "");
    EXPECT_EQ(join_user("me", "a.b"), "me.a.b");
    EXPECT_EQ(join_user("me", ""), "me");
}

} // namespace
} // namespace basekeeper::pg
