// Every way in which a message can be wrong gets the answer that JSON-RPC and MCP ask for, or none.
#include "mcp/jsonrpc.hpp"

#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

/// `request <id>`, `notification`, `response <id>`, `ignored`, or `<code> <id>`.
std::string kind_of(std::string_view text)
{
    auto document = read_document(text, {});
    if (!document)
        return std::to_string(static_cast<int>(document.error().code));
    auto kind = classify(*std::move(document));
    if (const auto* call = std::get_if<request>(&kind))
        return "request " + call->id;
    if (std::holds_alternative<notification>(kind))
        return "notification";
    if (const auto* reply = std::get_if<response>(&kind))
        return "response " + reply->id;
    if (const auto* bad = std::get_if<rejected>(&kind))
        return std::to_string(static_cast<int>(bad->why.code)) + " " + bad->id;
    return "ignored";
}

std::string kind_with_id(std::string_view id)
{
    return kind_of(R"({"jsonrpc":"2.0","method":"ping","id":)" + std::string(id) + "}");
}

TEST(jsonrpc, ids_keep_type_and_value)
{
    for (const auto* id : {"1", "0", "-7", "9007199254740992", "18446744073709551615", R"("1")", R"("")", R"("a\"b")"})
        EXPECT_EQ(kind_with_id(id), "request " + std::string(id));
}

TEST(jsonrpc, ids_of_other_types_are_refused_without_echo)
{
    for (const auto* id : {"null", "1.5", "1.0", "1e3", "true", "{}", "[1]", "18446744073709551616"})
        EXPECT_EQ(kind_with_id(id), "-32600 ") << id;
}

TEST(jsonrpc, text_that_is_not_json_is_a_parse_error)
{
    for (const auto* text :
         {"{", "{bad", "", "nul", "{} {}", "{}x", "{\"a\":1,}", "\"\xFF\"", R"("\ud800")", "[1,]", "'a'"})
        EXPECT_EQ(kind_of(text), "-32700") << text;
    EXPECT_EQ(kind_of(std::string_view("{\"a\":\0}", 7)), "-32700");
    EXPECT_EQ(kind_of(std::string_view("\"a\0b\"", 5)), "-32700");
}

TEST(jsonrpc, depth_is_limited)
{
    EXPECT_EQ(kind_of(std::string(100'000, '[')), "-32700");
    std::string nested;
    for (int i = 0; i < 100'000; ++i)
        nested += R"({"a":)";
    EXPECT_EQ(kind_of(nested), "-32700");
}

TEST(jsonrpc, messages_beyond_the_limit_are_refused_unread)
{
    const auto refused = read_document("[1,2,3]", {.max_bytes = 3});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, rpc_code::parse_error);
    EXPECT_NE(refused.error().message.find("limit is 3"), std::string::npos);
}

TEST(jsonrpc, a_byte_order_mark_and_white_space_are_skipped)
{
    EXPECT_EQ(kind_of("\xEF\xBB\xBF{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":1} \r"), "request 1");
}

TEST(jsonrpc, of_duplicate_members_the_last_counts)
{
    EXPECT_EQ(kind_of(R"({"jsonrpc":"2.0","method":"ping","id":1,"id":2})"), "request 2");
}

TEST(jsonrpc, values_that_are_no_objects_are_invalid)
{
    for (const auto* text : {"1", "\"a\"", "null", "true"})
        EXPECT_EQ(kind_of(text), "-32600 ");
}

TEST(jsonrpc, version_and_method_are_checked)
{
    EXPECT_EQ(kind_of(R"({"id":1,"method":"ping"})"), "-32600 1");
    EXPECT_EQ(kind_of(R"({"jsonrpc":"1.0","id":1,"method":"ping"})"), "-32600 1");
    EXPECT_EQ(kind_of(R"({"jsonrpc":2.0,"id":1,"method":"ping"})"), "-32600 1");
    EXPECT_EQ(kind_of(R"({"jsonrpc":"2.0","id":1,"method":7})"), "-32600 1");
    EXPECT_EQ(kind_of(R"({"jsonrpc":"2.0","id":1})"), "-32600 1");
    EXPECT_EQ(kind_of("{}"), "-32600 ");
}

TEST(jsonrpc, params_must_be_an_object_where_present)
{
    for (const auto* params : {"null", "[]", "1", "\"a\""})
        EXPECT_EQ(
            kind_of(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":)" + std::string(params) + "}"), "-32602 1"
        );
}

TEST(jsonrpc, broken_notifications_are_ignored)
{
    EXPECT_EQ(kind_of(R"({"jsonrpc":"2.0","method":"x"})"), "notification");
    EXPECT_EQ(kind_of(R"({"jsonrpc":"2.0","method":"x","params":null})"), "ignored");
    EXPECT_EQ(kind_of(R"({"method":"x"})"), "ignored");
}

TEST(jsonrpc, a_notification_with_an_id_is_refused)
{
    EXPECT_EQ(kind_of(R"({"jsonrpc":"2.0","id":4,"method":"notifications/initialized"})"), "-32600 4");
}

TEST(jsonrpc, responses_are_told_apart)
{
    EXPECT_EQ(kind_of(R"({"jsonrpc":"2.0","id":"ask-1","result":{}})"), R"(response "ask-1")");
    EXPECT_EQ(kind_of(R"({"jsonrpc":"2.0","id":3,"error":{"code":-1,"message":"no"}})"), "response 3");
    EXPECT_EQ(kind_of(R"({"jsonrpc":"2.0","id":3,"error":"odd"})"), "response 3");
    EXPECT_EQ(kind_of(R"({"jsonrpc":"2.0","id":null,"error":{}})"), "ignored");
}

TEST(jsonrpc, an_error_without_a_readable_id_has_none)
{
    EXPECT_EQ(
        error_response({}, {rpc_code::parse_error, "Parse \"error\""}),
        R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse \"error\""}})"
    );
    EXPECT_EQ(
        error_response("7", {rpc_code::invalid_params, "x", "[1]"}),
        R"({"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"x","data":[1]}})"
    );
}

TEST(jsonrpc, values_outlive_the_message_they_came_from)
{
    boost::json::object params;
    {
        auto kind = classify(*read_document(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"a":{"b":[1,2]}}})", {}));
        params = std::get<request>(kind).params;
    }
    EXPECT_EQ(json::to_text(params), R"({"a":{"b":[1,2]}})");
}

} // namespace
} // namespace basekeeper::mcp
