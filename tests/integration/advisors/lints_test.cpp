// Every lint on a real server: it finds what it must, not what only looks like it, and its remedy makes it go away.
#include "advised_database.hpp"
#include "features/advisors/lints.hpp"
#include "lint_cases.hpp"

#include <gmock/gmock.h>

#include <set>

namespace basekeeper::advisors {
namespace {

using testing::IsEmpty;

class every_lint : public supabase_shaped, public testing::WithParamInterface<lint_case>
{};

TEST_P(every_lint, finds_these_and_is_satisfied_by_its_remedy)
{
    const auto& one = GetParam();
    const std::vector<std::string> expected(one.fires.begin(), one.fires.end());
    const std::vector<std::string> schemas(one.schemas.begin(), one.schemas.end());
    on_fresh([&](advised_database& db) -> io::task<> {
        co_await db.script("set search_path = public;" + std::string(one.setup));
        const auto found = co_await db.findings(std::string(one.lint), schemas);
        EXPECT_EQ(objects_of(found), expected);
        std::set<std::string> without_remedy;
        for (const auto& f : found) {
            EXPECT_FALSE(f.detail.empty()) << f.object;
            EXPECT_NE(f.remedy.has_value(), f.next.has_value()) << f.object;
            if (!f.remedy)
                without_remedy.insert(f.object);
            EXPECT_THAT(co_await db.apply(f), IsEmpty()) << f.object;
        }
        for (const auto& f : co_await db.findings(std::string(one.lint), schemas))
            EXPECT_TRUE(without_remedy.contains(f.object)) << f.object << " is still found";
        EXPECT_LT(without_remedy.size(), expected.size());
    });
}

std::string name_of(const testing::TestParamInfo<lint_case>& of)
{
    return std::string(of.param.lint);
}

INSTANTIATE_TEST_SUITE_P(advisors, every_lint, testing::ValuesIn(lint_cases().begin(), lint_cases().end()), name_of);

TEST(lint_cases, are_there_for_every_lint)
{
    std::set<std::string_view> covered;
    for (const auto& one : lint_cases())
        covered.insert(one.lint);
    for (const auto& one : all_lints())
        EXPECT_TRUE(covered.contains(one.name)) << one.name;
    EXPECT_EQ(all_lints().size(), 29U);
}

} // namespace
} // namespace basekeeper::advisors
