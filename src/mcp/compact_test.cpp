// Compact mode: the list is short, and nothing can be done through call_tool that the tool itself would refuse.
#include "mcp/test_policy.hpp"
#include "mcp/test_tasks.hpp"

namespace basekeeper::mcp {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A credential that may read and nothing else.
class reader_only final : public authority
{
public:
    bool allows(std::string_view, effect what, std::string_view) const override { return what == effect::reads; }

    std::string_view key() const override { return "reader"; }
};

class compact_mode : public policy_rules
{
protected:
    void serve(policy_settings how = {})
    {
        make(std::move(how));
        all = registry();
        all.add(make_one("look", effect::reads));
        all.add(make_one("put", effect::writes));
        all.add(make_one("drop", effect::destroys));
        server_settings s;
        s.state_key = crypto::secret<std::string>(std::string(32, 's'));
        s.tools = tool_display::compact;
        home.emplace(all, *rules, catalog, time, std::move(s));
    }

    /// What comes back for one stateless request.
    std::string say(const std::string& message)
    {
        sent_messages out;
        session talk(*home, {{"stdio:test", rights}, sees}, out, loop.executor());
        talk.receive(message);
        loop.run_main(settle_main());
        EXPECT_EQ(out.all.size(), 1U);
        return out.all.empty() ? "" : out.all.front();
    }

    std::string call(std::string_view tool, std::string_view arguments, std::string_view capabilities = "{}")
    {
        return say(modern(
            "1",
            "tools/call",
            R"("name":")" + std::string(tool) + R"(","arguments":)" + std::string(arguments) + ",",
            capabilities
        ));
    }

    std::string wrapped(std::string_view tool, std::string_view arguments = "{}")
    {
        return call(
            "call_tool", R"({"name":")" + std::string(tool) + R"(","arguments":)" + std::string(arguments) + "}"
        );
    }

    io::runtime loop;
    registry all;
    std::optional<server> home;
};

TEST_F(compact_mode, lists_three_tools_in_less_than_2000_bytes_in_every_version)
{
    serve();
    std::vector<std::string> names;
    const auto answer = say(modern("1", "tools/list"));
    for (const auto& t : json::read(answer).value().at("result").at("tools").as_array())
        names.emplace_back(t.at("name").as_string());
    EXPECT_THAT(names, ElementsAre("search_tools", "describe_tool", "call_tool"));
    EXPECT_LT(answer.size(), 2'000U);
    for (const auto version : {protocol_version::v2024_11_05, protocol_version::v2025_11_25}) {
        std::size_t bytes = 0;
        for (const auto& item : home->tools().items(traits_of(version), {}))
            bytes += item.json.size() + 1;
        EXPECT_LT(bytes, 2'000U);
    }
}

TEST_F(compact_mode, finds_tools_by_words_best_first)
{
    serve();
    EXPECT_THAT(call("search_tools", R"({"query":"please DROP this"})"), HasSubstr(R"("name":"drop")"));
    EXPECT_THAT(call("search_tools", R"({"query":"put tests"})"), HasSubstr(R"({"tools":[{"name":"put")"));
    EXPECT_THAT(call("search_tools", R"({"query":"zebra"})"), HasSubstr(R"("structuredContent":{"tools":[]})"));
    const auto everything = call("search_tools", "{}");
    for (const auto* name : {"look", "put", "drop"})
        EXPECT_THAT(everything, HasSubstr(R"({"name":")" + std::string(name)));
}

TEST_F(compact_mode, describes_a_tool_as_the_full_list_would)
{
    serve();
    const auto told = json::read(call("describe_tool", R"({"name":"drop"})")).value().at("result");
    const auto& about = told.at("structuredContent");
    EXPECT_EQ(about.at("inputSchema"), boost::json::value(rules->published_schema(all.tools()[2])));
    EXPECT_EQ(about.at("effect"), "destroys");
    EXPECT_THAT(call("describe_tool", R"({"name":"drp"})"), HasSubstr("did you mean drop?"));
}

TEST_F(compact_mode, a_wrapped_call_is_a_call_of_the_tool_and_audited_as_one)
{
    serve();
    const auto answer = wrapped("look", R"({"table":"x"})");
    EXPECT_THAT(answer, HasSubstr(R"("structuredContent":{"text":"x"})"));
    EXPECT_THAT(answer, HasSubstr("untrusted-data-")) << "wrapped as foreign data";
    ASSERT_EQ(audit.entries.size(), 1U);
    EXPECT_EQ(audit.entries[0].tool, "look");
    EXPECT_EQ(audit.entries[0].instance, "dev");
    EXPECT_EQ(audit.entries[0].rows, 3U);
    EXPECT_THAT(call("look", R"({"table":"y"})"), HasSubstr(R"("text":"y")")) << "by its own name it works as well";
    EXPECT_THAT(call("call_tool", R"({"name":"look"})"), HasSubstr(R"({"text":"t"})"));
    EXPECT_THAT(wrapped("look", R"({"tabel":1})"), HasSubstr("tabel"));
}

TEST_F(compact_mode, malformed_wrappings_are_refused_by_name)
{
    serve();
    for (const auto* arguments :
         {"{}", R"({"name":5})", R"({"name":"look","arguments":[]})", R"({"name":"look","extra":1})"})
    {
        EXPECT_THAT(call("call_tool", arguments), HasSubstr(R"("isError":true)")) << arguments;
        EXPECT_EQ(latest(), "invalid invalid_argument") << arguments;
    }
    EXPECT_THAT(wrapped("lok"), HasSubstr("did you mean look?"));
    EXPECT_THAT(wrapped("call_tool"), HasSubstr("there is no tool")) << "it does not wrap itself";
    EXPECT_EQ(runs, 0);
}

TEST_F(compact_mode, read_only_holds)
{
    serve({.mode = access::read_only});
    EXPECT_THAT(wrapped("put"), HasSubstr("read-only"));
    EXPECT_EQ(latest(), "refused_read_only denied");
    EXPECT_EQ(audit.entries.back().tool, "put");
    EXPECT_THAT(wrapped("drop", R"({"harmless":true})"), HasSubstr("read-only"));
    EXPECT_EQ(runs, 0);
    EXPECT_THAT(call("search_tools", "{}"), Not(HasSubstr(R"("put")")));
    EXPECT_THAT(call("describe_tool", R"({"name":"put"})"), HasSubstr("there is no tool"));
    EXPECT_THAT(wrapped("look"), HasSubstr("structuredContent"));
}

TEST_F(compact_mode, rights_and_views_hold)
{
    serve();
    rights = std::make_shared<reader_only>();
    EXPECT_THAT(wrapped("put"), HasSubstr(R"("scope":"test:write")"));
    EXPECT_EQ(latest(), "refused_scope denied");
    EXPECT_THAT(call("search_tools", "{}"), Not(HasSubstr(R"("put")")));
    rights = nullptr;
    sees.features = {"other"};
    EXPECT_THAT(wrapped("look"), HasSubstr("left out"));
    sees = {.mode = access::read_only};
    EXPECT_THAT(wrapped("drop"), HasSubstr("read-only"));
    EXPECT_EQ(runs, 0);
}

TEST_F(compact_mode, what_destroys_is_confirmed_with_a_token_inside_the_inner_arguments)
{
    serve();
    const auto asked = json::read(wrapped("drop")).value().at("result");
    EXPECT_EQ(runs, 0);
    const std::string text(asked.at("content").at(0).at("text").as_string());
    EXPECT_THAT(wrapped("drop", with_token(token_in(text))), HasSubstr("structuredContent"));
    EXPECT_EQ(latest(), "confirmed ok");
    // A person is asked where the client can.
    EXPECT_THAT(
        call("call_tool", R"({"name":"drop"})", R"({"elicitation":{}})"), HasSubstr(R"("method":"elicitation/create")")
    );
    EXPECT_EQ(runs, 1);
}

TEST(full_mode, knows_no_tools_of_compact_mode)
{
    task_bench b;
    auto& c = b.connect();
    for (const auto* name : {"search_tools", "describe_tool", "call_tool"})
        EXPECT_THAT(c.say(modern_call("1", name)), HasSubstr("Unknown tool")) << name;
}

} // namespace
} // namespace basekeeper::mcp
