// Tools that make the server announce a change to whoever listens.
#include "conformance/fixtures.hpp"

namespace basekeeper::conformance {
namespace {

fixture_result announce(newsroom& of, mcp::list_kind which)
{
    of.news->publish(which);
    co_return say("The change was announced.");
}

} // namespace

void add_change_tools(mcp::registry& all, newsroom& of)
{
    all.add(make_fixture(
        described("test_trigger_tool_change", "Announces a change of the list of tools."),
        [&of](mcp::no_arguments, mcp::call&) { return announce(of, mcp::list_kind::tools); }
    ));
    all.add(make_fixture(
        described("test_trigger_prompt_change", "Announces a change of the list of prompts."),
        [&of](mcp::no_arguments, mcp::call&) { return announce(of, mcp::list_kind::prompts); }
    ));
}

} // namespace basekeeper::conformance
