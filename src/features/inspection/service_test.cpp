// Each service of a Supabase is known by its application name, its role or its database.
#include "features/inspection/service.hpp"

#include <gtest/gtest.h>

namespace basekeeper::inspection {
namespace {

service of(std::string_view application, std::string_view role, std::string_view database = "postgres")
{
    return service_of({.application = application, .role = role, .database = database});
}

TEST(service, is_known_by_the_application_name_first)
{
    EXPECT_EQ(of("Supavisor", "postgres"), service::supavisor);
    EXPECT_EQ(of("supavisor (meta)", "supabase_admin", "_supabase"), service::supavisor);
    EXPECT_EQ(of("realtime_connect", "supabase_admin"), service::realtime);
    EXPECT_EQ(of("PostgREST 14.1", "authenticator"), service::rest);
    EXPECT_EQ(of("Supabase Storage API", "supabase_storage_admin"), service::storage);
    EXPECT_EQ(of("postgres-meta 0.96.1", "postgres"), service::meta);
    EXPECT_EQ(of("supabase/dashboard", "postgres"), service::studio);
    EXPECT_EQ(of("pg_cron scheduler", "postgres"), service::jobs);
    EXPECT_EQ(of("basekeeper/0.1.0", "postgres"), service::ours);
}

TEST(service, is_known_by_the_role_when_it_does_not_name_itself)
{
    EXPECT_EQ(of("", "supabase_auth_admin"), service::auth);
    EXPECT_EQ(of("", "authenticator"), service::rest);
    EXPECT_EQ(of("", "supabase_storage_admin"), service::storage);
    EXPECT_EQ(of("", "pgbouncer"), service::supavisor);
    EXPECT_EQ(of("", "supabase_functions_admin"), service::functions);
    EXPECT_EQ(of("", "basekeeper_read_only_0a1b2c3d"), service::ours);
}

TEST(service, of_the_platform_database_is_the_log_service_and_of_strangers_is_other)
{
    EXPECT_EQ(of("", "supabase_admin", "_supabase"), service::analytics);
    EXPECT_EQ(of("", "supabase_admin"), service::other);
    EXPECT_EQ(of("psql", "postgres"), service::other);
    EXPECT_EQ(of("my realtime app", "app"), service::other);
}

TEST(service, with_a_pool_names_the_setting_that_bounds_it)
{
    EXPECT_EQ(pool_setting_of(service::supavisor), "POOLER_DEFAULT_POOL_SIZE");
    EXPECT_EQ(pool_setting_of(service::rest), "PGRST_DB_POOL");
    EXPECT_EQ(pool_setting_of(service::meta), "");
}

} // namespace
} // namespace basekeeper::inspection
