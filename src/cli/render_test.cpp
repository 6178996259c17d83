// Results as people read them, and that no result steers the terminal.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "cli/test_terminal.hpp"
#include "json/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::cli {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string rendered(std::string_view text)
{
    return render(json::read(text).value());
}

/// True when nothing in it can move a cursor: line breaks of our own are the only control characters.
bool is_tame(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool c1 = c == 0xC2U && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
        if ((c < 0x20U && c != '\n') || c == 0x7FU || c1)
            return false;
    }
    return is_utf8(text);
}

TEST(render, columns_and_rows_become_a_table)
{
    EXPECT_EQ(
        rendered(R"({"columns":[{"name":"id","type":"int4"},{"name":"name","type":"text"}],)"
                 R"("rows":[[1,"ann"],[22,null]],"row_count":2})"),
        "id  name\n"
        "--  ----\n"
        "1   ann\n"
        "22  \n"
        "row_count: 2"
    );
}

TEST(render, rows_that_do_not_fit_their_columns_are_shown_as_far_as_they_do)
{
    EXPECT_EQ(rendered(R"({"columns":["a","b"],"rows":[[1],[1,2,3],7]})"), "a  b\n-  -\n1  \n1  2\n   ");
    EXPECT_EQ(rendered(R"({"columns":[],"rows":[]})"), "");
    EXPECT_EQ(rendered(R"({"columns":["a"],"rows":[]})"), "a\n-");
    EXPECT_EQ(rendered(R"({"columns":[{}],"rows":[]})").find('{'), std::string::npos);
}

TEST(render, lists_of_objects_become_tables_with_all_their_members)
{
    EXPECT_EQ(
        rendered(R"([{"name":"dev","kind":"local"},{"name":"shop","url":"x"}])"),
        "name  kind   url\n"
        "----  -----  ---\n"
        "dev   local  \n"
        "shop         x"
    );
    EXPECT_THAT(rendered(R"({"tables":[{"n":"a"}],"next":"c"})"), HasSubstr("tables:\nn\n-\na\nnext: c"));
}

TEST(render, other_values_are_names_and_values)
{
    EXPECT_EQ(
        rendered(R"({"name":"dev","n":1,"ok":true,"none":null,"list":[1,"a"],"inner":{"a":1,"b":{"c":2}},"empty":[]})"),
        "name: dev\nn: 1\nok: true\nnone: null\nlist: [1,\"a\"]\ninner.a: 1\ninner.b: {\"c\":2}\nempty: []"
    );
    EXPECT_EQ(rendered("7"), "7");
    EXPECT_EQ(rendered("[]"), "[]");
    EXPECT_EQ(rendered("{}"), "");
    EXPECT_EQ(rendered("\"a\""), "\"a\"");
    EXPECT_EQ(rendered("[1,{}]"), "[1,{}]");
}

TEST(render, width_is_counted_in_characters)
{
    EXPECT_EQ(rendered(R"({"columns":["a","b"],"rows":[["äöü",1],["x",2]]})"), "a    b\n---  -\näöü  1\nx    2");
}

TEST(render, wide_cells_are_cut_between_characters)
{
    std::string exact;
    for (int i = 0; i < 60; ++i)
        exact += "€";
    EXPECT_THAT(rendered(R"([{"a":")" + exact + R"("}])"), HasSubstr(exact));
    const auto cut = rendered(R"([{"a":")" + exact + R"(€"}])");
    EXPECT_THAT(cut, HasSubstr(exact.substr(0, std::size_t{57} * 3) + "..."));
    EXPECT_THAT(cut, Not(HasSubstr(exact.substr(0, std::size_t{58} * 3))));
    EXPECT_TRUE(is_utf8(cut));
}

TEST(render, control_characters_are_shown_wherever_they_stand)
{
    const auto evil = R"(\u001b[2J\u009b31m\u007f\n\r\u0007)"s;
    for (const auto& text : {
             R"("@")"s,
             R"(["@"])"s,
             R"({"@":"@"})"s,
             R"({"a":["@"]})"s,
             R"({"a":{"@":"@"}})"s,
             R"({"a":{"b":{"@":"@"}}})"s,
             R"([{"@":"@"}])"s,
             R"({"a":[{"@":["@"]}]})"s,
             R"({"columns":["@",{"name":"@"}],"rows":[["@",{"@":"@"}]]})"s,
         })
    {
        auto with = text;
        for (auto at = with.find('@'); at != std::string::npos; at = with.find('@'))
            with.replace(at, 1, evil);
        const auto shown = rendered(with);
        EXPECT_TRUE(is_tame(shown)) << text << " became " << ::testing::PrintToString(shown);
        EXPECT_THAT(shown, HasSubstr("1b[2J")) << text;
    }
}

TEST(printable, shows_what_would_steer_a_terminal)
{
    EXPECT_EQ(printable("a\tb\nc"), R"(a\tb\nc)");
    EXPECT_EQ(printable("\x1b[31m"), R"(\x1b[31m)");
    EXPECT_EQ(printable("\0\x01\x7f"sv), R"(\x00\x01\x7f)");
    EXPECT_EQ(
        printable("\xc2\x9b"
                  "31m"),
        R"(\u009b31m)"
    );
    EXPECT_EQ(printable("\xc2\x80\xc2\x9f\xc2\xa0"), "\\u0080\\u009f\xc2\xa0") << "U+00A0 is a space";
}

TEST(printable, leaves_text_of_all_scripts_alone)
{
    EXPECT_EQ(printable("aä€😀 \"quoted\" \\"), "aä€😀 \"quoted\" \\");
    EXPECT_EQ(printable(""), "");
}

TEST(printable, shows_bytes_that_are_no_text)
{
    EXPECT_EQ(
        printable("\x9b"
                  "31m"),
        R"(\x9b31m)"
    ) << "a control character where text is not UTF-8";
    EXPECT_EQ(printable("\xc2"), R"(\xc2)");
    EXPECT_EQ(printable("\xc2z"), R"(\xc2z)") << "what follows a broken byte is kept";
    EXPECT_EQ(printable("\xe2\x82"), R"(\xe2\x82)");
}

TEST(report, says_what_happened_and_what_to_do_and_exits_by_condition)
{
    testing::test_terminal at;
    error e(condition::unavailable, "connecting failed", "start the database");
    e.server_text = "no\x1b[2J route";
    EXPECT_EQ(report(at.screen, e), 7);
    EXPECT_EQ(
        at.diagnostics.take(), "error: connecting failed\n  server: no\\x1b[2J route\n  next: start the database\n"
    );
    EXPECT_EQ(at.out.take(), "") << "standard output is for results";
    EXPECT_EQ(report(at.screen, {condition::denied, "no"}), 5);
    EXPECT_EQ(at.diagnostics.take(), "error: no\n");
}

} // namespace
} // namespace basekeeper::cli
