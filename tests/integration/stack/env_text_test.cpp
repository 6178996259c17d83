// Our reading and writing of env texts beside the package that Dokploy reads them with.
#include "env_text/document.hpp"
#include "json/text.hpp"
#include "oracle.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

namespace basekeeper::env_text {
namespace {

using plain = std::map<std::string, std::string>;

plain plain_of(const document& text)
{
    plain out;
    for (const auto& [name, value] : text.values())
        out[name] = value.reveal();
    return out;
}

/// What dotenv reads in each of the texts.
std::vector<plain> read_by_dotenv(const std::vector<std::string>& texts)
{
    std::vector<std::string> lines;
    for (const auto& text : texts) {
        auto& line = lines.emplace_back();
        json::write_string(line, text);
    }
    std::vector<plain> out;
    for (const auto& answer : stack::ask("env_oracle.mjs", lines)) {
        auto& one = out.emplace_back();
        for (const auto& [name, value] : boost::json::parse(answer).as_object())
            one.insert_or_assign(std::string(name), std::string(value.as_string()));
    }
    return out;
}

class random_texts
{
public:
    std::string next()
    {
        static constexpr std::array<std::string_view, 40> pieces{
            "a",        "KEY",
            "B",        "=",
            "=",        "=",
            ":",        ": ",
            " ",        "\n",
            "\n",       "\n",
            "\r",       "\r\n",
            "#",        "'",
            "'",        "\"",
            "\"",       "`",
            "\\",       "\\'",
            "\\\"",     "\\n",
            "\\r",      "$A",
            "\t",       "\xE2\x80\xA8",
            "\xC2\xA0", "\xEF\xBB\xBF",
            "ü",        "export ",
            "x.y-z",    "\xE2\x80\xA9",
            "\nKEY=",   "\nKEY=",
            "\nB = ",   "\nexport C=",
            "\nD: ",    "\nA'=",
        };
        std::string out;
        for (auto count = below(40); count > 0; --count)
            out += pieces[below(pieces.size())];
        return out;
    }

private:
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(dice_); }

    std::mt19937_64 dice_{7};
};

TEST(beside_dotenv, random_texts_are_read_the_same)
{
    random_texts made;
    std::vector<std::string> texts;
    for (int i = 0; i < 20'000; ++i)
        texts.push_back(made.next());
    const auto theirs = read_by_dotenv(texts);
    ASSERT_EQ(theirs.size(), texts.size());
    std::size_t assignments = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto ours = document::parse(texts[i]);
        ASSERT_TRUE(ours);
        ASSERT_EQ(plain_of(*ours), theirs[i]) << testing::PrintToString(texts[i]);
        assignments += theirs[i].size();
    }
    EXPECT_GT(assignments, 10'000U) << "the texts say too little to prove anything";
}

TEST(beside_dotenv, what_we_write_is_read_as_meant)
{
    random_texts made;
    std::vector<std::string> texts;
    std::vector<plain> meant;
    while (texts.size() < 5'000) {
        settings wanted{{"FIRST", crypto::secret<>(made.next())}, {"SECOND", crypto::secret<>(made.next())}};
        const auto text = written(wanted);
        if (!text)
            continue;
        texts.push_back(text->text().reveal());
        meant.push_back({{"FIRST", wanted[0].second.reveal()}, {"SECOND", wanted[1].second.reveal()}});
    }
    EXPECT_EQ(read_by_dotenv(texts), meant);
}

} // namespace
} // namespace basekeeper::env_text
