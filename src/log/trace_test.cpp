// traceparent is read strictly, spans keep the trace of their parent, and what is written is read back the same.
#include "log/trace.hpp"

#include <gtest/gtest.h>

#include <set>

namespace basekeeper::log {
namespace {

constexpr auto example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(traceparent, is_read_and_written_the_same)
{
    const auto t = parse_traceparent(example);
    ASSERT_TRUE(t);
    EXPECT_EQ(t->trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(t->span_id(), "00f067aa0ba902b7");
    EXPECT_TRUE(t->sampled());
    EXPECT_EQ(to_traceparent(*t), example);
}

TEST(traceparent, only_the_flag_with_a_meaning_is_passed_on)
{
    EXPECT_TRUE(
        to_traceparent(*parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff")).ends_with("-01")
    );
    EXPECT_TRUE(
        to_traceparent(*parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02")).ends_with("-00")
    );
}

TEST(traceparent, of_a_later_version_is_read_as_far_as_it_is_known)
{
    EXPECT_TRUE(parse_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
    EXPECT_TRUE(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes"));
    EXPECT_FALSE(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what"));
}

TEST(traceparent, anything_else_is_refused)
{
    for (const auto* wrong :
         {"",
          "00",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ",
          " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
          "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
          "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b\"-01",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-zz",
          "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01"})
        EXPECT_FALSE(parse_traceparent(wrong)) << wrong;
}

TEST(trace_source, a_span_stays_in_the_trace_of_its_parent)
{
    trace_source spans(1);
    const auto parent = *parse_traceparent(example);
    const auto child = spans.next(parent);
    EXPECT_EQ(child.trace_id(), parent.trace_id());
    EXPECT_NE(child.span_id(), parent.span_id());
    EXPECT_TRUE(child.sampled());
    EXPECT_EQ(parse_traceparent(to_traceparent(child)), child);
}

TEST(trace_source, without_a_parent_every_trace_is_another_one)
{
    trace_source spans(1);
    std::set<std::string, std::less<>> seen;
    for (int i = 0; i < 1'000; ++i) {
        const auto root = spans.next();
        EXPECT_FALSE(root.sampled());
        EXPECT_EQ(parse_traceparent(to_traceparent(root)), root);
        seen.emplace(root.trace_id());
    }
    EXPECT_EQ(seen.size(), 1'000U);
    EXPECT_NE(trace_source(1).next().trace_id(), trace_source(2).next().trace_id());
}

TEST(trace_context, an_empty_one_has_no_ids)
{
    const trace_context none;
    EXPECT_TRUE(none.is_empty());
    EXPECT_EQ(none.trace_id(), "");
    EXPECT_EQ(none.span_id(), "");
    EXPECT_EQ(to_traceparent(none), "");
}

} // namespace
} // namespace basekeeper::log
