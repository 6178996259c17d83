// What destroys is confirmed by a person or by a token that is good for exactly that call.
#include "mcp/test_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using policy_confirmation = policy_rules;

TEST_F(policy_confirmation, is_asked_of_the_person_and_names_what_would_be_lost)
{
    client.next = saying(answer_action::accept, {{"confirm", true}});
    const auto reply = run(dropper).value();
    EXPECT_FALSE(reply.failed) << reply.text;
    ASSERT_EQ(client.asked.size(), 1U);
    EXPECT_EQ(client.asked[0].message, "drop on instance \"dev\": table t is lost. This may lose data. Go on?");
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(latest(), "confirmed ok");
}

TEST_F(policy_confirmation, anything_but_an_explicit_yes_is_no)
{
    const std::vector<answer> answers{
        saying(answer_action::decline),
        saying(answer_action::cancel),
        saying(answer_action::decline, {{"confirm", true}}),
        saying(answer_action::accept),
        saying(answer_action::accept, {{"confirm", false}}),
        saying(answer_action::accept, {{"confirm", "true"}}),
        saying(answer_action::accept, {{"other", true}}),
    };
    for (const auto& no : answers) {
        client.next = no;
        const auto reply = run(dropper).value();
        ASSERT_TRUE(reply.failed);
        EXPECT_EQ(reply.failed->code, condition::denied);
        EXPECT_THAT(reply.text, HasSubstr("drop was not confirmed, nothing was changed"));
        EXPECT_EQ(latest(), "declined denied");
    }
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(rules->counters().at("drop").refusals, answers.size());
}

TEST_F(policy_confirmation, a_question_that_fails_is_no_consent)
{
    client.next = fail(condition::timeout, "nobody answered");
    EXPECT_EQ(run(dropper).value().failed->code, condition::timeout);
    EXPECT_EQ(latest(), "declined timeout");
    EXPECT_EQ(runs, 0);
}

TEST_F(policy_confirmation, a_stateless_client_is_asked_by_an_incomplete_result)
{
    client.next = fail(condition::input_required, "waiting");
    const auto reply = run(dropper);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, condition::input_required);
    EXPECT_EQ(latest(), "asked input_required");
    EXPECT_EQ(runs, 0);
    const auto& counted = rules->counters().at("drop");
    EXPECT_EQ(counted.refusals + counted.failures, 0U) << "a question is no failure";
}

TEST_F(policy_confirmation, a_client_that_cannot_ask_gets_a_token)
{
    const auto asked = run(dropper).value();
    EXPECT_EQ(asked.failed->code, condition::input_required);
    EXPECT_THAT(asked.text, StartsWith("this needs a confirmation, nothing was changed yet. Plan: table t is lost"));
    EXPECT_THAT(asked.text, HasSubstr("within 120 s"));
    EXPECT_EQ(latest(), "asked input_required");
    EXPECT_EQ(runs, 0);

    const auto done = run(dropper, with_token(token_in(asked.text))).value();
    EXPECT_FALSE(done.failed) << done.text;
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(latest(), "confirmed ok");

    EXPECT_THAT(text(dropper, with_token(token_in(asked.text))), HasSubstr("was already used"));
    EXPECT_EQ(latest(), "declined denied");
    EXPECT_EQ(runs, 1);
}

TEST_F(policy_confirmation, a_token_is_bound_to_everything_it_was_made_for)
{
    catalog.known = {"dev", "shop"};
    const std::string on_dev = R"(,"instance":"dev")";
    const auto token = token_in(text(dropper, R"({"instance":"dev"})"));
    const auto other_tool = make_one("drop_all", effect::destroys);
    const auto other_plan = make_tool<table_arguments, said>(
        {.name = "drop", .group = "test", .worst = effect::destroys, .description = "For tests."},
        [this](table_arguments in, call& c) { return work(std::move(in), c); },
        tool_hooks<table_arguments>{
            .assess = [](const table_arguments&) { return plan{effect::destroys, "two tables are lost"}; },
        }
    );
    constexpr auto refused = "was made for another call";
    EXPECT_THAT(text(dropper, with_token(token, R"(,"instance":"shop")")), HasSubstr(refused)) << "instance";
    EXPECT_THAT(text(dropper, with_token(token, on_dev + R"(,"table":"u")")), HasSubstr(refused)) << "arguments";
    EXPECT_THAT(text(dropper, with_token(token, on_dev), "stdio:other"), HasSubstr(refused)) << "principal";
    EXPECT_THAT(text(other_tool, with_token(token, on_dev)), HasSubstr(refused)) << "tool";
    EXPECT_THAT(text(other_plan, with_token(token, on_dev)), HasSubstr(refused)) << "plan";
    EXPECT_EQ(runs, 0);
    EXPECT_FALSE(run(dropper, with_token(token, on_dev)).value().failed) << "still good for its own call";
}

TEST_F(policy_confirmation, a_token_expires)
{
    make({.confirmation_lifetime = 30s});
    const auto token = token_in(text(dropper));
    time.advance(31s);
    EXPECT_THAT(text(dropper, with_token(token)), HasSubstr("has expired"));
    EXPECT_EQ(runs, 0);
}

TEST_F(policy_confirmation, what_is_no_token_is_refused)
{
    EXPECT_THAT(text(dropper, R"({"confirm":"yes"})"), HasSubstr("is malformed"));
    EXPECT_THAT(text(dropper, R"({"confirm":true})"), HasSubstr("confirm: must be a string"));
    EXPECT_EQ(latest(), "invalid invalid_argument");
    EXPECT_EQ(runs, 0);
}

TEST_F(policy_confirmation, an_unusable_token_is_no_reason_to_ask_instead)
{
    client.next = saying(answer_action::accept, {{"confirm", true}});
    EXPECT_THAT(text(dropper, with_token("a.b.c")), HasSubstr("was made for another call"));
    EXPECT_TRUE(client.asked.empty());
}

TEST_F(policy_confirmation, is_needed_only_by_calls_that_are_bad_enough)
{
    EXPECT_FALSE(run(writer).value().failed);
    EXPECT_FALSE(run(dropper, R"({"harmless":true})").value().failed) << "this call of it destroys nothing";
    EXPECT_EQ(runs, 2);
    EXPECT_FALSE(rules->published_schema(writer).at("properties").as_object().contains("confirm"));
    EXPECT_TRUE(rules->published_schema(dropper).at("properties").as_object().contains("confirm"));
    EXPECT_THAT(text(writer, R"({"confirm":"x"})"), HasSubstr("confirm: unknown argument"));
}

TEST_F(policy_confirmation, is_not_asked_for_what_cannot_work_anyway)
{
    client.next = saying(answer_action::accept, {{"confirm", true}});
    EXPECT_THAT(text(dropper, R"({"table":"misspelt"})"), HasSubstr("cannot be"));
    EXPECT_TRUE(client.asked.empty());
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(rehearsals, 1);
    EXPECT_FALSE(run(writer).value().failed);
    EXPECT_EQ(rehearsals, 1) << "nothing is rehearsed where nobody is asked";
}

TEST_F(policy_confirmation, a_token_does_not_depend_on_the_order_of_the_arguments)
{
    catalog.known = {"dev", "shop"};
    const auto token = token_in(text(dropper, R"({"instance":"dev","table":"t","harmless":false})"));
    EXPECT_FALSE(run(dropper, with_token(token, R"(,"harmless":false,"table":"t","instance":"dev")")).value().failed);
    EXPECT_EQ(runs, 1);
}

TEST_F(policy_confirmation, can_be_asked_for_every_write)
{
    make({.confirm_from = effect::writes});
    EXPECT_TRUE(rules->published_schema(writer).at("properties").as_object().contains("confirm"));
    const auto asked = run(writer).value();
    EXPECT_EQ(asked.failed->code, condition::input_required);
    EXPECT_FALSE(run(writer, with_token(token_in(asked.text))).value().failed);
    EXPECT_FALSE(run(reader).value().failed) << "reading never needs one";
    EXPECT_EQ(runs, 2);
}

} // namespace
} // namespace basekeeper::mcp
