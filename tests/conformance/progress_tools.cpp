// Tools that tell how far they are: progress, log messages, and an answer that is fetched later.
#include "conformance/fixtures.hpp"

#include <array>

namespace basekeeper::conformance {
namespace {

using namespace std::chrono_literals;

constexpr auto step = 50ms;

fixture_result log_steps(mcp::no_arguments, mcp::call& c)
{
    constexpr std::array messages{"Tool execution started", "Tool processing data", "Tool execution completed"};
    for (const auto* message : messages) {
        c.client().log(mcp::log_level::info, "conformance", message);
        CO_TRY(co_await io::sleep(step));
    }
    co_return say("Logged three messages.");
}

fixture_result report_progress(mcp::no_arguments, mcp::call& c)
{
    for (const double done : {0.0, 50.0, 100.0}) {
        c.client().progress(done, 100.0, "Completed step " + std::to_string(static_cast<int>(done)) + " of 100");
        CO_TRY(co_await io::sleep(step));
    }
    co_return say("Reported progress.");
}

/// Logs, for a client that did not ask for log messages and must get none.
fixture_result log_once(mcp::no_arguments, mcp::call& c)
{
    c.client().log(mcp::log_level::info, "conformance", "A message for those who asked.");
    co_return say("Logged one message.");
}

/// Has the client come back for the answer (SSE polling of 2025-11-25).
fixture_result let_go_and_answer(mcp::no_arguments, mcp::call& c)
{
    c.client().release_stream(step);
    CO_TRY(co_await io::sleep(2 * step));
    co_return say("Reconnection test completed successfully.");
}

} // namespace

void add_progress_tools(mcp::registry& all)
{
    all.add(make_fixture(described("test_tool_with_logging", "Sends three log messages."), log_steps));
    all.add(make_fixture(described("test_tool_with_progress", "Reports its progress three times."), report_progress));
    all.add(make_fixture(described("test_logging_tool", "Sends one log message."), log_once));
    all.add(make_fixture(described("test_reconnection", "Lets go of its stream, then answers."), let_go_and_answer));
}

} // namespace basekeeper::conformance
