// JSON text is valid whatever it is made of.
#include "base/text.hpp"
#include "json/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace basekeeper::json {
namespace {

using namespace std::string_view_literals;

std::string written(std::string_view s)
{
    std::string out;
    write_string(out, s);
    return out;
}

template <class Number>
std::string number(Number n)
{
    std::string out;
    write_number(out, n);
    return out;
}

TEST(write_string, escapes_what_must_be_and_nothing_else)
{
    EXPECT_EQ(written(""), R"("")");
    EXPECT_EQ(written("plain / text"), R"("plain / text")");
    EXPECT_EQ(written(R"("\)"), R"("\"\\")");
    EXPECT_EQ(written("\b\f\n\r\t"), R"("\b\f\n\r\t")");
    EXPECT_EQ(written("\0\x01\x1f"sv), R"("\u0000\u0001\u001f")");
    EXPECT_EQ(written("\x7f"), "\"\x7f\"") << "DEL needs no escape in JSON";
    EXPECT_EQ(written("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z"), "\"a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z\"");
}

TEST(write_string, replaces_every_byte_that_is_not_utf8)
{
    EXPECT_EQ(written("\xff"), "\"\xEF\xBF\xBD\"");
    EXPECT_EQ(written("a\x80z"), "\"a\xEF\xBF\xBDz\"");
    EXPECT_EQ(written("\xe2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"") << "a sequence that is cut";
    EXPECT_EQ(written("\xed\xa0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"") << "a surrogate";
    EXPECT_EQ(written("\xc3\""), "\"\xEF\xBF\xBD\\\"\"") << "a quote after a lead byte is still escaped";
}

TEST(write_string, comes_back_from_every_byte_as_valid_json)
{
    for (int first = 0; first < 256; ++first)
        for (int second = 0; second < 256; ++second) {
            const std::string raw{static_cast<char>(first), static_cast<char>(second)};
            const auto back = read(written(raw));
            ASSERT_TRUE(back) << first << ' ' << second;
            if (is_utf8(raw))
                ASSERT_EQ(std::string_view(back->get_string()), raw);
        }
}

TEST(write_number, writes_integers_to_their_limits)
{
    EXPECT_EQ(number(std::int64_t{0}), "0");
    EXPECT_EQ(number(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(number(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(write_number, writes_doubles_as_short_as_they_come_back)
{
    EXPECT_EQ(number(0.1), "0.1");
    EXPECT_EQ(number(1e300), "1e+300");
    EXPECT_EQ(number(5e-324), "5e-324");
    EXPECT_EQ(number(1.0 / 3), "0.3333333333333333");
    EXPECT_EQ(number(-0.0), "-0.0");
}

TEST(write_number, writes_what_json_has_no_number_for_as_text)
{
    EXPECT_EQ(number(std::numeric_limits<double>::infinity()), R"("Infinity")");
    EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), R"("-Infinity")");
    EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), R"("NaN")");
}

TEST(write_value, writes_every_kind)
{
    boost::json::value v{{"n", nullptr}, {"b", false}, {"i", -1}, {"d", 0.5}, {"s", "x"}, {"a", {1, 2}}};
    v.as_object()["u"] = std::numeric_limits<std::uint64_t>::max();
    v.as_object()["empty\n"] = boost::json::array{};
    v.as_object()["none"] = boost::json::object{};
    EXPECT_EQ(
        to_text(v),
        R"({"n":null,"b":false,"i":-1,"d":0.5,"s":"x","a":[1,2],"u":18446744073709551615,"empty\n":[],"none":{}})"
    );
}

TEST(read, takes_as_many_bytes_and_levels_as_allowed_and_no_more)
{
    EXPECT_TRUE(read("[1,2,3]", {.max_bytes = 7, .max_depth = 1}));
    const auto longer = read("[1,2,3]", {.max_bytes = 6, .max_depth = 1});
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().message, "JSON document has 7 bytes, the limit is 6");
    EXPECT_TRUE(read(std::string(64, '[') + std::string(64, ']')));
    const auto deeper = read(std::string(65, '[') + std::string(65, ']'));
    ASSERT_FALSE(deeper);
    EXPECT_EQ(deeper.error().code, condition::invalid_argument);
    EXPECT_FALSE(read(std::string(100'000, '[')));
    EXPECT_FALSE(read(R"({"a":{"b":1}})", {.max_bytes = 100, .max_depth = 1}));
}

TEST(read, takes_white_space_around_and_nothing_else_after)
{
    EXPECT_TRUE(read(" \t\r\n{} \t\r\n"));
    for (const auto text : {"{}{}"sv, "{} x"sv, "{}\0"sv, "{}\x0b"sv, "{} //"sv, "\xef\xbb\xbf{}"sv}) {
        const auto got = read(text);
        ASSERT_FALSE(got) << text;
        EXPECT_THAT(got.error().message, ::testing::HasSubstr("JSON is not well-formed at byte"));
    }
}

TEST(read, refuses_text_that_is_not_utf8)
{
    for (const auto text :
         {"\"\x80\""sv, "\"\xc0\x80\""sv, "\"\xed\xa0\x80\""sv, "\"\xf5\x80\x80\x80\""sv, "\"\xc3\""sv})
        EXPECT_FALSE(read(text)) << ::testing::PrintToString(text);
    EXPECT_FALSE(read(R"("\ud800")")) << "half a surrogate pair";
    EXPECT_FALSE(read("\"\n\"")) << "control characters must be escaped";
    EXPECT_EQ(read(R"("\ud83d\ude00")").value().as_string(), "\xf0\x9f\x98\x80");
}

TEST(write_canonical, sorts_members_at_every_depth_and_stays_json)
{
    const auto canonical = [](std::string_view text) {
        std::string out;
        write_canonical(out, read(text).value());
        return out;
    };
    EXPECT_EQ(canonical(R"({"b":[{"z":1,"a":null}],"a":{}})"), R"({"a":{},"b":[{"a":null,"z":1}]})");
    EXPECT_EQ(canonical(R"([3, [], "x"])"), R"([3,[],"x"])");
    EXPECT_EQ(canonical(R"({"a":1,"b":2})"), canonical(R"({"b":2,"a":1})"));
}

TEST(read, survives_numbers_that_no_double_holds)
{
    // Whatever becomes of them, what is written again is JSON.
    for (const auto text : {"1e400"sv, "-1e400"sv, "1e-400"sv, "1e99999999999999999999"sv})
        if (const auto got = read(text))
            EXPECT_TRUE(read(to_text(*got))) << text;
}

} // namespace
} // namespace basekeeper::json
