// What a job looks like from outside, in each of its states.
#include "jobs/report.hpp"

#include <gmock/gmock.h>

namespace basekeeper::jobs {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

view job(state::job_status status)
{
    return {
        .record =
            {
                .id = "0a1b2c3d4e",
                .kind = "deploy",
                .instance = "shop",
                .title = "deploy shop",
                .status = status,
                .steps = {"create the service", "start it"},
                .done = 1,
                .fraction = 0.3333333,
                .message = "create the service",
            },
        .worked_on = false,
    };
}

TEST(job_report, a_job_that_nobody_works_on_any_more_is_interrupted)
{
    auto seen = job(state::job_status::running);
    EXPECT_EQ(report_of(seen).status, report_status::interrupted);
    EXPECT_THAT(*report_of(seen).next, HasSubstr("jobs resume 0a1b2c3d4e`, or take it back"));
    EXPECT_EQ(why_stopped(seen)->code, condition::unavailable);
    seen.worked_on = true;
    EXPECT_EQ(report_of(seen).status, report_status::running);
    EXPECT_THAT(*report_of(seen).next, HasSubstr("jobs watch 0a1b2c3d4e"));
    EXPECT_FALSE(why_stopped(seen));
    EXPECT_EQ(report_of(seen).step, "start it");
    EXPECT_EQ(report_of(seen).fraction, 0.333);
}

TEST(job_report, a_failure_says_what_to_mend_and_both_ways_on)
{
    auto seen = job(state::job_status::failed);
    seen.record.failure = "start it: the server is away";
    seen.record.hint = "start the server";
    const auto why = why_stopped(seen).value();
    EXPECT_EQ(why.code, condition::conflict);
    EXPECT_THAT(why.message, HasSubstr("(deploy shop) failed: start it: the server is away"));
    EXPECT_THAT(why.hint, AllOf(HasSubstr("start the server; then go on"), HasSubstr("resume 0a1b2c3d4e --undo")));
}

TEST(job_report, what_was_being_taken_back_is_not_offered_to_go_on_with)
{
    auto seen = job(state::job_status::undoing);
    EXPECT_THAT(*report_of(seen).next, AllOf(HasSubstr("resume 0a1b2c3d4e --undo"), Not(HasSubstr("go on with"))));
    seen.record.status = state::job_status::failed;
    seen.record.failure = "undo: start it: the server is away";
    EXPECT_THAT(*report_of(seen).next, Not(HasSubstr("go on with")));
}

TEST(job_report, what_is_over_has_no_next_step_and_no_failure)
{
    for (const auto over : {state::job_status::succeeded, state::job_status::undone}) {
        EXPECT_FALSE(report_of(job(over)).next);
        EXPECT_FALSE(report_of(job(over)).failure);
        EXPECT_FALSE(report_of(job(over)).step);
        EXPECT_FALSE(why_stopped(job(over)));
    }
}

} // namespace
} // namespace basekeeper::jobs
