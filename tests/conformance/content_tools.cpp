// Tools that answer at once: each kind of content, an error, a schema that must arrive unchanged, a header.
#include "conformance/fixtures.hpp"

namespace basekeeper::conformance {

const std::string_view red_pixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const std::string_view silence = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

namespace {

/// A copy of the schema that the scenario json-schema-2020-12 compares with.
constexpr std::string_view every_keyword = R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"}
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": false
})";

struct routed_arguments
{
    std::string region;

    static constexpr auto fields = std::tuple{
        json::required("region", &routed_arguments::region, "Repeated in the header Mcp-Param-Region.")
            .header("Region"),
    };
};

fixture_result answer(blocks what)
{
    co_return what;
}

fixture_result give_up(std::string why)
{
    co_return fail(condition::unavailable, std::move(why));
}

/// A tool whose answer is always the same.
mcp::tool constant(std::string name, std::string description, blocks what)
{
    return make_fixture(
        described(std::move(name), std::move(description)),
        [what = std::move(what)](mcp::no_arguments, mcp::call&) { return answer(what); }
    );
}

blocks every_kind()
{
    return {
        mcp::text_content("Multiple content types test:"),
        mcp::image_content(red_pixel, "image/png"),
        mcp::resource_content({"test://mixed-content-resource", "application/json", R"({"test":"data","value":123})"}),
    };
}

/// Its schema is written out, and its arguments are not looked at: the suite only lists it.
mcp::tool unchanged_schema()
{
    mcp::tool t{
        .about = described("json_schema_2020_12_tool", "Publishes a schema with keywords of JSON Schema 2020-12."),
        .input_schema = json::read(every_keyword).value().as_object(),
        .output_schema = {},
        .prepare = {},
    };
    t.prepare = [](const boost::json::object&) -> result<mcp::prepared_call> {
        mcp::prepared_call out{};
        out.run = [](mcp::call& c) {
            const auto handler = [](mcp::no_arguments, mcp::call&) { return answer(say("The schema arrived.")); };
            return detail::run(handler, mcp::no_arguments{}, c);
        };
        return out;
    };
    return t;
}

} // namespace

void add_content_tools(mcp::registry& all)
{
    all.add(constant("test_simple_text", "Answers with text.", say("This is a simple text response for testing.")));
    all.add(constant("test_image_content", "Answers with an image.", {mcp::image_content(red_pixel, "image/png")}));
    all.add(constant("test_audio_content", "Answers with sound.", {mcp::audio_content(silence, "audio/wav")}));
    all.add(constant(
        "test_embedded_resource",
        "Answers with a resource and its text.",
        {mcp::resource_content({"test://embedded-resource", "text/plain", "This is an embedded resource content."})}
    ));
    all.add(constant("test_multiple_content_types", "Answers with three kinds of content.", every_kind()));
    all.add(make_fixture(described("test_error_handling", "Always fails."), [](mcp::no_arguments, mcp::call&) {
        return give_up("This tool intentionally returns an error for testing");
    }));
    all.add(unchanged_schema());
    all.add(make_fixture<routed_arguments>(
        described("test_custom_header", "Takes an argument that a header repeats."),
        [](routed_arguments in, mcp::call&) { return answer(say("Region: " + in.region)); }
    ));
}

} // namespace basekeeper::conformance
