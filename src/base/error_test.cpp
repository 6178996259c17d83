// Names, exit codes and sentences of errors.
#include "base/result.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace basekeeper {
namespace {

constexpr condition all_conditions[] = {
    condition::invalid_argument,
    condition::not_found,
    condition::conflict,
    condition::denied,
    condition::timeout,
    condition::unavailable,
    condition::cancelled,
    condition::input_required,
    condition::internal,
};

TEST(error, every_condition_has_a_name_of_its_own)
{
    std::set<std::string_view> names;
    for (const auto c : all_conditions)
        names.insert(to_string(c));
    EXPECT_EQ(names.size(), std::size(all_conditions));
    EXPECT_EQ(to_string(condition::invalid_argument), "invalid_argument");
    EXPECT_EQ(to_string(condition::input_required), "input_required");
}

TEST(error, no_condition_exits_with_success)
{
    for (const auto c : all_conditions)
        EXPECT_NE(exit_code(c), 0) << to_string(c);
    EXPECT_EQ(exit_code(condition::internal), 1);
    EXPECT_EQ(exit_code(condition::invalid_argument), 2);
    EXPECT_EQ(exit_code(condition::not_found), 3);
    EXPECT_EQ(exit_code(condition::conflict), 4);
    EXPECT_EQ(exit_code(condition::denied), 5);
    EXPECT_EQ(exit_code(condition::timeout), 6);
    EXPECT_EQ(exit_code(condition::unavailable), 7);
    EXPECT_EQ(exit_code(condition::cancelled), 8);
    EXPECT_EQ(exit_code(condition::input_required), 8);
}

TEST(error, a_value_outside_the_enumeration_counts_as_internal)
{
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): such a value is the subject
    const auto stray = static_cast<condition>(99);
    EXPECT_EQ(to_string(stray), "internal");
    EXPECT_EQ(exit_code(stray), 1);
}

TEST(error, only_timeout_and_unavailable_are_worth_repeating)
{
    for (const auto c : all_conditions)
        EXPECT_EQ(retryable(c), c == condition::timeout || c == condition::unavailable) << to_string(c);
}

TEST(error, within_puts_what_was_being_done_before_the_message_and_keeps_the_rest)
{
    error inner(condition::denied, "wrong password", "set another one");
    inner.sqlstate = "28P01";
    inner.server_text = "no";
    const auto outer = std::move(inner).within("opening instance \"dev\"");
    EXPECT_EQ(outer.message, "opening instance \"dev\": wrong password");
    EXPECT_EQ(outer.code, condition::denied);
    EXPECT_EQ(outer.hint, "set another one");
    EXPECT_EQ(outer.sqlstate, "28P01");
    EXPECT_EQ(outer.server_text, "no");
}

TEST(error, describe_shows_what_there_is_and_nothing_else)
{
    error e(condition::internal, "it broke");
    EXPECT_EQ(describe(e), "it broke");
    e.server_text = "oh";
    EXPECT_EQ(describe(e), "it broke (server: \"oh\")");
    e.hint = "mend it";
    EXPECT_EQ(describe(e), "it broke (server: \"oh\")\n  next: mend it");
}

result<int> half(int n)
{
    if (n % 2 != 0)
        return fail(condition::invalid_argument, "odd", "use an even number");
    return n / 2;
}

result<int> quarter(int n)
{
    const auto once = TRY(half(n));
    return TRY(half(once));
}

result<> even(int n)
{
    TRY(half(n));
    return {};
}

TEST(result, try_hands_on_values_and_errors_unchanged)
{
    EXPECT_EQ(quarter(12), 3);
    const auto failed = quarter(6);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "odd");
    EXPECT_EQ(failed.error().hint, "use an even number");
    EXPECT_TRUE(even(2));
    EXPECT_FALSE(even(1));
}

} // namespace
} // namespace basekeeper
