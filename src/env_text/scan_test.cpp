// The reading of dotenv, case by case; that it agrees with the package itself is tested in tests/integration/stack.
#include "env_text/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::env_text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::pair<std::string, std::string>> read(std::string_view text)
{
    std::vector<std::pair<std::string, std::string>> out;
    const auto document = document::parse(text);
    if (!document)
        return {{"error", document.error().message}};
    for (const auto& [name, value] : document->values())
        out.emplace_back(name, value.reveal());
    return out;
}

TEST(scan, takes_bare_values_up_to_a_hash_or_the_line_end)
{
    EXPECT_THAT(read("A=1\nB= two words \n"), ElementsAre(Pair("A", "1"), Pair("B", "two words")));
    EXPECT_THAT(read("D=pa#ss"), ElementsAre(Pair("D", "pa")));
    EXPECT_THAT(read("A=1 # why"), ElementsAre(Pair("A", "1")));
    EXPECT_THAT(read("A==x="), ElementsAre(Pair("A", "=x=")));
}

TEST(scan, takes_quotes_off_without_knowing_escapes_but_two)
{
    EXPECT_THAT(read("A='pa#ss'"), ElementsAre(Pair("A", "pa#ss")));
    EXPECT_THAT(read(R"(A='it\'s')"), ElementsAre(Pair("A", R"(it\'s)")));
    EXPECT_THAT(read(R"(A="a\nb\rc\td")"), ElementsAre(Pair("A", "a\nb\rc\\td")));
    EXPECT_THAT(read(R"(A='a\nb')"), ElementsAre(Pair("A", R"(a\nb)")));
    EXPECT_THAT(read("A=`'\"`"), ElementsAre(Pair("A", "'\"")));
    EXPECT_THAT(read("A='a' 'b'"), ElementsAre(Pair("A", "a' 'b")));
}

TEST(scan, quotes_span_lines_and_may_begin_on_a_later_one)
{
    EXPECT_THAT(read("A='x\ny'\nB=1"), ElementsAre(Pair("A", "x\ny"), Pair("B", "1")));
    EXPECT_THAT(read("A=\n\n'x'\nB=1"), ElementsAre(Pair("A", "x"), Pair("B", "1")));
    EXPECT_THAT(read("A\n=v"), ElementsAre(Pair("A", "v")));
}

TEST(scan, a_quote_that_is_not_closed_belongs_to_the_value)
{
    EXPECT_THAT(read("A='x\nB=1"), ElementsAre(Pair("A", "'x"), Pair("B", "1")));
    EXPECT_THAT(read("A='x\nB='y'"), ElementsAre(Pair("A", "'x"), Pair("B", "y")));
    EXPECT_THAT(read("A=\"x\\n"), ElementsAre(Pair("A", "\"x\n"))) << "yet escapes count";
}

TEST(scan, takes_export_and_colons)
{
    EXPECT_THAT(read("export A=1"), ElementsAre(Pair("A", "1")));
    EXPECT_THAT(read("export=1"), ElementsAre(Pair("export", "1")));
    EXPECT_THAT(read("A: 1\nB:2"), ElementsAre(Pair("A", "1")));
    EXPECT_THAT(read("export A\nB=1"), ElementsAre(Pair("B", "1")));
}

TEST(scan, the_last_of_repeated_names_counts)
{
    EXPECT_THAT(read("A=1\nA=2"), ElementsAre(Pair("A", "2")));
    EXPECT_THAT(read("A=1\nA="), ElementsAre(Pair("A", "")));
}

TEST(scan, line_ends_of_other_systems_are_line_ends)
{
    EXPECT_THAT(read("A=1\r\nB=2\rC=3"), ElementsAre(Pair("A", "1"), Pair("B", "2"), Pair("C", "3")));
}

TEST(scan, white_space_is_that_of_javascript)
{
    EXPECT_THAT(
        read("\xEF\xBB\xBF"
             "A=\xC2\xA0x\xC2\xA0"),
        ElementsAre(Pair("A", "x"))
    );
}

TEST(scan, the_name_that_dotenv_loses_is_lost)
{
    EXPECT_THAT(read("__proto__=1"), IsEmpty());
}

TEST(scan, other_lines_are_nothing)
{
    EXPECT_THAT(read("just words\n# A=1\n=x\n\n"), IsEmpty());
}

} // namespace
} // namespace basekeeper::env_text
