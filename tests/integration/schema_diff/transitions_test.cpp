// Every transition of the corpus in both directions: our plan applied makes the schemas equal, by our own second
// comparison, by pg_dump and by pg-delta.
#include "features/schema_diff/extract.hpp"
#include "pg/connection.hpp"
#include "support/run_task.hpp"
#include "transitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

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

/// The databases of one worker, and what went wrong in them.
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
        if (!ran)
            fail(what + ": " + describe(ran.error()) + " " + ran.error().server_text + "\n" + sql);
    }

    /// A fresh database with the schema.
    io::task<std::string> make(const std::string& sql, const std::string& what)
    {
        const auto name = "t" + std::to_string(++count_);
        auto admin = co_await open("postgres");
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

    void fail(std::string what) { failures_.push_back(std::move(what)); }

    std::vector<std::string> take_failures() { return std::exchange(failures_, {}); }

private:
    io::runtime& on_;
    std::vector<std::string> made_;
    std::vector<std::string> failures_;
    static inline std::atomic<int> count_ = 0;
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
    ourselves,
    all ///< pg-delta and pg_dump as well
};

/// A schema that is there, and how each judge saw it.
struct seen
{
    snapshot ours;
    std::string oracles;
    std::vector<std::string> dump;
};

/// Changes database `from` from one schema into the other and looks whether anything is left.
io::task<>
change(databases& on, oracle& delta, std::string from, const snapshot& before, const seen& wanted, std::string what)
{
    const auto first = make_plan(before, wanted.ours, {}, destructive_steps::included);
    if (first.steps.empty())
        on.fail(what + ": nothing to do");
    const auto script = text_of(first);
    auto in = co_await on.open(from);
    co_await on.run(in, to_script(first), what);
    const auto second = make_plan(co_await on.read(from), wanted.ours, {}, destructive_steps::included);
    if (!second.empty())
        on.fail(what + ": left\n" + text_of(second) + "\nafter\n" + script);
    if (std::getenv("BASEKEEPER_SHOW_PLANS") != nullptr) // NOLINT(concurrency-mt-unsafe): nobody sets it
        std::cout << "==== " << what << "\n" << script;
    if (wanted.oracles.empty())
        co_return;
    delta.read({{from, url_of(from)}});
    if (const auto left = delta.compare(from, wanted.oracles); !left.empty())
        on.fail(what + ": pg-delta: " + left + "\nafter\n" + script);
    if (const auto dump = dump_of(url_of(from)); dump != wanted.dump)
        on.fail(
            what + ": dumps differ: " + testing::PrintToString(dump) + "\n" + testing::PrintToString(wanted.dump) +
            "\nafter\n" + script
        );
}

/// Two databases: the first becomes the second, then the second becomes what the first was.
io::task<> run_transition(databases& on, oracle& delta, transition t, judges back)
{
    const auto a = co_await on.make(t.a, t.name + " (a)");
    const auto b = co_await on.make(t.b, t.name + " (b)");
    seen left{.ours = co_await on.read(a), .oracles = {}, .dump = {}};
    const seen right{.ours = co_await on.read(b), .oracles = b + "_before", .dump = dump_of(url_of(b))};
    delta.read({{right.oracles, url_of(b)}});
    if (back == judges::all) {
        left.oracles = a + "_before";
        left.dump = dump_of(url_of(a));
        delta.read({{left.oracles, url_of(a)}});
    }
    co_await change(on, delta, a, left.ours, right, t.name + " forward");
    co_await change(on, delta, b, right.ours, left, t.name + " back");
    co_await on.drop_all();
}

/// What went wrong, by file of the corpus.
using outcome = std::map<std::filesystem::path, std::vector<std::string>>;

/// Takes transitions until none is left.
class workers
{
public:
    workers()
    {
        for (const auto& file : corpus_files()) {
            out_[file]; // a file without failures is there as well
            for (auto& t : read_transitions(file))
                if (only_ == nullptr || t.name == only_)
                    waiting_.emplace_back(file, std::move(t));
        }
    }

    outcome run()
    {
        make_roles();
        {
            const std::jthread other([this] { work(); });
            work();
        }
        return std::move(out_);
    }

private:
    static void make_roles()
    {
        io::runtime on;
        databases place(on);
        const auto make = [&]() -> io::task<> {
            auto admin = co_await place.open("postgres");
            co_await place.run(admin, std::string(roles_sql), "roles");
        };
        test::run_task(on, make());
    }

    std::optional<std::pair<std::filesystem::path, transition>> next()
    {
        const std::scoped_lock held(guard_);
        if (waiting_.empty())
            return std::nullopt;
        auto out = std::move(waiting_.back());
        waiting_.pop_back();
        return out;
    }

    void work()
    {
        oracle delta;
        while (auto one = next()) {
            io::runtime on;
            databases place(on);
            const auto name = one->second.name;
            try {
                test::run_task(on, run_transition(place, delta, std::move(one->second), back_));
            } catch (const std::exception& e) {
                place.fail(name + ": " + e.what());
            }
            const std::scoped_lock held(guard_);
            auto& failures = out_[one->first];
            for (auto& each : place.take_failures())
                failures.push_back(std::move(each));
        }
    }

    // The way there has all judges; to have them on the way back as well takes twice the time.
    // NOLINTBEGIN(concurrency-mt-unsafe): nobody sets them
    const char* only_ = std::getenv("BASEKEEPER_ONLY");
    judges back_ = std::getenv("BASEKEEPER_BOTH_WAYS") != nullptr ? judges::all : judges::ourselves;
    // NOLINTEND(concurrency-mt-unsafe)
    std::mutex guard_;
    std::vector<std::pair<std::filesystem::path, transition>> waiting_;
    outcome out_;
};

/// All files are run at once, on all there is; each is judged by a test of its own.
const outcome& whole_corpus()
{
    static const outcome all = workers().run();
    return all;
}

class corpus : public testing::TestWithParam<std::filesystem::path>
{};

TEST_P(corpus, becomes_the_other_schema_both_ways)
{
    for (const auto& failure : whole_corpus().at(GetParam()))
        ADD_FAILURE() << failure;
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
