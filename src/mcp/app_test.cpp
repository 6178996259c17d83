// Apps: pages are resources that reach no network, named only to clients that can show them and may read them.
#include "mcp/app.hpp"
#include "mcp/test_policy.hpp"
#include "support/mcp_session.hpp"

#include <gmock/gmock.h>

namespace basekeeper::mcp {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view with_apps =
    R"({"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}}})";
constexpr std::string_view page = "<!doctype html><title>Page</title>";

class only_instances final : public authority
{
public:
    bool allows(std::string_view group, effect, std::string_view) const override { return group == "instances"; }

    std::string_view key() const override { return "instances"; }
};

class apps : public policy_rules
{
protected:
    apps()
    {
        auto shown = make_one("look", effect::reads);
        shown.about.app = "ui://basekeeper/page";
        all.add(std::move(shown));
        all.add(make_one("put", effect::writes));
        all.add(make_app(
            {.uri = "ui://basekeeper/page", .name = "page", .title = "Page", .description = "A page.", .group = "test"},
            page
        ));
        server_settings s;
        s.state_key = crypto::secret<std::string>(std::string(32, 's'));
        home.emplace(all, *rules, catalog, time, std::move(s));
    }

    std::string say(const std::string& message)
    {
        sent_messages out;
        session talk(*home, {{"stdio:test", rights}, sees}, out, loop.executor());
        talk.receive(message);
        loop.run_main(settle_main());
        EXPECT_EQ(out.all.size(), 1U);
        return out.all.empty() ? "" : out.all.front();
    }

    std::string read() { return say(modern("1", "resources/read", R"("uri":"ui://basekeeper/page",)")); }

    io::runtime loop;
    registry all;
    std::optional<server> home;
};

TEST_F(apps, are_declared_as_an_extension)
{
    EXPECT_THAT(say(modern("1", "server/discover")), HasSubstr(R"("extensions":{"io.modelcontextprotocol/ui":{}})"));
}

TEST_F(apps, a_tool_names_its_page_to_clients_that_show_pages_only)
{
    const auto meta =
        R"("_meta":{"ui":{"resourceUri":"ui://basekeeper/page"},"ui/resourceUri":"ui://basekeeper/page"})";
    EXPECT_THAT(say(modern("1", "tools/list", "", with_apps)), HasSubstr(meta));
    EXPECT_THAT(say(modern("1", "tools/list")), Not(HasSubstr("ui://")));
    for (const auto* other :
         {R"({"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/x"]}}})",
          R"({"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":5}}})",
          R"({"extensions":{"io.modelcontextprotocol/ui":1}})"})
        EXPECT_THAT(say(modern("1", "tools/list", "", other)), Not(HasSubstr("ui://"))) << other;
    EXPECT_THAT(say(modern("1", "tools/list", "", with_apps)), HasSubstr(meta)) << "kept apart";
}

TEST_F(apps, a_page_is_read_as_it_is_and_may_reach_nothing)
{
    const auto got = json::read(read()).value().at("result").at("contents").at(0);
    EXPECT_EQ(got.at("mimeType"), "text/html;profile=mcp-app");
    EXPECT_EQ(got.at("text"), boost::json::string_view(page));
    const auto& csp = got.at("_meta").at("ui").at("csp");
    for (const auto* kind : {"connectDomains", "resourceDomains", "frameDomains", "baseUriDomains"})
        EXPECT_TRUE(csp.at(kind).as_array().empty()) << kind;
    EXPECT_FALSE(got.at("_meta").at("ui").as_object().contains("permissions"));
    EXPECT_THAT(say(modern("1", "resources/list")), HasSubstr(R"("_meta":{"ui":{"csp")"));
}

TEST_F(apps, a_call_has_its_text_whether_the_client_shows_pages_or_not)
{
    const auto answer = say(modern("1", "tools/call", R"("name":"look",)", with_apps));
    EXPECT_THAT(answer, HasSubstr(R"("content":[{"type":"text","text":)"));
    EXPECT_THAT(answer, HasSubstr(R"("structuredContent":{"text":"t"})"));
}

TEST_F(apps, are_neither_listed_nor_served_to_those_who_may_not)
{
    rights = std::make_shared<only_instances>();
    EXPECT_THAT(say(modern("1", "resources/list")), Not(HasSubstr("ui://")));
    EXPECT_THAT(read(), HasSubstr(R"("scope":"test:read")"));
    EXPECT_EQ(latest(), "refused_scope denied");
    rights = nullptr;
    sees.features = {"other"};
    EXPECT_THAT(say(modern("1", "resources/list")), Not(HasSubstr("ui://")));
    EXPECT_THAT(read(), HasSubstr("-32602"));
    EXPECT_EQ(latest(), "invalid not_found");
}

} // namespace
} // namespace basekeeper::mcp
