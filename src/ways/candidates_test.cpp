// Which other ways are made from a connection, and which are never.
#include "ways/candidates.hpp"

#include <gmock/gmock.h>

namespace basekeeper::ways {
namespace {

using testing::ElementsAre;

std::vector<std::string> plan(std::string_view text)
{
    const auto info = read_connection(text);
    EXPECT_TRUE(info) << text;
    std::vector<std::string> out;
    if (info)
        for (const auto& c : candidates(*info))
            out.push_back(
                std::string(words(c.route)) + ' ' + c.to.user + '@' + c.to.host + ':' + std::to_string(c.to.port)
            );
    return out;
}

TEST(candidates, a_plain_server_has_one_way)
{
    EXPECT_THAT(plan("postgres://u:p@db.example.com/d"), ElementsAre("as given u@db.example.com:5432"));
    EXPECT_THAT(plan("postgres://john.doe:p@db.example.com/d"), ElementsAre("as given john.doe@db.example.com:5432"));
    EXPECT_THAT(plan("postgres://u@%2Ftmp/d"), ElementsAre("as given u@/tmp:5432"));
    EXPECT_THAT(plan("postgres://postgres:p@localhost:54322/d"), ElementsAre("as given postgres@localhost:54322"));
}

TEST(candidates, a_transaction_pooler_falls_back_to_5432)
{
    EXPECT_THAT(
        plan("postgres://postgres.shop:p@base.example.com:6543/postgres"),
        ElementsAre(
            "as given postgres.shop@base.example.com:6543",
            "session pooler postgres.shop@base.example.com:5432",
            "direct postgres@base.example.com:5432"
        )
    );
    EXPECT_THAT(
        plan("postgres://app:p@base.example.com:6543/postgres"),
        ElementsAre("as given app@base.example.com:6543", "direct app@base.example.com:5432")
    );
}

TEST(candidates, the_cloud_has_its_poolers_and_its_direct_host)
{
    EXPECT_THAT(
        plan("postgres://postgres.abcd:p@aws-0-eu-west-1.pooler.supabase.com:6543/postgres"),
        ElementsAre(
            "as given postgres.abcd@aws-0-eu-west-1.pooler.supabase.com:6543",
            "session pooler postgres.abcd@aws-0-eu-west-1.pooler.supabase.com:5432",
            "direct postgres@db.abcd.supabase.co:5432",
            "transaction pooler postgres@db.abcd.supabase.co:6543"
        )
    );
    EXPECT_THAT(
        plan("postgres://postgres:p@db.abcd.supabase.co/postgres"),
        ElementsAre(
            "as given postgres@db.abcd.supabase.co:5432", "transaction pooler postgres@db.abcd.supabase.co:6543"
        )
    );
    EXPECT_THAT(
        plan("postgres://postgres:p@aws-0-eu-west-1.pooler.supabase.com/postgres"),
        ElementsAre("as given postgres@aws-0-eu-west-1.pooler.supabase.com:5432")
    );
}

TEST(candidates, other_ways_in_the_cloud_ask_for_tls)
{
    const auto info = read_connection("postgres://postgres.abcd:p@aws-0-eu-west-1.pooler.supabase.com:6543/postgres");
    ASSERT_TRUE(info);
    for (const auto& c : candidates(*info))
        EXPECT_TRUE(c.route == route::given || c.to.tls >= pg::tls_mode::require) << pg::describe(c.to);
}

TEST(candidates, a_name_inside_docker_leads_to_the_stack_from_outside)
{
    EXPECT_THAT(
        plan("POSTGRES_HOST=db\nPOSTGRES_PASSWORD=p\nPOSTGRES_PORT=5433\nPOOLER_TENANT_ID=shop\n"
             "SUPABASE_PUBLIC_URL=https://base.example.com"),
        ElementsAre(
            "as given postgres@db:5433",
            "session pooler postgres.shop@db:5433",
            "transaction pooler postgres.shop@db:6543",
            "session pooler postgres.shop@base.example.com:5433",
            "direct postgres@base.example.com:5433",
            "transaction pooler postgres.shop@base.example.com:6543",
            "session pooler postgres.shop@localhost:5433",
            "direct postgres@localhost:5433",
            "transaction pooler postgres.shop@localhost:6543"
        )
    );
    EXPECT_THAT(
        plan("postgres://postgres:p@supabase-db/postgres"),
        ElementsAre("as given postgres@supabase-db:5432", "direct postgres@localhost:5432")
    );
}

TEST(candidates, further_connections_of_the_text_come_right_after_the_given_one)
{
    EXPECT_THAT(
        plan("DATABASE_URL=postgres://u:p@h:6543/d\nDIRECT_URL=postgres://u:p@direct.example.com/d"),
        ElementsAre("as given u@h:6543", "as given u@direct.example.com:5432", "direct u@h:5432")
    );
}

TEST(candidates, another_role_takes_the_tenant_of_the_way)
{
    const auto info = read_connection("postgres://postgres.shop:p@base.example.com:6543/postgres");
    ASSERT_TRUE(info);
    std::vector<std::string> users;
    for (const auto& c : candidates(*info))
        users.push_back(as_role(c, "reader", crypto::secret<std::string>("q")).user);
    EXPECT_THAT(users, ElementsAre("reader.shop", "reader.shop", "reader"));
}

TEST(candidates, the_way_that_works_becomes_the_given_one_and_the_old_one_is_kept)
{
    const auto info = read_connection("POSTGRES_HOST=db\nPOSTGRES_PASSWORD=p\nPOOLER_TENANT_ID=shop");
    ASSERT_TRUE(info);
    const auto all = candidates(*info);
    const auto changed = preferring(*info, all.at(3));
    EXPECT_EQ(changed.given, all.at(3).to);
    const auto again = candidates(changed);
    EXPECT_EQ(again.at(0).to, all.at(3).to);
    EXPECT_EQ(again.at(1).to, info->given);
}

} // namespace
} // namespace basekeeper::ways
