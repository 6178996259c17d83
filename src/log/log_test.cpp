// What the log writes, and what it never writes.
#include "log/line.hpp"
#include "log/logger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace basekeeper::log {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr wall_time some_time{std::chrono::seconds{1'800'000'000}};

std::string line(format how, std::string_view message, std::vector<field> fields = {})
{
    return to_line(how, {some_time, level::info, message, fields});
}

struct closes
{
    void operator()(std::FILE* f) const { std::fclose(f); }
};

std::string content(std::FILE* f)
{
    EXPECT_EQ(std::fseek(f, 0, SEEK_SET), 0);
    std::array<char, 65'536> text{};
    return {text.data(), std::fread(text.data(), 1, text.size(), f)};
}

TEST(log_line, text_shows_time_level_message_and_fields)
{
    EXPECT_EQ(
        line(format::text, "pool is full", {{"instance", "shop"}, {"waiting", "3"}}),
        "2027-01-15T08:00:00.000000Z info    pool is full instance=shop waiting=3"
    );
}

TEST(log_line, text_quotes_values_that_are_more_than_a_word)
{
    EXPECT_THAT(line(format::text, "m", {{"a", "two words"}}), HasSubstr(R"( a="two words")"));
    EXPECT_THAT(line(format::text, "m", {{"a", ""}}), HasSubstr(R"( a="")"));
    EXPECT_THAT(line(format::text, "m", {{"a", R"(x"y\z)"}}), HasSubstr(R"( a="x\"y\\z")"));
    EXPECT_THAT(line(format::text, "m", {{"a", "b=c"}}), HasSubstr(R"( a="b=c")"));
}

TEST(log_line, no_value_can_forge_a_line_or_steer_a_terminal)
{
    for (const auto how : {format::text, format::json}) {
        const auto out = line(how, "one\ntwo\x1b[2J", {{"k\n", "v\r\n\x7f\xc2\x9b"}});
        for (const char c : out)
            EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << out;
        EXPECT_THAT(out, HasSubstr("one\\ntwo\\u001b[2J"));
        EXPECT_THAT(out, HasSubstr("\\u007f\\u009b"));
    }
}

TEST(log_line, json_is_one_object_with_escaped_strings)
{
    EXPECT_EQ(
        line(format::json, "a \"b\"", {{"path", "c:\\d"}, {"umlaut", "\xc3\xa4"}}),
        R"({"time":"2027-01-15T08:00:00.000000Z","level":"info","message":"a \"b\"","path":"c:\\d","umlaut":"ä"})"
    );
}

TEST(log_line, bytes_that_are_not_utf8_are_replaced)
{
    EXPECT_THAT(line(format::json, "a\xff\xc3z"), HasSubstr("a\xEF\xBF\xBD\xEF\xBF\xBDz"));
}

TEST(logger, writes_at_its_level_and_above_only)
{
    const std::unique_ptr<std::FILE, closes> file(std::tmpfile());
    logger out(level::warning, format::text, file.get());
    out.debug("alpha");
    out.info("beta");
    out.warning("gamma", {{"k", "v"}});
    out.error("delta");
    const auto text = content(file.get());
    EXPECT_THAT(text, Not(HasSubstr("alpha")));
    EXPECT_THAT(text, Not(HasSubstr("beta")));
    EXPECT_THAT(text, HasSubstr("warning gamma k=v\n"));
    EXPECT_THAT(text, HasSubstr("error   delta\n"));
}

TEST(logger, changes_its_level_while_running)
{
    const std::unique_ptr<std::FILE, closes> file(std::tmpfile());
    logger out(level::off, format::text, file.get());
    EXPECT_FALSE(out.writes(level::error));
    out.error("alpha");
    EXPECT_EQ(out.lowest(), level::off);
    out.set_level(level::debug);
    EXPECT_EQ(out.lowest(), level::debug);
    EXPECT_TRUE(out.writes(level::debug));
    EXPECT_FALSE(out.writes(level::off));
    out.debug("beta");
    EXPECT_THAT(content(file.get()), Not(HasSubstr("alpha")));
    EXPECT_THAT(content(file.get()), HasSubstr("debug   beta\n"));
}

TEST(logger, takes_braces_and_percent_signs_as_they_are)
{
    const std::unique_ptr<std::FILE, closes> file(std::tmpfile());
    logger out(level::info, format::text, file.get());
    out.info("{} %v %n {0}");
    EXPECT_THAT(content(file.get()), HasSubstr("info    {} %v %n {0}\n"));
}

TEST(logger, never_writes_to_stdout)
{
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    {
        logger out(level::info, format::text);
        out.info("hello");
        out.error("world");
    }
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("hello"));
}

TEST(logger, keeps_lines_whole_when_threads_write_together)
{
    const std::unique_ptr<std::FILE, closes> file(std::tmpfile());
    logger out(level::info, format::json, file.get());
    {
        std::vector<std::jthread> threads;
        threads.reserve(4);
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 50; ++i)
                    out.info("x");
            });
    }
    const auto text = content(file.get());
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 200);
    for (std::size_t start = 0; start < text.size(); start = text.find('\n', start) + 1) {
        EXPECT_EQ(text[start], '{');
        EXPECT_EQ(text[text.find('\n', start) - 1], '}');
    }
}

} // namespace
} // namespace basekeeper::log
