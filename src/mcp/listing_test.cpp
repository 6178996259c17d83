// Lists show what the version knows, in pages, and stay small.
#include "support/mcp_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

using testing::conversation_fixture;
using ::testing::HasSubstr;
using ::testing::Not;

std::string list(std::string_view cursor = {})
{
    std::string params;
    if (!cursor.empty())
        params = R"(,"params":{"cursor":)" + std::string(cursor) + "}";
    return R"({"jsonrpc":"2.0","id":1,"method":"tools/list")" + params + "}";
}

TEST(listing, a_tool_shows_what_the_version_knows)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    EXPECT_THAT(
        f.say(list()),
        HasSubstr(
            R"({"name":"echo","description":"Returns its text.","inputSchema":{"type":"object","properties":{"text":)"
            R"({"type":"string","description":"Comes back."}},"required":["text"],"additionalProperties":false},)"
            R"("outputSchema":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]},)"
            R"("annotations":{"readOnlyHint":true,"openWorldHint":false}})"
        )
    );
    conversation_fixture with_hints;
    with_hints.shake_hands("2025-03-26");
    EXPECT_THAT(with_hints.say(list()), Not(HasSubstr("outputSchema")));
    EXPECT_THAT(with_hints.say(list()), HasSubstr("annotations"));
    conversation_fixture plain;
    plain.shake_hands("2024-11-05");
    EXPECT_THAT(plain.say(list()), Not(HasSubstr("annotations")));
}

TEST(listing, hints_follow_from_the_effect)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    const auto tools = f.ask(list()).at("result").at("tools");
    const auto hints = [&](std::string_view name) {
        for (const auto& t : tools.as_array())
            if (std::string_view(t.at("name").as_string()) == name)
                return json::to_text(t.at("annotations"));
        return std::string("not listed");
    };
    EXPECT_EQ(hints("slow"), R"({"readOnlyHint":true,"openWorldHint":false})");
    EXPECT_EQ(hints("report"), R"({"destructiveHint":false,"openWorldHint":false})");
    EXPECT_EQ(hints("drop"), R"({"openWorldHint":false})");
}

TEST(listing, a_read_only_server_lists_and_runs_readers_only)
{
    conversation_fixture f({.mode = access::read_only});
    f.shake_hands("2025-06-18");
    const auto listed = f.say(list());
    EXPECT_THAT(listed, HasSubstr("echo"));
    EXPECT_THAT(listed, Not(HasSubstr("drop")));
    EXPECT_THAT(
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"report"}})"), HasSubstr("read-only")
    );
}

TEST(listing, pages_follow_each_other_and_hold_everything_once)
{
    conversation_fixture f({}, 256, 3);
    f.shake_hands("2025-06-18");
    std::vector<std::string> names;
    std::string cursor;
    do {
        const auto page = f.ask(list(cursor)).at("result");
        for (const auto& t : page.at("tools").as_array())
            names.emplace_back(t.at("name").as_string());
        const auto* next = page.as_object().if_contains("nextCursor");
        cursor = next != nullptr ? json::to_text(*next) : std::string{};
    } while (!cursor.empty());
    EXPECT_THAT(
        names,
        ::testing::ElementsAre("echo", "slow", "ask", "ask_twice", "gather", "failing", "report", "throwing", "drop")
    );
}

TEST(listing, cursors_that_are_not_ours_are_invalid)
{
    conversation_fixture f({}, 256, 3);
    f.shake_hands("2025-06-18");
    for (const auto* cursor :
         {R"("garbage")", R"("!!")", "7", "null", R"("MTpwcm9tcHRzOmVjaG8")", R"("MTp0b29sczpub25l")"})
        EXPECT_THAT(f.say(list(cursor)), HasSubstr("-32602")) << cursor;
    EXPECT_THAT(f.say(list(R"("")")), HasSubstr("echo")) << "some clients send this for the first page";
}

TEST(listing, methods_of_what_is_not_offered_do_not_exist)
{
    registry empty;
    for (const auto* method :
         {"tools/list",
          "tools/call",
          "resources/list",
          "resources/read",
          "resources/templates/list",
          "prompts/list",
          "prompts/get",
          "completion/complete"})
        EXPECT_FALSE(find_method(method, era::legacy, empty)) << method;
    std::string capabilities = "{";
    write_capabilities(capabilities, empty, traits_of(newest));
    EXPECT_EQ(capabilities, R"({"capabilities":{"logging":{}})");
}

} // namespace
} // namespace basekeeper::mcp
