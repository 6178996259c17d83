// Every transition of the corpus in both directions: our plan applied makes the schemas equal, by our own second
// comparison, by pg_dump and by pg-delta.
#include "features/schema_diff/extract.hpp"
#include "pg/connection.hpp"
#include "support/run_task.hpp"
#include "transitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace basekeeper::schema_diff {
namespace {

using namespace std::chrono_literals;

io::deadline soon()
{
    return io::deadline::after(60s);
}

constexpr std::string_view roles_sql = R"(
do $$ begin
  if not exists (select from pg_roles where rolname = 'anon') then
    create role anon; create role authenticated; create role alice; create role "Böse ""Rolle";
  end if;
end $$)";

class databases
{
public:
    explicit databases(io::runtime& on) : on_(on) {}

    io::task<pg::connection> open(const std::string& database)
    {
        auto got =
            co_await pg::connection::open(on_.executor(), on_.pool(), *pg::parse_target(url_of(database)), soon());
        if (!got)
            throw std::runtime_error(describe(got.error()));
        co_return *std::move(got);
    }

    io::task<> run(pg::connection& in, std::string sql, const std::string& what)
    {
        const auto ran = co_await in.simple_script(sql, soon());
        EXPECT_TRUE(ran) << what << ": " << describe(ran.error()) << ' ' << ran.error().server_text << "\n" << sql;
    }

    /// A fresh database with the schema.
    io::task<std::string> make(const std::string& sql, const std::string& what)
    {
        auto admin = co_await open("postgres");
        const auto name = "t" + std::to_string(++count_);
        co_await run(admin, std::string(roles_sql), "roles");
        co_await run(admin, "create database " + name + " template template0", what);
        made_.push_back(name);
        auto in = co_await open(name);
        co_await run(in, sql, what);
        co_return name;
    }

    io::task<snapshot> read(const std::string& database)
    {
        auto in = co_await open(database);
        auto got = co_await extract(in, {}, soon());
        if (!got)
            throw std::runtime_error(describe(got.error()) + " " + got.error().server_text);
        co_return *std::move(got);
    }

    io::task<> drop_all()
    {
        auto admin = co_await open("postgres");
        for (const auto& name : made_)
            co_await run(admin, "drop database " + name + " with (force)", "drop");
        made_.clear();
    }

private:
    io::runtime& on_;
    std::vector<std::string> made_;
    static inline int count_ = 0; // NOLINT: names of databases, one thread
};

std::string text_of(const plan& p)
{
    std::string out = to_script(p);
    for (const auto& s : p.held_back)
        out += "-- held back: " + s.sql + "\n";
    for (const auto& note : p.notes)
        out += "-- note: " + note + "\n";
    return out;
}

enum class judges
{
    ourselves, ///< and pg-delta later
    pg_dump_too
};

/// Changes `from` into `to` and looks whether anything is left.
io::task<> change(databases& on, std::string from, std::string to, std::string what, judges by)
{
    const auto before = co_await on.read(from);
    const auto after = co_await on.read(to);
    const auto first = make_plan(before, after, {}, destructive_steps::included);
    EXPECT_FALSE(first.steps.empty()) << what << ": nothing to do";
    const auto script = text_of(first);
    auto in = co_await on.open(from);
    co_await on.run(in, to_script(first), what);
    const auto second = make_plan(co_await on.read(from), after, {}, destructive_steps::included);
    EXPECT_TRUE(second.empty()) << what << ": left\n" << text_of(second) << "\nafter\n" << script;
    const auto left = by == judges::ourselves ? std::vector<std::string>{} : dump_of(url_of(from));
    const auto right = by == judges::ourselves ? std::vector<std::string>{} : dump_of(url_of(to));
    if (left != right)
        ADD_FAILURE() << what << ": dumps differ: " << testing::PrintToString(left) << "\n"
                      << testing::PrintToString(right) << "\nafter\n"
                      << script;
    if (std::getenv("BASEKEEPER_SHOW_PLANS") != nullptr) // NOLINT(concurrency-mt-unsafe): one thread
        std::cout << "==== " << what << "\n" << script;
}

/// Three databases: the first becomes the second, then the second becomes the third.
struct built
{
    std::string name;
    std::string a;
    std::string b;
    std::string a_again;
};

void judge(const std::vector<std::pair<std::string, std::string>>& pairs, const std::vector<built>& all)
{
    const auto said = ask_oracle(pairs);
    for (std::size_t i = 0; i < said.size(); ++i)
        EXPECT_EQ(said[i], "") << all[i].name;
}

io::task<> run_file(io::runtime& runtime, std::filesystem::path file)
{
    databases on(runtime);
    std::vector<built> all;
    const char* only = std::getenv("BASEKEEPER_ONLY"); // NOLINT(concurrency-mt-unsafe): one thread
    for (const auto& t : read_transitions(file))
        if (only == nullptr || t.name == only)
            all.push_back(
                {t.name,
                 co_await on.make(t.a, t.name + " (a)"),
                 co_await on.make(t.b, t.name + " (b)"),
                 co_await on.make(t.a, t.name + " (a)")}
            );
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& each : all) {
        co_await change(on, each.a, each.b, each.name + " forward", judges::pg_dump_too);
        pairs.emplace_back(url_of(each.a), url_of(each.b));
    }
    judge(pairs, all);
    pairs.clear();
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    const auto back = std::getenv("BASEKEEPER_ALL_DUMPS") != nullptr ? judges::pg_dump_too : judges::ourselves;
    for (const auto& each : all) {
        co_await change(on, each.b, each.a_again, each.name + " back", back);
        pairs.emplace_back(url_of(each.b), url_of(each.a_again));
    }
    judge(pairs, all);
    co_await on.drop_all();
}

class corpus : public testing::TestWithParam<std::filesystem::path>
{};

TEST_P(corpus, becomes_the_other_schema_both_ways)
{
    io::runtime on;
    test::run_task(on, run_file(on, GetParam()));
}

INSTANTIATE_TEST_SUITE_P(all, corpus, testing::ValuesIn(corpus_files()), [](const auto& file) {
    return file.param.stem().string();
});

TEST(corpus_itself, has_120_transitions_or_more_with_names_of_their_own)
{
    std::vector<std::string> names;
    for (const auto& file : corpus_files())
        for (const auto& t : read_transitions(file))
            names.push_back(t.name);
    EXPECT_GE(names.size(), 120U);
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << *std::ranges::adjacent_find(names);
}

} // namespace
} // namespace basekeeper::schema_diff
