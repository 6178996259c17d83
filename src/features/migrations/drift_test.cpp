// Every way in which files, history and records can differ is named, and nothing else.
#include "features/migrations/drift.hpp"
#include "features/migrations/plan.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::migrations {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view script = "create table t (a int);\n";

own_row own(std::string version, std::string_view text)
{
    return {
        .version = std::move(version),
        .name = "n",
        .checksum = checksum(text),
        .digest = digest_of(make_plan(std::string(text))->statement_texts()),
        .down = {},
        .state = std::string(state_applied),
        .statements = 3,
        .done = 3,
    };
}

history_row row(std::string version, std::string_view text)
{
    return {std::move(version), "n", digest_of(make_plan(std::string(text))->statement_texts())};
}

std::vector<std::string> told(const std::vector<drift>& all)
{
    std::vector<std::string> out;
    out.reserve(all.size());
    for (const auto& one : all)
        out.push_back(one.version + " " + boost::describe::enum_to_string(one.kind, ""));
    return out;
}

folder files(std::vector<migration_file> all, std::vector<std::string> stray = {})
{
    return {.where = "f", .files = std::move(all), .stray = std::move(stray)};
}

TEST(drift, is_none_where_all_agree)
{
    records all;
    all.own.emplace("1", own("1", script));
    all.history.emplace("1", row("1", script));
    EXPECT_THAT(drift_of_records(all), IsEmpty());
    EXPECT_THAT(drift_of_folder(all, files({{"1", "n", std::string(script)}})), IsEmpty());
    EXPECT_THAT(drift_of_folder(all, files({{"1", "n", std::string(script)}, {"2", "m", "x"}})), IsEmpty())
        << "what is newer is only pending";
}

TEST(drift, of_records_and_history)
{
    records all;
    all.own.emplace("1", own("1", script));
    all.own.emplace("2", own("2", script));
    all.own.emplace("3", own("3", script));
    all.own.emplace("4", own("4", script));
    all.history.emplace("2", row("2", "select 1"));
    all.history.emplace("4", row("4", script));
    all.own.at("3").state = state_applying;
    all.own.at("3").done = 1;
    all.own.at("4").state = state_reverting;
    EXPECT_THAT(
        told(drift_of_records(all)),
        ElementsAre("1 history_missing", "2 history_changed", "3 unfinished", "4 unfinished")
    );
    EXPECT_EQ(drift_of_records(all)[2].detail, "it stopped after 1 of 3 statements");
}

TEST(drift, of_a_folder)
{
    records all;
    all.own.emplace("2", own("2", script));
    all.history.emplace("2", row("2", script));
    all.history.emplace("3", row("3", script));
    all.history.emplace("5", row("5", script));
    const auto found = drift_of_folder(
        all,
        files(
            {{"1", "a", "x"}, {"2", "n", "select 1"}, {"3", "n", std::string(script)}}, {"readme.sql", "2_n.down.sql"}
        )
    );
    EXPECT_THAT(
        told(found), ElementsAre("1 out_of_order", "2 changed_file", "5 missing_file", " stray_file", " stray_file")
    );
}

TEST(drift, knows_what_another_tool_applied_by_its_statements)
{
    records all;
    all.history.emplace("1", row("1", script));
    EXPECT_TRUE(is_what_was_applied({"1", "n", "\n\ncreate table t (a int)"}, all));
    EXPECT_FALSE(is_what_was_applied({"1", "n", "create table t (b int)"}, all));
    all.history.at("1").digest.clear();
    EXPECT_TRUE(is_what_was_applied({"1", "n", "anything"}, all)) << "older tools wrote no statements down";
    EXPECT_FALSE(is_what_was_applied({"2", "n", "anything"}, all));
}

TEST(digest, is_that_of_the_joined_statements)
{
    EXPECT_EQ(digest_of({"a", "b"}), checksum("a\nb"));
    EXPECT_EQ(digest_of({}), checksum(""));
}

} // namespace
} // namespace basekeeper::migrations
