// Tools that need their client: its model, its person, and forms of every kind.
#include "conformance/fixtures.hpp"

namespace basekeeper::conformance {

using boost::json::array;
using boost::json::object;

object form(object properties)
{
    array required;
    for (const auto& [name, schema] : properties)
        required.emplace_back(name);
    return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

mcp::input_request form_request(std::string key, std::string_view message, object properties)
{
    object params{{"mode", "form"}, {"message", message}, {"requestedSchema", form(std::move(properties))}};
    return {.key = std::move(key), .kind = mcp::input_kind::form, .params = std::move(params)};
}

mcp::input_request sampling_request(std::string key, std::string_view text, int max_tokens)
{
    object message{{"role", "user"}, {"content", {{"type", "text"}, {"text", text}}}};
    return {
        .key = std::move(key),
        .kind = mcp::input_kind::sampling,
        .params = {{"messages", array{std::move(message)}}, {"maxTokens", max_tokens}},
    };
}

std::string sampled_text(const object& result)
{
    const auto* content = result.if_contains("content");
    if (content != nullptr && content->is_array() && !content->get_array().empty())
        content = &content->get_array().front();
    if (content == nullptr || !content->is_object())
        return {};
    const auto* text = content->get_object().if_contains("text");
    return text != nullptr && text->is_string() ? std::string(text->get_string()) : std::string{};
}

namespace {

struct prompt_arguments
{
    std::string prompt;

    static constexpr auto fields = std::tuple{json::required("prompt", &prompt_arguments::prompt, "For the model.")};
};

struct message_arguments
{
    std::string message;

    static constexpr auto fields =
        std::tuple{json::required("message", &message_arguments::message, "For the person.")};
};

std::string_view name_of(mcp::answer_action action)
{
    switch (action) {
    case mcp::answer_action::accept:
        return "accept";
    case mcp::answer_action::decline:
        return "decline";
    case mcp::answer_action::cancel:
        break;
    }
    return "cancel";
}

std::string in_words(const mcp::answer& given)
{
    return "action=" + std::string(name_of(given.action)) + ", content=" + json::to_text(given.content);
}

fixture_result sample(prompt_arguments in, mcp::call& c)
{
    const std::vector wanted{sampling_request("completion", in.prompt, 100)};
    const auto got = CO_TRY(co_await c.client().request(wanted, c.deadline()));
    co_return say("LLM response: " + sampled_text(got.front()));
}

fixture_result elicit(message_arguments in, mcp::call& c)
{
    auto schema = form({
        {"username", {{"type", "string"}, {"description", "User's response"}}},
        {"email", {{"type", "string"}, {"description", "User's email address"}}},
    });
    const auto got = CO_TRY(co_await c.client().ask({"user", in.message, std::move(schema)}, c.deadline()));
    co_return say("User response: " + in_words(got));
}

/// Asks without requiring anything: the client may fill in defaults or nothing.
fixture_result ask_freely(object properties, mcp::call& c)
{
    object schema{{"type", "object"}, {"properties", std::move(properties)}};
    const auto got =
        CO_TRY(co_await c.client().ask({"form", "Please fill in the form", std::move(schema)}, c.deadline()));
    co_return say("Elicitation completed: " + in_words(got));
}

object with_defaults()
{
    return {
        {"name", {{"type", "string"}, {"description", "User name"}, {"default", "John Doe"}}},
        {"age", {{"type", "integer"}, {"description", "User age"}, {"default", 30}}},
        {"score", {{"type", "number"}, {"description", "User score"}, {"default", 95.5}}},
        {"status",
         {{"type", "string"},
          {"description", "User status"},
          {"enum", {"active", "inactive", "pending"}},
          {"default", "active"}}},
        {"verified", {{"type", "boolean"}, {"description", "Verification status"}, {"default", true}}},
    };
}

array titled(std::string_view value, std::string_view title)
{
    array choices;
    for (const auto* number : {"1", "2", "3"})
        choices.push_back(object{{"const", std::string(value) + number}, {"title", std::string(title) + number}});
    return choices;
}

object every_enum()
{
    const array plain{"option1", "option2", "option3"};
    return {
        {"untitledSingle", {{"type", "string"}, {"enum", plain}}},
        {"titledSingle", {{"type", "string"}, {"oneOf", titled("value", "Option ")}}},
        {"legacyEnum",
         {{"type", "string"},
          {"enum", {"opt1", "opt2", "opt3"}},
          {"enumNames", {"Option One", "Option Two", "Option Three"}}}},
        {"untitledMulti", {{"type", "array"}, {"items", {{"type", "string"}, {"enum", plain}}}}},
        {"titledMulti", {{"type", "array"}, {"items", {{"anyOf", titled("value", "Choice ")}}}}},
    };
}

fixture_result sample_or_refuse(mcp::no_arguments, mcp::call& c)
{
    const std::vector wanted{sampling_request("completion", "Say anything.", 10)};
    const auto got = CO_TRY(co_await c.client().request(wanted, c.deadline()));
    co_return say(sampled_text(got.front()));
}

/// Sends something before it asks, so that the answer is a stream.
fixture_result elicit_in_stream(mcp::no_arguments, mcp::call& c)
{
    c.client().progress(1, 2, "about to ask");
    c.client().log(mcp::log_level::info, "conformance", "about to ask");
    auto schema = form({{"name", {{"type", "string"}}}});
    const auto got =
        CO_TRY(co_await c.client().ask({"user_name", "What is your name?", std::move(schema)}, c.deadline()));
    co_return say("User response: " + in_words(got));
}

} // namespace

void add_client_tools(mcp::registry& all)
{
    all.add(make_fixture<prompt_arguments>(described("test_sampling", "Asks the client's model."), sample));
    all.add(make_fixture<message_arguments>(described("test_elicitation", "Asks the person."), elicit));
    all.add(make_fixture(
        described("test_elicitation_sep1034_defaults", "Asks with a default for every primitive type."),
        [](mcp::no_arguments, mcp::call& c) { return ask_freely(with_defaults(), c); }
    ));
    all.add(make_fixture(
        described("test_elicitation_sep1330_enums", "Asks with every form of an enumeration."),
        [](mcp::no_arguments, mcp::call& c) { return ask_freely(every_enum(), c); }
    ));
    all.add(make_fixture(described("test_missing_capability", "Needs a client that samples."), sample_or_refuse));
    all.add(make_fixture(described("test_streaming_elicitation", "Sends messages, then asks."), elicit_in_stream));
}

} // namespace basekeeper::conformance
