// Names of containers, the line that says why one is not well, and how often is asked in vain.
#include "features/deploy/containers.hpp"
#include "features/deploy/pace.hpp"
#include "features/deploy/stacks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::deploy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(container_names, tell_the_service)
{
    EXPECT_EQ(service_of("shop-ab12cd-kong-1", "shop-ab12cd"), "kong");
    EXPECT_EQ(service_of("shop-ab12cd-edge-functions-12", "shop-ab12cd"), "edge-functions");
    EXPECT_EQ(service_of("shop-ab12cd-v2-x", "shop-ab12cd"), "v2-x");
    EXPECT_EQ(service_of("supabase-kong", "shop-ab12cd"), "supabase-kong");
    EXPECT_EQ(service_of("shop-ab12cdx-kong-1", "shop-ab12cd"), "shop-ab12cdx-kong-1");
    EXPECT_EQ(service_of("shop-ab12cd", "shop-ab12cd"), "shop-ab12cd");
}

TEST(wanted_containers, have_the_names_that_the_file_gives_them)
{
    const auto all = containers_in(
        "services:\n  a:\n    image: x/a:1\n    container_name: ${PREFIX}-a\n"
        "  b:\n    image: x/b:1\n    container_name: ${OTHER:-supabase}-b\n  c:\n    image: x/c:1\n",
        "PREFIX=shop\nOTHER=$PREFIX\n"
    );
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].named, "shop-a");
    EXPECT_EQ(all[2].service, "c");
    EXPECT_EQ(all[2].named, "");
    EXPECT_EQ(
        containers_in("services:\n  b:\n    image: x/b:1\n    container_name: ${NONE:-supabase}-b\n", "")[0].named,
        "supabase-b"
    );
    EXPECT_TRUE(containers_in("no compose file", "").empty());
}

TEST(telling_line, is_the_known_fault_with_what_it_means)
{
    const auto line = telling_line("2026-11-25T10:00:00.1Z starting\n"
                                   "2026-11-25T10:00:01.1Z FATAL: password authentication failed for user \"x\"\n"
                                   "2026-11-25T10:00:02.1Z error: giving up\n");
    EXPECT_THAT(line, HasSubstr("password authentication failed"));
    EXPECT_THAT(line, HasSubstr("another password"));
}

TEST(telling_line, is_else_the_last_that_sounds_like_a_failure_or_the_last_of_all)
{
    EXPECT_EQ(telling_line("a\nerror: one\nerror: two\nbye\n\n"), "error: two");
    EXPECT_EQ(telling_line("a\nb\n  \n"), "b");
    EXPECT_EQ(telling_line(""), "");
}

TEST(pace, grows_to_ten_times_the_first)
{
    pace wait(100ms);
    EXPECT_EQ(wait.next(), 100ms);
    EXPECT_EQ(wait.next(), 150ms);
    for (int i = 0; i < 20; ++i)
        EXPECT_LE(wait.next(), 1000ms);
    EXPECT_EQ(wait.next(), 1000ms);
}

TEST(absence, is_waited_for_a_few_times_in_a_row)
{
    absence away;
    const error gone(condition::unavailable, "no answer", "wait");
    for (int round = 0; round < 2; ++round) {
        for (int i = 1; i < absence::most; ++i)
            EXPECT_TRUE(away.may_pass(gone));
        away.is_over();
    }
    for (int i = 1; i < absence::most; ++i)
        (void)away.may_pass(gone);
    EXPECT_FALSE(away.may_pass(gone));
}

TEST(absence, is_no_excuse_for_a_refusal)
{
    absence away;
    EXPECT_FALSE(away.may_pass(error(condition::denied, "no", "ask")));
    EXPECT_FALSE(away.may_pass(error(condition::not_found, "no", "ask")));
}

TEST(pick, takes_names_as_people_write_them)
{
    const std::vector<placed_service> all{
        {"c1", "shop", "web", "production"}, {"c2", "shop", "web", "staging"}, {"c3", "blog", "web", "production"}
    };
    EXPECT_EQ(pick(all, "blog", "home")->id, "c3");
    EXPECT_EQ(pick(all, "web/blog", "home")->id, "c3");
    EXPECT_EQ(pick(all, "web/staging/shop", "home")->id, "c2");
    EXPECT_EQ(pick(all, "c1", "home")->id, "c1");
    const auto several = pick(all, "shop", "home");
    EXPECT_EQ(several.error().code, condition::conflict);
    EXPECT_THAT(several.error().hint, HasSubstr("web/production/shop"));
    const auto none = pick(all, "wiki", "home");
    EXPECT_EQ(none.error().code, condition::not_found);
    EXPECT_THAT(none.error().hint, HasSubstr("blog"));
    EXPECT_THAT(pick({}, "wiki", "home").error().hint, HasSubstr("deploy"));
}

} // namespace
} // namespace basekeeper::deploy
