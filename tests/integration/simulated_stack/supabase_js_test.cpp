// The simulated stack before an independent judge: Supabase's own JavaScript client.
#include "io/offload.hpp"
#include "json/text.hpp"
#include "oracle.hpp"
#include "served_stack.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::simulated_stack {
namespace {

/// What the client says of each step, with these two keys.
std::vector<std::string> steps_with(const std::string& anon, const std::string& service)
{
    return test::run_on_fresh_runtime([&](io::runtime& loop) -> io::task<std::vector<std::string>> {
        served_stack served(loop);
        const auto line = json::to_text(boost::json::object{
            {"url", served.url()}, {"anonKey", served.value(anon)}, {"serviceKey", served.value(service)}
        });
        auto said = co_await io::offload(loop.pool(), [&] { return stack::ask("supabase_client.mjs", {line}); });
        co_await served.rig->stop();
        co_return said;
    });
}

constexpr std::size_t number_of_steps = 27;

TEST(simulated_stack, an_application_works_with_the_keys_that_are_tokens)
{
    EXPECT_THAT(
        steps_with("ANON_KEY", "SERVICE_ROLE_KEY"),
        testing::AllOf(testing::SizeIs(number_of_steps), testing::Each(testing::EndsWith(" ok")))
    );
}

TEST(simulated_stack, an_application_works_with_the_opaque_keys)
{
    EXPECT_THAT(
        steps_with("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"),
        testing::AllOf(testing::SizeIs(number_of_steps), testing::Each(testing::EndsWith(" ok")))
    );
}

TEST(simulated_stack, the_judge_sees_swapped_keys)
{
    EXPECT_THAT(
        steps_with("ANON_KEY", "ANON_KEY"), testing::Contains(testing::HasSubstr("createUser failed not_admin"))
    );
}

} // namespace
} // namespace basekeeper::simulated_stack
