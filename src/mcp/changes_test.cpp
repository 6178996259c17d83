// News for clients: subscriptions of sessions, listening of stateless clients, their filters and ends.
#include "support/mcp_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

using testing::conversation_fixture;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::modern;

std::string listen(std::string_view id, std::string_view filter, std::string_view capabilities = "{}")
{
    return modern(id, "subscriptions/listen", R"("notifications":)" + std::string(filter) + ",", capabilities);
}

TEST(changes, a_session_hears_of_lists_and_of_the_resources_it_subscribed_to)
{
    conversation_fixture f;
    f.home.news().publish(list_kind::tools);
    EXPECT_THAT(f.heard(), IsEmpty()) << "nobody has shaken hands";
    f.shake_hands("2025-11-25");
    f.home.news().publish(list_kind::tools);
    EXPECT_EQ(f.heard(), R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}})");
    f.home.news().publish_update("test://static");
    EXPECT_THAT(f.heard(), IsEmpty());
    const std::string about = R"("params":{"uri":"test://static"}})";
    EXPECT_EQ(
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe",)" + about),
        R"({"jsonrpc":"2.0","id":1,"result":{}})"
    );
    f.home.news().publish_update("test://static");
    EXPECT_EQ(
        f.heard(), R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"test://static"}})"
    );
    EXPECT_EQ(
        f.say(R"({"jsonrpc":"2.0","id":2,"method":"resources/unsubscribe",)" + about),
        R"({"jsonrpc":"2.0","id":2,"result":{}})"
    );
    f.home.news().publish_update("test://static");
    EXPECT_THAT(f.heard(), IsEmpty());
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":3,"method":"resources/subscribe","params":{}})"), HasSubstr("uri"));
}

TEST(changes, only_resources_that_there_are_can_be_watched)
{
    conversation_fixture f;
    f.shake_hands("2025-11-25");
    const auto subscribe = [&](const std::string& uri) {
        return f.say(R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":")" + uri + R"("}})");
    };
    EXPECT_THAT(subscribe("test://nothing"), HasSubstr("-32002"));
    EXPECT_THAT(subscribe("test://notes/" + std::string(3'000, 'a') + "/text"), HasSubstr("-32002"));
    EXPECT_THAT(subscribe("test://notes/a/text"), HasSubstr("result"));
    EXPECT_THAT(
        f.say(listen("2", R"({"resourceSubscriptions":["test://nothing","test://static"]})")),
        HasSubstr(R"("notifications":{"resourceSubscriptions":["test://static"]})")
    );
    EXPECT_THAT(
        f.say(listen("3", R"({"resourceSubscriptions":[")" + std::string(3'000, 'a') + R"("]})")), HasSubstr("-32602")
    );
}

TEST(changes, a_session_that_is_gone_hears_nothing)
{
    conversation_fixture f;
    {
        testing::sent_messages other;
        session brief(f.home, {{"stdio:other"}}, other, f.loop.executor());
        brief.receive(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})");
        EXPECT_EQ(f.home.news().listeners(), 1U);
    }
    EXPECT_EQ(f.home.news().listeners(), 0U);
    f.home.news().publish(list_kind::prompts);
}

TEST(changes, a_listening_client_is_acknowledged_first_and_hears_only_what_it_asked_for)
{
    conversation_fixture f;
    EXPECT_EQ(
        f.say(listen(
            R"("s1")",
            R"({"toolsListChanged":true,"promptsListChanged":false,"x":1,)"
            R"("resourceSubscriptions":["test://static"]})"
        )),
        R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":)"
        R"({"toolsListChanged":true,"resourceSubscriptions":["test://static"]},)"
        R"("_meta":{"io.modelcontextprotocol/subscriptionId":"s1"}}})"
    );
    f.home.news().publish(list_kind::prompts);
    f.home.news().publish(list_kind::resources);
    f.home.news().publish_update("test://notes/a/text");
    EXPECT_THAT(f.heard(), IsEmpty());
    f.home.news().publish(list_kind::tools);
    EXPECT_EQ(
        f.heard(),
        R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed",)"
        R"("params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"s1"}}})"
    );
    f.home.news().publish_update("test://static");
    EXPECT_THAT(
        f.heard(), HasSubstr(R"("uri":"test://static","_meta":{"io.modelcontextprotocol/subscriptionId":"s1")")
    );
}

TEST(changes, a_subscription_id_keeps_the_type_of_its_request)
{
    conversation_fixture f;
    EXPECT_THAT(f.say(listen("17", R"({"promptsListChanged":true})")), HasSubstr(R"(subscriptionId":17})"));
}

TEST(changes, a_cancelled_subscription_ends_silently)
{
    conversation_fixture f;
    f.say(listen("1", R"({"toolsListChanged":true})"));
    EXPECT_EQ(f.home.news().listeners(), 1U);
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})"), IsEmpty());
    EXPECT_EQ(f.home.news().listeners(), 0U);
    EXPECT_EQ(f.talk.running(), 0U);
}

TEST(changes, nothing_follows_a_cancellation_even_before_the_subscription_has_ended)
{
    conversation_fixture f;
    f.say(listen("1", R"({"toolsListChanged":true})"));
    f.talk.receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
    f.home.news().publish(list_kind::tools);
    EXPECT_THAT(f.heard(), IsEmpty());
}

TEST(changes, a_subscription_ends_with_a_result_when_the_server_stops)
{
    conversation_fixture f;
    f.say(listen("1", R"({"toolsListChanged":true})"));
    const auto drain = [&]() -> io::task<int> {
        co_await f.talk.drain(io::deadline::after(std::chrono::seconds{5}));
        co_return 0;
    };
    f.loop.run_main(drain());
    const auto last = json::read(f.heard()).value().at("result");
    EXPECT_EQ(last.at("resultType"), "complete");
    EXPECT_EQ(last.at("_meta").at("io.modelcontextprotocol/subscriptionId"), 1);
}

TEST(changes, malformed_filters_are_refused_by_name)
{
    conversation_fixture f;
    for (const auto* filter :
         {"5",
          R"({"toolsListChanged":1})",
          R"({"resourceSubscriptions":{}})",
          R"({"resourceSubscriptions":[1]})",
          R"({"taskIds":"x"})"})
        EXPECT_THAT(f.say(listen("1", filter)), HasSubstr("-32602")) << filter;
    EXPECT_THAT(f.say(listen("1", R"({"taskIds":["t"]})")), HasSubstr("-32021"));
}

} // namespace
} // namespace basekeeper::mcp
