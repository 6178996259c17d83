// Runs a shared list of texts with verdicts, when BASEKEEPER_SQL_CASES names the folder that holds
// sql_safety_cases.tsv and sql_safety_fixture.sql.
#include "trace.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

namespace basekeeper::database {
namespace {

struct sql_case
{
    std::string verdict;
    std::string sql;
    std::string why;
};

std::string unescaped(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const char c = text[++i];
        out += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c == 'f' ? '\f' : c == 'v' ? '\v' : c;
    }
    return out;
}

std::vector<sql_case> read_cases(const std::filesystem::path& file)
{
    std::vector<sql_case> all;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        const auto one = line.find('\t');
        const auto two = line.rfind('\t');
        if (line.starts_with('#') || one == std::string::npos || two == one)
            continue;
        all.push_back({line.substr(0, one), unescaped(line.substr(one + 1, two - one - 1)), line.substr(two + 1)});
    }
    return all;
}

std::string whole(const std::filesystem::path& file)
{
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

enum class login
{
    narrow,
    owner
};

/// A failure that comes from what this server lacks, or from a missing value, is not a refusal.
bool accepted(const result<rows_page>& got)
{
    return got || (got.error().sqlstate == "42P01" || got.error().sqlstate == "3F000" ||
                   got.error().sqlstate == "42883" || got.error().sqlstate == "08P01");
}

class cases : public testing::Test
{
protected:
    void SetUp() override
    {
        const char* folder = std::getenv("BASEKEEPER_SQL_CASES");
        if (folder == nullptr)
            GTEST_SKIP() << "BASEKEEPER_SQL_CASES is not set to the folder of the cases";
        all = read_cases(std::filesystem::path(folder) / "sql_safety_cases.tsv");
        fixture = whole(std::filesystem::path(folder) / "sql_safety_fixture.sql");
        ASSERT_FALSE(all.empty());
    }

    void judge(const sql_case& c, const result<rows_page>& got, std::chrono::steady_clock::duration took, login by)
    {
        const bool refused = !got && got.error().code == condition::denied;
        ++counts[fmt::format("{} {}", c.verdict, got ? "answered" : refused ? "refused" : "failed")];
        const auto said = first(got);
        if (c.verdict == "safe") {
            if (!accepted(got)) {
                ++counts["safe, not accepted"];
                std::printf("safe, not accepted: %s\n  %s\n", c.sql.c_str(), said.c_str());
                EXPECT_TRUE(by == login::owner || c.why.find("fail cleanly") != std::string::npos) << c.sql << said;
            }
        } else if (c.verdict == "unsafe-dos") {
            EXPECT_LT(took, std::chrono::seconds{5}) << c.sql;
        } else if (got) {
            std::printf("%s, answered: %s\n", c.verdict.c_str(), c.sql.c_str());
            EXPECT_NE(c.verdict, "unsafe-secret") << c.sql;
        }
    }

    io::task<> run(workplace& w, login by)
    {
        co_await w.script(fixture);
        if (by == login::narrow)
            co_await w.harden();
        EXPECT_EQ(first(co_await w.read("select 1")), "1");
        const auto before = co_await trace(w);
        const auto pools = (co_await w.open.of("shop")).value();
        auto& pool = by == login::narrow ? *pools->read_only : pools->owner;
        const auto clean = co_await w.next_session(pool);
        for (const auto& c : all) {
            query_text text{.sql = c.sql, .params = {}, .param_types = {}};
            if (c.why.find("bind values") != std::string::npos)
                text.params.emplace_back(7);
            const auto began = std::chrono::steady_clock::now();
            const auto got =
                co_await w.db.query("shop", {.what = std::move(text), .timeout = 2s, .max_rows = {}}, soon());
            judge(c, got, std::chrono::steady_clock::now() - began, by);
            EXPECT_EQ(co_await w.next_session(pool), clean) << c.sql;
            EXPECT_EQ(co_await difference(w, before), "nothing") << c.sql;
        }
        for (const auto& [what, number] : counts)
            std::printf("%s: %d\n", what.c_str(), number);
    }

    std::vector<sql_case> all;
    std::string fixture;
    std::map<std::string, int> counts;
};

TEST_F(cases, hold_with_the_narrow_login)
{
    at_work([this](workplace& w) { return run(w, login::narrow); });
}

TEST_F(cases, hold_without_it)
{
    at_work([this](workplace& w) { return run(w, login::owner); });
}

} // namespace
} // namespace basekeeper::database
