// Masking and comparing: no secret is in what is shown, wherever it stood.
#include "env_text/shown.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::env_text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

bool ports_only(std::string_view name)
{
    return name == "PORT";
}

std::string masked_text(std::string_view text)
{
    return masked(*document::parse(text), ports_only);
}

TEST(masked, hides_values_and_keeps_the_shape)
{
    EXPECT_EQ(
        masked_text("# head\nPORT=5432 # the port\nexport PASS = 'x y'\nEMPTY=\nQ=''\n"),
        "# head\nPORT=5432 # the port\nexport PASS = ****\nEMPTY=\nQ=\n"
    );
}

TEST(masked, hides_secrets_in_comments_ignored_lines_and_cut_values)
{
    const auto shown = masked_text(
        "#OLD=secret1\n# password: secret2\nsecret3 alone\nPASS=a#secret4\nP='x\nsecret5'\nQ='secret6\nR=\n'secret7'\n"
        "X=a#\xE2\x80\xA9Y=secret8#secret9\n# c\xE2\x80\xA8secret10\n"
    );
    EXPECT_THAT(shown, Not(HasSubstr("secret"))) << shown;
}

TEST(masked, an_unknown_name_is_hidden)
{
    EXPECT_EQ(masked_text("STRIPE=sk_live"), "STRIPE=****");
}

TEST(compare, names_what_differs_with_values_masked)
{
    const auto changes = compare(
        *document::parse("PORT=1\nPASS=a\nSAME='x'\nGONE=1"),
        *document::parse("PORT=2\nPASS=b\nSAME=x\nNEW=1"),
        ports_only
    );
    std::vector<std::string> lines;
    for (const auto& one : changes)
        lines.push_back(one.name + " " + one.before + " -> " + one.after);
    EXPECT_THAT(lines, ElementsAre("GONE **** -> ", "NEW  -> ****", "PASS **** -> ****", "PORT 1 -> 2"));
    EXPECT_EQ(changes[0].kind, change_kind::removed);
    EXPECT_EQ(changes[1].kind, change_kind::added);
    EXPECT_EQ(changes[2].kind, change_kind::changed);
}

} // namespace
} // namespace basekeeper::env_text
