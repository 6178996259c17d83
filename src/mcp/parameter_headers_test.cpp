// Annotated parameters are found and checked by the rules of MCP 2026-07-28.
#include "json/text.hpp"
#include "mcp/parameter_headers.hpp"
#include "mcp/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <map>

namespace basekeeper::mcp {
namespace {

boost::json::object parsed(std::string_view text)
{
    return json::read(text).value().as_object();
}

/// `Mcp-Param-A=a.b:text` for each annotation, or the refusal.
std::string found_in(std::string_view schema)
{
    const auto all = find_parameter_headers(parsed(schema));
    if (!all)
        return "refused: " + all.error().message;
    std::vector<std::string> lines;
    for (const auto& one : *all)
        lines.push_back(fmt::format("{}={}:{}", one.name, fmt::join(one.path, "."), static_cast<int>(one.type)));
    return fmt::format("{}", fmt::join(lines, " "));
}

struct routed_arguments
{
    std::string region;
    std::optional<int> shard;
    bool dry = false;

    static constexpr auto fields = std::tuple{
        json::required("region", &routed_arguments::region, "Where.").header("Region"),
        json::optional("shard", &routed_arguments::shard).header("Shard"),
        json::optional("dry", &routed_arguments::dry).header("Dry"),
    };
};

tool routed()
{
    tool t{
        .about = {.name = "routed"},
        .input_schema = json::schema<routed_arguments>(),
        .output_schema = {},
        .prepare = {}
    };
    registry all;
    all.add(std::move(t));
    return all.tools().front();
}

/// The refusal of a call with these arguments and headers, or `ok`.
std::string checked(std::string_view arguments, const std::map<std::string, std::string, std::less<>>& headers)
{
    const auto look = [&](std::string_view name) -> std::optional<std::string_view> {
        const auto at = headers.find(name);
        return at == headers.end() ? std::nullopt : std::optional<std::string_view>(at->second);
    };
    const auto same = check_parameter_headers(routed(), parsed(arguments), look);
    return same ? "ok" : same.error().message;
}

TEST(parameter_headers, a_field_with_a_header_is_annotated_in_the_schema)
{
    const auto schema = json::schema<routed_arguments>();
    EXPECT_EQ(
        json::to_text(schema.at("properties").at("region")),
        R"({"type":"string","description":"Where.","x-mcp-header":"Region"})"
    );
    EXPECT_EQ(found_in(json::to_text(schema)), "Mcp-Param-Region=region:0 Mcp-Param-Shard=shard:1 Mcp-Param-Dry=dry:2");
}

TEST(parameter_headers, are_found_through_properties_at_any_depth)
{
    EXPECT_EQ(
        found_in(R"({"type":"object","properties":{"to":{"type":"object","properties":{
            "zone":{"type":"string","x-mcp-header":"Zone"},"x-mcp-header":{"type":"string"}}}}})"),
        "Mcp-Param-Zone=to.zone:0"
    );
    EXPECT_EQ(found_in(R"({"type":"object","enum":[{"x-mcp-header":"data, not a schema"}]})"), "");
}

TEST(parameter_headers, annotations_that_clients_would_not_accept_are_refused_with_the_reason)
{
    const auto reason = [](std::string_view property) {
        auto text = found_in(fmt::format(R"({{"type":"object","properties":{{"a":{}}}}})", property));
        return text.substr(text.find_last_of(':') + 2);
    };
    EXPECT_EQ(reason(R"({"type":"number","x-mcp-header":"A"})"), "the type is not string, integer or boolean");
    EXPECT_EQ(reason(R"({"type":["string","null"],"x-mcp-header":"A"})"), "the type is not string, integer or boolean");
    EXPECT_EQ(reason(R"({"type":"string","x-mcp-header":""})"), "its value is not the name of a header");
    EXPECT_EQ(reason(R"({"type":"string","x-mcp-header":"A B"})"), "its value is not the name of a header");
    EXPECT_EQ(reason(R"({"type":"string","x-mcp-header":1})"), "its value is not the name of a header");
    EXPECT_EQ(
        reason(R"({"type":"array","items":{"type":"string","x-mcp-header":"A"}})"),
        "it stands below items, where only properties may lead to it"
    );
    EXPECT_EQ(
        reason(R"({"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"})"),
        "another property has the header Mcp-Param-a"
    );
    EXPECT_EQ(
        found_in(R"({"type":"object","allOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]})"),
        "refused: x-mcp-header of \"\" is not allowed: it stands below allOf, where only properties may lead to it"
    );
}

TEST(parameter_headers, a_tool_with_a_wrong_annotation_cannot_be_registered)
{
    tool t{
        .about = {.name = "t"}, .input_schema = parsed(R"({"x-mcp-header":"A"})"), .output_schema = {}, .prepare = {}
    };
    registry all;
    EXPECT_THROW(all.add(std::move(t)), std::logic_error);
}

TEST(parameter_headers, headers_and_arguments_that_say_the_same_pass)
{
    EXPECT_EQ(checked(R"({"region":"us-west1"})", {{"Mcp-Param-Region", " us-west1 "}}), "ok");
    EXPECT_EQ(checked(R"({"region":" ä"})", {{"Mcp-Param-Region", "=?base64?IMOk?="}}), "ok");
    EXPECT_EQ(checked(R"({"shard":42})", {{"Mcp-Param-Shard", "42.0"}}), "ok");
    EXPECT_EQ(checked(R"({"shard":-7})", {{"Mcp-Param-Shard", "-7"}}), "ok");
    EXPECT_EQ(checked(R"({"dry":true})", {{"Mcp-Param-Dry", "true"}}), "ok");
    EXPECT_EQ(checked(R"({"shard":null})", {}), "ok");
    EXPECT_EQ(checked(R"({})", {{"Mcp-Param-Other", "x"}}), "ok");
}

TEST(parameter_headers, headers_and_arguments_that_differ_are_refused)
{
    constexpr auto differs = "the header Mcp-Param-Region differs from the argument region";
    EXPECT_EQ(checked(R"({"region":"us"})", {{"Mcp-Param-Region", "US"}}), differs);
    EXPECT_EQ(checked(R"({"region":"us"})", {{"Mcp-Param-Region", ""}}), differs);
    EXPECT_EQ(checked(R"({"region":{}})", {{"Mcp-Param-Region", "x"}}), differs);
    for (const auto* bad : {"41", "42x", "", "\"42\"", "0x2a", "42 1"})
        EXPECT_NE(checked(R"({"shard":42})", {{"Mcp-Param-Shard", bad}}), "ok") << bad;
    EXPECT_NE(checked(R"({"shard":9007199254740993})", {{"Mcp-Param-Shard", "9007199254740993"}}), "ok");
    EXPECT_NE(checked(R"({"dry":true})", {{"Mcp-Param-Dry", "True"}}), "ok");
    EXPECT_NE(checked(R"({"region":"a"})", {{"Mcp-Param-Region", "=?base64?YQ?="}}), "ok");
}

TEST(parameter_headers, a_value_without_its_header_and_a_header_without_its_value_are_refused)
{
    EXPECT_EQ(checked(R"({"region":"us"})", {}), "the header Mcp-Param-Region is missing");
    EXPECT_EQ(
        checked(R"({"region":null})", {{"Mcp-Param-Region", "null"}}),
        "the header Mcp-Param-Region is there, the argument region is not"
    );
    EXPECT_EQ(
        checked("{}", {{"Mcp-Param-Region", ""}}), "the header Mcp-Param-Region is there, the argument region is not"
    );
}

} // namespace
} // namespace basekeeper::mcp
