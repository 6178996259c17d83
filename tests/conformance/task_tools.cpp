// Tools that go on as tasks: slow, failing, asking before and while they run (SEP-2663).
#include "conformance/fixtures.hpp"

#include <stdexcept>

namespace basekeeper::conformance {
namespace {

using namespace std::chrono_literals;

struct name_argument
{
    std::string name;

    static constexpr auto fields = std::tuple{json::required("name", &name_argument::name, "Whom to greet.")};
};

struct compute_arguments
{
    double seconds = 0;
    std::optional<std::string> label;

    static constexpr auto fields = std::tuple{
        json::required("seconds", &compute_arguments::seconds, "How long it takes.", {0, 3'600}),
        json::optional("label", &compute_arguments::label, "Comes back in the result."),
    };
};

struct file_argument
{
    std::string filename;

    static constexpr auto fields = std::tuple{json::required("filename", &file_argument::filename, "What is deleted.")};
};

fixture_result greet(name_argument in, mcp::call&)
{
    co_return say("Hello, " + in.name + "!");
}

fixture_result compute(compute_arguments in, mcp::call&)
{
    CO_TRY(co_await io::sleep(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>(in.seconds))
    ));
    co_return say("Computed: " + in.label.value_or("done"));
}

fixture_result fail_as_tool(mcp::no_arguments, mcp::call&)
{
    CO_TRY(co_await io::sleep(1s));
    co_return fail(condition::unavailable, "the job failed, as it always does");
}

/// A bug, as far as the engine can tell: there is nothing that a tool could answer to fail on the protocol's level.
fixture_result fail_as_protocol(mcp::no_arguments, mcp::call&)
{
    CO_TRY(co_await io::sleep(100ms));
    throw std::runtime_error("protocol_error_job ends so that clients see an error of the protocol");
}

fixture_result confirm_delete(file_argument in, mcp::call& c)
{
    auto schema = form({{"confirm", {{"type", "boolean"}}}});
    const auto got =
        CO_TRY(co_await c.client().ask({"confirm", "Delete " + in.filename + "?", std::move(schema)}, c.deadline()));
    const auto* yes = got.content.if_contains("confirm");
    const bool agreed = yes != nullptr && yes->is_bool() && yes->get_bool();
    co_return say(agreed ? "Deleted " + in.filename + "." : "Kept " + in.filename + ".");
}

fixture_result ask_two_at_once(mcp::no_arguments, mcp::call& c)
{
    const std::vector wanted{
        form_request("first", "What is the first name?", {{"name", {{"type", "string"}}}}),
        form_request("second", "What is the second name?", {{"name", {{"type", "string"}}}}),
    };
    const auto got = CO_TRY(co_await c.client().request(wanted, c.deadline()));
    co_return say(json::to_text(got.at(0)) + " and " + json::to_text(got.at(1)));
}

/// No argument of the tool: what the client said before the task began.
struct learned_name
{
    std::string name;

    static constexpr std::tuple<> fields{};
};

io::task<result<>> ask_name(learned_name& into, mcp::call& c)
{
    auto schema = form({{"name", {{"type", "string"}}}});
    const auto got =
        CO_TRY(co_await c.client().ask({"user_name", "What is your name?", std::move(schema)}, c.deadline()));
    const auto* name = got.content.if_contains("name");
    into.name = name != nullptr ? std::string(name->as_string()) : "whoever you are";
    co_return result<>{};
}

fixture_result greet_later(learned_name in, mcp::call&)
{
    CO_TRY(co_await io::sleep(100ms));
    co_return say("Hello, " + in.name + "!");
}

mcp::tool_description as_task(std::string name, std::string description, mcp::task_support support)
{
    auto about = described(std::move(name), std::move(description));
    about.as_task = support;
    return about;
}

} // namespace

void add_task_tools(mcp::registry& all)
{
    using enum mcp::task_support;
    all.add(make_fixture<name_argument>(described("greet", "Greets at once."), greet));
    all.add(make_fixture<compute_arguments>(as_task("slow_compute", "Takes its time.", preferred), compute));
    all.add(make_fixture(as_task("failing_job", "Fails after a second.", required), fail_as_tool));
    all.add(make_fixture(as_task("protocol_error_job", "Ends with a protocol error.", preferred), fail_as_protocol));
    all.add(
        make_fixture<file_argument>(as_task("confirm_delete", "Asks, then deletes nothing.", preferred), confirm_delete)
    );
    all.add(make_fixture(as_task("multi_input", "Asks two questions at once.", preferred), ask_two_at_once));
    all.add(make_fixture<learned_name>(
        as_task("test_tool_with_task", "Asks, then becomes a task.", required), greet_later, ask_name
    ));
}

} // namespace basekeeper::conformance
