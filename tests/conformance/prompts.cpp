// Prompts: plain, with arguments, with a resource, with an image, and one that asks before it answers.
#include "conformance/fixtures.hpp"

namespace basekeeper::conformance {
namespace {

using messages = std::vector<mcp::prompt_message>;
using answer = io::task<result<messages>>;

answer from_user(blocks what)
{
    messages all;
    for (auto& one : what)
        all.push_back({.from = mcp::role::user, .what = std::move(one)});
    co_return all;
}

answer with_context(mcp::call& c)
{
    auto schema = form({{"context", {{"type", "string"}}}});
    const auto got = CO_TRY(co_await c.client().ask(
        {"user_context", "What context should the prompt use?", std::move(schema)}, c.deadline()
    ));
    const auto* context = got.content.if_contains("context");
    const auto words = context != nullptr ? std::string(context->as_string()) : "none";
    co_return messages{{.from = mcp::role::user, .what = mcp::text_content("Use this context: " + words)}};
}

blocks with_resource(std::string_view uri)
{
    return {
        mcp::resource_content({uri, "text/plain", "Embedded resource content for testing."}),
        mcp::text_content("Please process the embedded resource above."),
    };
}

mcp::prompt_argument required(std::string name, std::string description)
{
    return {.name = std::move(name), .description = std::move(description), .required = true, .complete = {}};
}

} // namespace

void add_prompts(mcp::registry& all)
{
    const auto add =
        [&all](std::string name, std::string description, std::vector<mcp::prompt_argument> arguments, auto get) {
            all.add(mcp::prompt{
                .name = std::move(name),
                .title = {},
                .description = std::move(description),
                .arguments = std::move(arguments),
                .get = std::move(get),
            });
        };
    using values = mcp::template_variables;
    add("test_simple_prompt", "A prompt without arguments.", {}, [](values, mcp::call&) {
        return from_user(say("This is a simple prompt for testing."));
    });
    add("test_prompt_with_arguments",
        "A prompt with two arguments.",
        {required("arg1", "The first."), required("arg2", "The second.")},
        [](values in, mcp::call&) {
            return from_user(say("Prompt with arguments: arg1='" + in.at("arg1") + "', arg2='" + in.at("arg2") + "'"));
        });
    add("test_prompt_with_embedded_resource",
        "A prompt with a resource in it.",
        {required("resourceUri", "Address that the resource is given.")},
        [](values in, mcp::call&) { return from_user(with_resource(in.at("resourceUri"))); });
    add("test_prompt_with_image", "A prompt with an image in it.", {}, [](values, mcp::call&) {
        return from_user({
            mcp::image_content(red_pixel, "image/png"),
            mcp::text_content("Please analyze the image above."),
        });
    });
    add("test_input_required_result_prompt", "A prompt that asks for its context.", {}, [](values, mcp::call& c) {
        return with_context(c);
    });
}

} // namespace basekeeper::conformance
