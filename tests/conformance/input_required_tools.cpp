// Tools that stateless clients have to call again with what they were asked for (SEP-2322).
#include "conformance/fixtures.hpp"

namespace basekeeper::conformance {
namespace {

using boost::json::object;

object text_property(std::string_view name)
{
    return {{name, {{"type", "string"}}}};
}

object yes_or_no(std::string_view name)
{
    return {{name, {{"type", "boolean"}}}};
}

/// Asks for one form and gives the accepted content; fails with denied when the person refused.
io::task<result<object>> accepted(mcp::call& c, std::string key, std::string message, object properties)
{
    auto got =
        CO_TRY(co_await c.client().ask({std::move(key), std::move(message), form(std::move(properties))}, c.deadline())
        );
    if (got.action != mcp::answer_action::accept)
        co_return fail(condition::denied, "the person did not answer");
    co_return std::move(got.content);
}

std::string text_in(const object& content, std::string_view name)
{
    return std::string(content.at(name).as_string());
}

fixture_result ask_name(mcp::no_arguments, mcp::call& c)
{
    const auto content = CO_TRY(co_await accepted(c, "user_name", "What is your name?", text_property("name")));
    co_return say("Hello, " + text_in(content, "name") + "!");
}

fixture_result ask_model(mcp::no_arguments, mcp::call& c)
{
    const std::vector wanted{sampling_request("capital_question", "What is the capital of France?", 100)};
    const auto got = CO_TRY(co_await c.client().request(wanted, c.deadline()));
    co_return say(sampled_text(got.front()));
}

fixture_result ask_roots(mcp::no_arguments, mcp::call& c)
{
    const std::vector wanted{mcp::input_request{.key = "client_roots", .kind = mcp::input_kind::roots, .params = {}}};
    const auto got = CO_TRY(co_await c.client().request(wanted, c.deadline()));
    co_return say("The client's roots: " + json::to_text(got.front()));
}

/// The state that the client carries is the engine's; whoever changes it does not get here.
fixture_result ask_to_confirm(mcp::no_arguments, mcp::call& c)
{
    const auto content = CO_TRY(co_await accepted(c, "confirm", "Please confirm", yes_or_no("ok")));
    co_return say("state-ok, confirmed: " + json::to_text(content.at("ok")));
}

fixture_result ask_all_at_once(mcp::no_arguments, mcp::call& c)
{
    const std::vector wanted{
        form_request("user_name", "What is your name?", text_property("name")),
        sampling_request("greeting", "Generate a greeting", 50),
        mcp::input_request{.key = "client_roots", .kind = mcp::input_kind::roots, .params = {}},
    };
    const auto got = CO_TRY(co_await c.client().request(wanted, c.deadline()));
    co_return say(
        "Name: " + json::to_text(got.at(0)) + ", greeting: " + sampled_text(got.at(1)) +
        ", roots: " + json::to_text(got.at(2))
    );
}

fixture_result ask_in_two_rounds(mcp::no_arguments, mcp::call& c)
{
    const auto first = CO_TRY(co_await accepted(c, "step1", "Step 1: What is your name?", text_property("name")));
    const auto second =
        CO_TRY(co_await accepted(c, "step2", "Step 2: What is your favorite color?", text_property("color")));
    co_return say(text_in(first, "name") + " likes " + text_in(second, "color") + ".");
}

/// Asks only for what the client declared that it can give.
fixture_result ask_what_is_possible(mcp::no_arguments, mcp::call& c)
{
    std::vector<mcp::input_request> wanted;
    if (c.client().can_give(mcp::input_kind::form))
        wanted.push_back(form_request("user_name", "What is your name?", text_property("name")));
    if (c.client().can_give(mcp::input_kind::sampling))
        wanted.push_back(sampling_request("greeting", "Generate a greeting", 50));
    if (wanted.empty())
        co_return say("The client can give nothing.");
    const auto got = CO_TRY(co_await c.client().request(std::move(wanted), c.deadline()));
    co_return say("The client gave " + std::to_string(got.size()) + " answers.");
}

} // namespace

void add_input_required_tools(mcp::registry& all)
{
    const auto add = [&all](std::string_view name, std::string description, auto handler) {
        all.add(
            make_fixture(described("test_input_required_result_" + std::string(name), std::move(description)), handler)
        );
    };
    add("elicitation", "Asks for a name.", ask_name);
    add("sampling", "Asks the client's model.", ask_model);
    add("list_roots", "Asks for the client's roots.", ask_roots);
    add("request_state", "Asks to confirm, and has the client carry a state.", ask_to_confirm);
    add("multiple_inputs", "Asks for three things at once.", ask_all_at_once);
    add("multi_round", "Asks twice.", ask_in_two_rounds);
    add("tampered_state", "Asks to confirm, and refuses a state that was changed.", ask_to_confirm);
    add("capabilities", "Asks for what the client can give.", ask_what_is_possible);
}

} // namespace basekeeper::conformance
