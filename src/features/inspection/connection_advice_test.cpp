// The numbers: what is advised frees what is missing, and nothing is advised when nothing is wrong.
#include "features/inspection/connection_advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::inspection {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr slots full{.max = 100, .superuser_reserved = 3, .reserved = 0, .used = 95};

connection_group some(service of, std::string role, std::string state, int connections, std::int64_t seconds = 1)
{
    return {
        .of = of,
        .role = role,
        .quoted_role = role,
        .database = "postgres",
        .state = std::move(state),
        .connections = connections,
        .oldest_state_seconds = seconds,
        .oldest_seconds = seconds,
    };
}

TEST(connection_slots, leave_out_what_is_reserved)
{
    const slots sixteen{.max = 100, .superuser_reserved = 3, .reserved = 7, .used = 45};
    EXPECT_EQ(sixteen.usable(), 90);
    EXPECT_EQ(sixteen.percent_used(), 50);
    EXPECT_EQ((slots{.max = 3, .superuser_reserved = 3}.percent_used()), 100);
}

TEST(connection_advice, is_empty_on_a_healthy_server)
{
    const slots half{.max = 100, .superuser_reserved = 3, .reserved = 0, .used = 50};
    EXPECT_THAT(advise(half, {some(service::supavisor, "postgres", "idle", 50, 9'999)}), IsEmpty());
    EXPECT_THAT(advise(full, {}), IsEmpty());
}

TEST(connection_advice, sizes_the_pooler_so_that_four_fifths_are_used)
{
    // 97 usable, 80 % are 77: 18 too many. Supavisor has 60 in three pools of one database: 42 left are 14 each.
    const auto got = advise(
        full,
        {some(service::supavisor, "postgres", "idle", 20),
         some(service::supavisor, "app", "idle", 20),
         some(service::supavisor, "reports", "active", 20),
         some(service::rest, "authenticator", "idle", 35)}
    );
    ASSERT_THAT(got, SizeIs(1));
    EXPECT_EQ(got[0].setting, "POOLER_DEFAULT_POOL_SIZE");
    EXPECT_EQ(got[0].value, "14");
    EXPECT_THAT(got[0].how, HasSubstr("/api/tenants/")) << "an existing tenant does not read the environment";
}

TEST(connection_advice, names_the_setting_of_each_service)
{
    const auto rest = advise(full, {some(service::rest, "authenticator", "idle", 90)});
    ASSERT_THAT(rest, SizeIs(1));
    EXPECT_THAT(rest[0].how, HasSubstr("PGRST_DB_POOL=72"));
    const auto ours = advise(full, {some(service::ours, "postgres", "idle", 19)});
    ASSERT_THAT(ours, SizeIs(1));
    EXPECT_EQ(ours[0].value, "2") << "never less than two";
}

TEST(connection_advice, limits_a_role_of_no_known_service_but_not_a_superuser)
{
    auto stranger = some(service::other, "\"My app\"", "idle", 60);
    const auto limited = advise(full, {stranger});
    ASSERT_THAT(limited, SizeIs(1));
    EXPECT_EQ(limited[0].how, "alter role \"My app\" connection limit 42");
    stranger.superuser = true;
    EXPECT_THAT(advise(full, {stranger})[0].how, HasSubstr("not bound by limits"));
}

TEST(connection_advice, raises_max_connections_only_when_most_are_at_work)
{
    const auto got = advise(full, {some(service::rest, "authenticator", "active", 80)});
    ASSERT_THAT(got, SizeIs(2));
    EXPECT_EQ(got[1].setting, "max_connections");
    EXPECT_EQ(got[1].value, "140"); // 95 / 0.7 + 3, up to the next ten
}

TEST(connection_advice, ends_forgotten_transactions_and_sessions_also_on_an_empty_server)
{
    const slots calm{.max = 100, .superuser_reserved = 3, .reserved = 0, .used = 30};
    const auto got = advise(
        calm,
        {some(service::auth, "supabase_auth_admin", "idle in transaction", 1, 61),
         some(service::auth, "supabase_auth_admin", "idle in transaction (aborted)", 1, 99),
         some(service::rest, "authenticator", "idle in transaction", 1, 59),
         some(service::other, "app", "idle", 20, 600)}
    );
    ASSERT_THAT(got, SizeIs(2)) << "one per role";
    EXPECT_THAT(
        got[0].how, HasSubstr("alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s'")
    );
    EXPECT_EQ(got[1].how, "alter role app set idle_session_timeout = '10min'");
}

} // namespace
} // namespace basekeeper::inspection
