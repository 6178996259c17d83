// Keys of a stack before an independent judge: the npm library jose.
#include "base/clock.hpp"
#include "json/text.hpp"
#include "oracle.hpp"
#include "stack/secrets.hpp"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

std::string as_line(const api_keys& keys)
{
    boost::json::object env;
    for (const auto& [name, value] : variables(keys))
        env[name] = value.reveal();
    return json::to_text(env);
}

TEST(secrets, an_independent_library_takes_every_key)
{
    const key_terms terms{.now = system_clock().wall()};
    std::vector<std::string> lines;
    for (int i = 0; i < 50; ++i)
        lines.push_back(as_line(new_api_keys(terms)));
    EXPECT_THAT(ask("token_oracle.mjs", lines), testing::AllOf(testing::SizeIs(50), testing::Each("good")));
}

TEST(secrets, the_judge_sees_keys_of_another_secret)
{
    const key_terms terms{.now = system_clock().wall()};
    auto mixed = new_api_keys(terms);
    mixed.anon_key = new_api_keys(terms).anon_key;
    EXPECT_THAT(ask("token_oracle.mjs", {as_line(mixed)}), testing::ElementsAre(testing::HasSubstr("signature")));
}

} // namespace
} // namespace basekeeper::stack
