// The trace of a client's request goes on in its call; without one, or with a broken one, a new trace begins.
#include "support/mcp_session.hpp"

#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

using testing::conversation_fixture;

constexpr std::string_view trace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view span = "00f067aa0ba902b7";

/// The span that was audited for a call with this `traceparent`, JSON text; empty: none is sent.
log::trace_context audited(conversation_fixture& f, std::string_view id, const std::string& parent)
{
    const auto more = parent.empty() ? std::string() : R"(,"traceparent":)" + parent;
    f.say(
        R"({"jsonrpc":"2.0","id":)" + std::string(id) +
        R"(,"method":"tools/call","params":{"name":"echo","arguments":{"text":"x"},)"
        R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
        R"("io.modelcontextprotocol/clientCapabilities":{})" +
        more + "}}}"
    );
    return f.audit.entries.empty() ? log::trace_context{} : f.audit.entries.back().trace;
}

TEST(mcp_trace, goes_on_beneath_the_span_of_the_client)
{
    conversation_fixture f;
    const auto own = audited(f, "1", R"("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")");
    EXPECT_EQ(own.trace_id(), trace);
    EXPECT_NE(own.span_id(), span);
    EXPECT_NE(own.span_id(), "");
    EXPECT_TRUE(own.sampled());
}

TEST(mcp_trace, begins_anew_where_none_or_a_broken_one_came)
{
    conversation_fixture f;
    const auto first = audited(f, "1", "");
    const auto second = audited(f, "2", R"("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")");
    const auto third = audited(f, "3", "7");
    ASSERT_EQ(f.audit.entries.size(), 3U);
    for (const auto& t : {first, second, third})
        EXPECT_FALSE(t.is_empty());
    EXPECT_NE(first.trace_id(), second.trace_id());
    EXPECT_NE(second.trace_id(), trace);
    EXPECT_NE(third.trace_id(), second.trace_id());
}

} // namespace
} // namespace basekeeper::mcp
