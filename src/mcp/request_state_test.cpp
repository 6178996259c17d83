// A request state is good once, for ten minutes, for one principal and one request, and unchanged.
#include "json/text.hpp"
#include "mcp/request_state.hpp"

#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

struct states_fixture
{
    manual_clock time;
    request_states states{crypto::secret<std::string>(std::string(32, 'k')), time};
    std::string issued = states.issue({.answers = {{"a", 1}}, .asked = {"b", "c"}, .rounds = 2}, "bound");
};

TEST(request_state, comes_back_as_it_went)
{
    states_fixture f;
    const auto back = f.states.redeem(f.issued, "bound");
    ASSERT_TRUE(back);
    EXPECT_EQ(json::to_text(back->answers), R"({"a":1})");
    EXPECT_EQ(back->asked, (std::vector<std::string>{"b", "c"}));
    EXPECT_EQ(back->rounds, 2);
}

TEST(request_state, is_good_once)
{
    states_fixture f;
    EXPECT_TRUE(f.states.redeem(f.issued, "bound"));
    EXPECT_FALSE(f.states.redeem(f.issued, "bound"));
}

TEST(request_state, expires)
{
    states_fixture f;
    f.time.advance(std::chrono::seconds{601});
    EXPECT_FALSE(f.states.redeem(f.issued, "bound"));
}

TEST(request_state, is_bound)
{
    states_fixture f;
    EXPECT_FALSE(f.states.redeem(f.issued, "other"));
    EXPECT_TRUE(f.states.redeem(f.issued, "bound")) << "a failed try does not use it up";
}

TEST(request_state, any_change_is_noticed)
{
    states_fixture f;
    for (std::size_t i = 0; i < f.issued.size(); ++i) {
        auto changed = f.issued;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(f.states.redeem(changed, "bound")) << i;
        EXPECT_FALSE(f.states.redeem(f.issued.substr(0, i), "bound")) << i;
    }
    EXPECT_FALSE(f.states.redeem(f.issued + "-TAMPERED", "bound"));
    EXPECT_FALSE(f.states.redeem("v1." + std::string(1'000'000, 'a') + ".b", "bound"));
}

TEST(request_state, of_another_key_is_refused)
{
    states_fixture f;
    request_states other(crypto::secret<std::string>(std::string(32, 'x')), f.time);
    EXPECT_FALSE(other.redeem(f.issued, "bound"));
    EXPECT_THROW(request_states(crypto::secret<std::string>(std::string(31, 'x')), f.time), std::invalid_argument);
}

TEST(request_digest, ignores_order_and_what_changes_between_rounds)
{
    const auto digest = [](std::string_view params) {
        return request_digest("tools/call", json::read(params).value().as_object());
    };
    const auto base = digest(R"({"name":"t","arguments":{"a":1,"b":[1,{"c":2,"d":3}]}})");
    EXPECT_EQ(digest(R"({"arguments":{"b":[1,{"d":3,"c":2}],"a":1},"name":"t"})"), base);
    EXPECT_EQ(
        digest(
            R"({"name":"t","_meta":{},"inputResponses":{},"requestState":"x","arguments":{"a":1,"b":[1,{"c":2,"d":3}]}})"
        ),
        base
    );
    EXPECT_NE(digest(R"({"name":"u","arguments":{"a":1,"b":[1,{"c":2,"d":3}]}})"), base);
    EXPECT_NE(digest(R"({"name":"t","arguments":{"a":1,"b":[{"c":2,"d":3},1]}})"), base);
    EXPECT_NE(request_digest("prompts/get", {}), request_digest("tools/call", {}));
}

} // namespace
} // namespace basekeeper::mcp
