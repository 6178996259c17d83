// The user that is made to see whether people can sign up: however it came to be, it is deleted or named.
#include "scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace basekeeper::supabase {
namespace {

using simulated_stack::answer;
using simulated_stack::request;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(probes, a_stack_without_sign_ups_is_probed_by_its_administration)
{
    const auto all = probed({
        .change =
            [](served_stack& served, auto&, auto&) {
                served.set("DISABLE_SIGNUP", "true");
                served.on.start(served.values);
            },
        .look = [](served_stack& served, const outcomes&) { EXPECT_EQ(served.users(), 0U); },
    });
    EXPECT_EQ(named(all, "sign_up").status, probe_status::passed);
    EXPECT_THAT(named(all, "sign_up").detail, HasSubstr("sign-ups are switched off"));
}

TEST(probes, a_stack_that_cannot_send_mail_is_warned_about)
{
    const auto all = probed({
        .change =
            [](served_stack& served, auto&, auto&) {
                served.set("ENABLE_EMAIL_AUTOCONFIRM", "false");
                served.set("SMTP_HOST", "supabase-mail");
                served.on.start(served.values);
            },
        .look = [](served_stack& served, const outcomes&) { EXPECT_EQ(served.users(), 0U); },
    });
    EXPECT_EQ(named(all, "sign_up").status, probe_status::warning);
    EXPECT_THAT(named(all, "sign_up").next.value_or(""), HasSubstr("SMTP_HOST"));
    EXPECT_TRUE(all_work(all));
}

TEST(probes, a_mail_for_confirmation_leaves_no_user_either)
{
    const auto all = probed({
        .change =
            [](served_stack& served, auto&, auto&) {
                served.set("ENABLE_EMAIL_AUTOCONFIRM", "false");
                served.set("SMTP_HOST", "smtp.mail.example.org");
                served.on.start(served.values);
            },
        .look = [](served_stack& served, const outcomes&) { EXPECT_EQ(served.users(), 0U); },
    });
    EXPECT_EQ(named(all, "sign_up").status, probe_status::passed);
    EXPECT_THAT(named(all, "sign_up").detail, HasSubstr("mail for confirmation"));
}

TEST(probes, the_user_is_deleted_although_its_session_is_of_no_use)
{
    const auto all = probed({
        .change =
            [](served_stack& served, auto&, auto&) {
                served.intervene = [](const request& what) -> std::optional<answer> {
                    if (what.path == "/auth/v1/user")
                        return answer{500, {{"Content-Type", "application/json"}}, "{}"};
                    return std::nullopt;
                };
            },
        .look = [](served_stack& served, const outcomes&) { EXPECT_EQ(served.users(), 0U); },
    });
    EXPECT_EQ(named(all, "sign_up").status, probe_status::failed);
    EXPECT_THAT(named(all, "sign_up").detail, HasSubstr("session"));
}

TEST(probes, a_user_whose_sign_up_was_never_answered_is_found_and_deleted)
{
    const auto all = probed({
        .change =
            [](served_stack& served, auto&, auto&) {
                served.intervene = [&served](const request& what) -> std::optional<answer> {
                    if (what.path != "/auth/v1/signup")
                        return std::nullopt;
                    EXPECT_EQ(served.on.respond(what).status, 200);
                    throw std::runtime_error("the answer is lost");
                };
            },
        .look = [](served_stack& served, const outcomes&) { EXPECT_EQ(served.users(), 0U); },
    });
    EXPECT_EQ(named(all, "sign_up").status, probe_status::failed);
}

TEST(probes, a_user_that_comes_to_be_after_the_deadline_is_waited_for_and_deleted)
{
    const auto all = probed({
        .change =
            [](served_stack& served, auto&, probe_options& how) {
                served.slow_path = "/auth/v1/signup";
                served.slowness = 700ms;
                how.patience = 250ms;
            },
        .look =
            [](served_stack& served, const outcomes&) {
                EXPECT_EQ(served.users(), 0U);
                EXPECT_EQ(std::ranges::count_if(served.seen, [](const auto& s) { return s.starts_with("DELETE"); }), 1);
            },
    });
    EXPECT_EQ(named(all, "sign_up").status, probe_status::failed);
}

TEST(probes, a_user_that_cannot_be_deleted_is_named)
{
    const auto all = probed({
        .change =
            [](served_stack& served, auto&, auto&) {
                served.intervene = [](const request& what) -> std::optional<answer> {
                    if (what.method == "DELETE")
                        return answer{500, {{"Content-Type", "application/json"}}, "{}"};
                    return std::nullopt;
                };
            },
        .look = [](served_stack& served, const outcomes&) { EXPECT_EQ(served.users(), 1U); },
    });
    EXPECT_EQ(named(all, "sign_up").status, probe_status::failed);
    EXPECT_THAT(named(all, "sign_up").detail, HasSubstr("basekeeper-probe-"));
    EXPECT_THAT(named(all, "sign_up").next.value_or(""), HasSubstr("delete that user"));
}

TEST(probes, no_user_is_made_when_none_is_wanted)
{
    const auto all = probed({
        .change = [](auto&, auto&, probe_options& how) { how.user = probe_user::not_made; },
        .look = [](served_stack& served,
                   const outcomes&) { EXPECT_THAT(served.seen, Not(testing::Contains("POST /auth/v1/signup"))); },
    });
    EXPECT_THAT(troubles(all), testing::ElementsAre("sign_up skipped"));
}

} // namespace
} // namespace basekeeper::supabase
