// Changing env texts: what is meant changes, all else stays, and what cannot be written is refused.
#include "env_text/document.hpp"
#include "env_text/quote.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace basekeeper::env_text {
namespace {

using crypto::secret;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

document parsed(std::string_view text)
{
    return *document::parse(text);
}

std::string after(std::string_view text, std::string name, std::string value)
{
    auto document = parsed(text);
    const auto outcome = document.merge({{std::move(name), secret<>(std::move(value))}});
    return outcome ? document.text().reveal() : "refused: " + outcome.error().message;
}

std::string removed(std::string_view text, std::string_view name)
{
    auto document = parsed(text);
    const auto outcome = document.remove(name);
    return outcome ? document.text().reveal() : "refused: " + outcome.error().message;
}

TEST(merge, changes_the_value_and_keeps_comments_order_and_spelling)
{
    EXPECT_EQ(after("# head\nexport A = 'old' # why\nB=2\n", "A", "new"), "# head\nexport A = new # why\nB=2\n");
    EXPECT_EQ(after("A: old\n", "A", "new"), "A: new\n");
    EXPECT_EQ(after("A=\n# note\nB=1", "A", "x"), "A=x\n# note\nB=1");
}

TEST(merge, leaves_what_already_has_the_value_as_it_is_spelt)
{
    EXPECT_EQ(after("A = \"same\"\n", "A", "same"), "A = \"same\"\n");
}

TEST(merge, adds_at_the_end)
{
    EXPECT_EQ(after("A=1", "B", "2"), "A=1\nB=2\n");
    EXPECT_EQ(after("", "B", "2"), "B=2\n");
}

TEST(merge, earlier_repetitions_go)
{
    EXPECT_EQ(after("A=old1\nB=1\nA=old2\nC=1\n", "A", "new"), "B=1\nA=new\nC=1\n");
    EXPECT_EQ(after("A=same\nA=same\n", "A", "same"), "A=same\n");
}

TEST(merge, quotes_what_would_be_read_otherwise)
{
    EXPECT_EQ(after("", "A", "pa#ss"), "A='pa#ss'\n");
    EXPECT_EQ(after("", "A", "it's"), "A=\"it's\"\n");
    EXPECT_EQ(after("", "A", "'\""), "A=`'\"`\n");
    EXPECT_EQ(after("", "A", ""), "A=''\n") << "a bare one would take a quoted text of the next line";
    EXPECT_EQ(after("", "A", "a\nb"), "A='a\nb'\n");
    EXPECT_EQ(after("", "A", "a\rb"), "A=\"a\\rb\"\n");
    EXPECT_EQ(after("", "A", "$x"), "A='$x'\n");
    EXPECT_EQ(after("", "A", "a'b\"c`d\\"), "A=a'b\"c`d\\\n");
}

TEST(merge, refuses_what_no_spelling_holds)
{
    EXPECT_THAT(after("", "A", "'\"`#"), HasSubstr("refused"));
    EXPECT_THAT(after("", "A", "a b\n\\"), HasSubstr("refused"));
    EXPECT_THAT(after("", "A", std::string("a\0b", 3)), HasSubstr("refused"));
    EXPECT_THAT(after("", "A", "\xFF"), HasSubstr("refused"));
    EXPECT_THAT(after("", "1A", "x"), HasSubstr("no name"));
    EXPECT_THAT(after("", "__proto__", "x"), HasSubstr("no name"));
}

TEST(merge, refusals_do_not_repeat_the_value)
{
    EXPECT_THAT(after("", "A", "hunter2'\"`#"), testing::Not(HasSubstr("hunter2")));
}

TEST(merge, changes_nothing_when_an_open_quote_would_take_the_new_line)
{
    auto document = parsed("A='open\n");
    const auto outcome = document.merge({{"B", secret<>(std::string("#x"))}});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, condition::conflict);
    EXPECT_EQ(document.text().reveal(), "A='open\n");
}

TEST(merge, all_or_nothing)
{
    auto document = parsed("A=1\n");
    EXPECT_FALSE(document.merge({{"A", secret<>(std::string("2"))}, {"B C", secret<>(std::string("3"))}}));
    EXPECT_EQ(document.text().reveal(), "A=1\n");
}

TEST(remove, takes_every_line_of_the_name_and_no_other)
{
    EXPECT_EQ(removed("A=1 # x\nB='a\nb'\n# c\nA=2\nC=3", "A"), "B='a\nb'\n# c\nC=3");
    EXPECT_EQ(removed("A=1\nB='a\nb'\nC=3", "B"), "A=1\nC=3");
    EXPECT_EQ(removed("A=1\n", "Z"), "A=1\n");
}

TEST(remove, counts_lines_as_the_reading_does)
{
    constexpr auto text = "A=1#\xE2\x80\xA9"
                          "A=2#\xE2\x80\xA9"
                          "B=3";
    EXPECT_EQ(removed(text, "A"), "B=3");
    EXPECT_EQ(
        after(text, "A", "4"),
        "A=4#\xE2\x80\xA9"
        "B=3"
    );
}

TEST(findings, name_what_is_probably_not_meant)
{
    const auto found = parsed("A=1\nwhat is this\nB=pa#ss\nC='open\nA=2\nD=\n'x'\n# fine\nE='ok' # fine\n").findings();
    std::vector<std::string> seen;
    seen.reserve(found.size());
    for (const auto& one : found)
        seen.push_back(std::to_string(one.line) + " " + std::string(to_string(one.what)) + " " + one.name);
    EXPECT_THAT(
        seen,
        ElementsAre(
            "1 repeated A", "2 not_an_assignment ", "3 cut_by_hash B", "4 unclosed_quote C", "6 on_another_line D"
        )
    );
}

TEST(findings, a_clean_text_has_none)
{
    EXPECT_THAT(parsed("# c\n\nexport A=1 # c\nB=\"x y\"\nC=\n").findings(), IsEmpty());
}

TEST(document, refuses_what_is_no_text)
{
    EXPECT_FALSE(document::parse("A=\xFF"));
    EXPECT_FALSE(document::parse(std::string_view("A=\0", 3)));
    EXPECT_FALSE(document::parse(std::string(max_bytes + 1, 'x')));
}

TEST(document, names_stand_in_their_order)
{
    EXPECT_THAT(parsed("B=1\nA=1\nB=2").names(), ElementsAre("B", "A"));
}

TEST(document, is_replaced_on_deployment_knows_the_forms)
{
    EXPECT_TRUE(is_replaced_on_deployment("x${{project.KEY}}"));
    EXPECT_TRUE(is_replaced_on_deployment("${KEY}"));
    EXPECT_FALSE(is_replaced_on_deployment("$KEY ${ ${1} ${{x"));
}

/// Texts from pieces in which everything that means something to the reading is frequent.
class random_texts
{
public:
    std::string next()
    {
        static constexpr std::array<std::string_view, 24> pieces{
            "a",
            "KEY",
            "=",
            ":",
            " ",
            "\n",
            "\n",
            "\r",
            "#",
            "'",
            "\"",
            "`",
            "\\",
            "\\n",
            "\\r",
            "$",
            "${A}",
            "\t",
            "\xE2\x80\xA8",
            "\xC2\xA0",
            "\xEF\xBB\xBF",
            "ü",
            "export ",
            "=v\n",
        };
        std::string out;
        for (auto count = below(14); count > 0; --count)
            out += pieces[below(pieces.size())];
        return out;
    }

    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(dice_); }

private:
    std::mt19937_64 dice_{20'261'125};
};

TEST(round_trip, any_value_is_read_back_as_it_was_or_refused)
{
    random_texts texts;
    int refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        auto document = parsed("FIRST='1'\nNAME=old\nLAST='2'\n");
        const auto value = texts.next();
        if (!document.merge({{"NAME", secret<>(value)}})) {
            ++refused;
            continue;
        }
        ASSERT_EQ(document.value_or_empty("NAME"), value);
        ASSERT_EQ(document.value_or_empty("FIRST"), "1");
        ASSERT_EQ(document.value_or_empty("LAST"), "2");
        ASSERT_THAT(document.findings(), IsEmpty()) << document.text().reveal();
    }
    EXPECT_LT(refused, 5'000);
}

TEST(round_trip, any_text_keeps_its_other_values_or_is_refused)
{
    random_texts texts;
    int refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        auto document = parsed(texts.next() + texts.next());
        auto expected = document.values();
        expected.insert_or_assign("KEY", secret<>(std::string("#'")));
        if (!document.merge({{"KEY", secret<>(std::string("#'"))}}))
            ++refused;
        else
            ASSERT_EQ(document.values(), expected);
    }
    EXPECT_LT(refused, 6'000);
}

} // namespace
} // namespace basekeeper::env_text
