// SQLSTATE to condition and hint, and the bounds of the error made from a report.
#include "base/text.hpp"
#include "pg/sqlstate.hpp"

#include <gtest/gtest.h>

namespace basekeeper::pg {
namespace {

TEST(sqlstate, codes_win_over_their_class)
{
    EXPECT_EQ(condition_of("42601"), condition::invalid_argument);
    EXPECT_EQ(condition_of("42P01"), condition::not_found);
    EXPECT_EQ(condition_of("42501"), condition::denied);
    EXPECT_EQ(condition_of("42999"), condition::invalid_argument);
    EXPECT_EQ(condition_of("23505"), condition::conflict);
    EXPECT_EQ(condition_of("40001"), condition::conflict);
    EXPECT_EQ(condition_of("25006"), condition::denied);
    EXPECT_EQ(condition_of("53300"), condition::unavailable);
    EXPECT_EQ(condition_of("57014"), condition::timeout);
    EXPECT_EQ(condition_of("57P01"), condition::unavailable);
    EXPECT_EQ(condition_of("28P01"), condition::denied);
    EXPECT_EQ(condition_of("3D000"), condition::not_found);
    EXPECT_EQ(condition_of("08006"), condition::unavailable);
}

TEST(sqlstate, what_is_not_a_code_is_internal)
{
    for (const char* odd : {"", "4", "42", "42P0", "42P011", "ZZZZZ"}) {
        EXPECT_EQ(condition_of(odd), condition::internal) << odd;
        EXPECT_EQ(hint_for(odd), "") << odd;
    }
}

TEST(sqlstate, what_people_meet_has_a_hint)
{
    for (const char* code :
         {"42501",
          "42P01",
          "42703",
          "42601",
          "23505",
          "23503",
          "40001",
          "40P01",
          "53300",
          "57014",
          "25006",
          "28P01",
          "3D000",
          "0A000",
          "22P02"})
        EXPECT_FALSE(hint_for(code).empty()) << code;
}

TEST(sqlstate, the_servers_words_stay_out_of_our_sentence)
{
    const auto e = to_error(
        {.severity = "ERROR",
         .sqlstate = "23505",
         .message = "duplicate key evil",
         .detail = "Key (id)=(1) evil",
         .hint = "evil",
         .position = 7}
    );
    EXPECT_EQ(e.code, condition::conflict);
    EXPECT_EQ(e.sqlstate, "23505");
    EXPECT_EQ((e.message + e.hint).find("evil"), std::string::npos);
    EXPECT_EQ(e.server_text, "ERROR: duplicate key evil\nDETAIL: Key (id)=(1) evil\nHINT: evil\nPOSITION: 7");
}

TEST(sqlstate, the_servers_words_are_cut_without_breaking_utf8)
{
    std::string long_text;
    for (int i = 0; i < 5'000; ++i)
        long_text += "ä";
    const auto e = to_error({.severity = "ERROR", .sqlstate = "XX000", .message = long_text});
    EXPECT_LE(e.server_text.size(), max_server_text);
    EXPECT_TRUE(is_utf8(e.server_text));
}

} // namespace
} // namespace basekeeper::pg
