// A folder of files and a database: applied in order, undone from the newest, compared in every direction.
#include "features/migrations/folder.hpp"
#include "site.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <filesystem>
#include <fstream>

namespace basekeeper::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class scripts
{
public:
    scripts()
    {
        std::string name = (std::filesystem::temp_directory_path() / "migrations_test.XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no temporary folder");
        root_ = name;
        std::filesystem::create_directories(where() / "down");
    }

    ~scripts() { std::filesystem::remove_all(root_); }

    scripts(const scripts&) = delete;
    scripts& operator=(const scripts&) = delete;

    std::filesystem::path where() const { return root_ / "migrations"; }

    void write(const std::string& file, std::string_view text) const { std::ofstream(where() / file) << text; }

    folder read() const
    {
        auto got = read_folder(where());
        EXPECT_TRUE(got) << (got ? "" : describe(got.error()));
        return got ? *std::move(got) : folder{};
    }

private:
    std::filesystem::path root_;
};

io::task<result<run_report>> up(site& s, const scripts& from, up_request what = {})
{
    const auto files = from.read();
    co_return co_await s.migrate.up("shop", files, std::move(what), {.who = "tester"}, soon());
}

std::vector<std::string> kinds(const std::vector<drift>& all)
{
    std::vector<std::string> out;
    for (const auto& one : all)
        out.push_back(one.version + " " + boost::describe::enum_to_string(one.kind, ""));
    return out;
}

TEST(folder, is_read_with_its_down_scripts_and_strays)
{
    const scripts f;
    f.write("2_b.sql", "\xef\xbb\xbfselect 2");
    f.write("1_a.sql", "select 1");
    f.write("1_a.down.sql", "select -1");
    f.write("down/2_b.sql", "select -2");
    f.write("down/9_z.sql", "select -9");
    f.write("notes.sql", "");
    f.write("notes.txt", "");
    const auto read = f.read();
    EXPECT_EQ(read.files.size(), 2U);
    EXPECT_EQ(read.files.at(0).name, "a");
    EXPECT_EQ(read.files.at(0).down, "select -1");
    EXPECT_EQ(read.files.at(1).text, "select 2") << "without its byte order mark";
    EXPECT_EQ(read.files.at(1).down, "select -2");
    EXPECT_THAT(read.stray, ElementsAre("1_a.down.sql", "notes.sql", "9_z.sql"));
    f.write("1_again.sql", "");
    EXPECT_EQ(read_folder(f.where()).error().code, condition::conflict);
    EXPECT_EQ(read_folder(f.where() / "nowhere").error().code, condition::not_found);
}

TEST(folder, gets_new_files)
{
    const scripts f;
    const auto made = write_new(f.where() / "deep" / "er", "1", "first");
    EXPECT_TRUE(made) << describe(made.error());
    EXPECT_TRUE(std::filesystem::exists(f.where() / "deep/er/1_first.sql"));
    EXPECT_TRUE(std::filesystem::exists(f.where() / "deep/er/down/1_first.sql"));
    EXPECT_EQ(write_new(f.where() / "deep" / "er", "1", "second").error().code, condition::conflict);
    f.write("file", "");
    EXPECT_EQ(write_new(f.where() / "file", "1", "first").error().code, condition::denied);
}

TEST(up, applies_what_is_pending_in_order_and_stops_at_a_failure)
{
    at_work([](workplace& w) -> io::task<> {
        const scripts f;
        f.write("1_a.sql", "create table a (x int)");
        f.write("2_b.sql", "create table b (x int)");
        f.write("3_c.sql", "select 1/0");
        f.write("4_d.sql", "create table d (x int)");
        site s(w);
        const auto first = co_await up(s, f, {.to = "1"});
        EXPECT_TRUE(first) << told(first);
        EXPECT_EQ(co_await s.history(), "1");
        const auto failed = co_await up(s, f);
        EXPECT_THAT(told(failed), HasSubstr("migration 3_c; nothing of it stays"));
        EXPECT_THAT(told(failed), HasSubstr("(1 before it: done)"));
        EXPECT_EQ(co_await s.history(), "1 2");
        f.write("3_c.sql", "commit");
        EXPECT_THAT(told(co_await up(s, f)), HasSubstr("3_c.sql: statement 1"));
        f.write("3_c.sql", "create table c (x int)");
        const auto rest = co_await up(s, f);
        EXPECT_EQ(rest->done.size(), 2U);
        EXPECT_EQ(co_await s.history(), "1 2 3 4");
        EXPECT_THAT((co_await up(s, f))->done, IsEmpty());
    });
}

TEST(up, takes_older_files_only_when_that_is_meant)
{
    at_work([](workplace& w) -> io::task<> {
        const scripts f;
        f.write("5_a.sql", "create table a (x int)");
        site s(w);
        EXPECT_TRUE(co_await up(s, f));
        f.write("4_b.sql", "create table b (x int)");
        const auto refused = co_await up(s, f);
        EXPECT_EQ(refused.error().code, condition::conflict);
        EXPECT_THAT(refused.error().hint, HasSubstr("--include-all"));
        EXPECT_TRUE(co_await up(s, f, {.to = {}, .taken = order::any}));
        EXPECT_EQ(co_await s.history(), "4 5");
    });
}

TEST(roll_back, undoes_the_newest_first_down_to_a_version)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_TRUE(co_await s.apply("1", "create table a (x int)", "drop table a"));
        EXPECT_TRUE(co_await s.apply("2", "create table b (x int)", "drop table b"));
        EXPECT_TRUE(co_await s.apply("3", "alter table b add y int", "alter table b drop column y"));
        const auto unknown = co_await s.back_to("9");
        EXPECT_EQ(unknown.error().code, condition::not_found);
        const auto done = co_await s.back_to("1");
        EXPECT_TRUE(done) << told(done);
        EXPECT_EQ(done->done.at(0).version, "3");
        EXPECT_EQ(done->done.at(1).version, "2");
        EXPECT_EQ(co_await s.history(), "1");
        EXPECT_FALSE(co_await s.exists("b"));
        EXPECT_TRUE(co_await s.apply("2", "create table b (x int)"));
        const auto refused = co_await s.back_to("0");
        EXPECT_THAT(told(refused), HasSubstr("no down script is known for 2; nothing was undone"));
        EXPECT_TRUE(co_await s.exists("a"));
        EXPECT_EQ((co_await s.back_to("2"))->done.size(), 0U);
    });
}

TEST(roll_back, rolls_a_failing_down_script_back)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_TRUE(co_await s.apply("1", "create table a (x int)", "drop table a; select 1/0"));
        const auto failed = co_await s.back_to("0");
        EXPECT_THAT(told(failed), HasSubstr("undoing 1_m; nothing of it stays: statement 2 of 2"));
        EXPECT_TRUE(co_await s.exists("a"));
        EXPECT_EQ(co_await s.history(), "1");
    });
}

TEST(roll_back, takes_scripts_of_the_folder_and_of_the_platform)
{
    at_work([](workplace& w) -> io::task<> {
        const scripts f;
        f.write("1_a.sql", "create table a (x int)");
        site s(w);
        EXPECT_TRUE(co_await up(s, f));
        f.write("down/1_a.sql", "drop table a");
        const auto files = f.read();
        EXPECT_TRUE(co_await s.migrate.roll_back("shop", "0", &files, {.who = "tester"}, soon()));
        EXPECT_FALSE(co_await s.exists("a"));
        co_await w.script(
            "create table b (x int); alter table supabase_migrations.schema_migrations add rollback text[];"
            "insert into supabase_migrations.schema_migrations values ('2', '{create table b (x int)}', 'b', '{drop "
            "table b}')"
        );
        EXPECT_TRUE(
            (co_await s.migrate.list("shop", {.limit = 1, .before = {}}, soon()))->migrations.at(0).can_roll_back
        );
        const auto done = co_await s.back_to("0");
        EXPECT_TRUE(done) << told(done);
        EXPECT_FALSE(co_await s.exists("b"));
    });
}

TEST(list, is_newest_first_in_pages_and_reads_other_tools_tables)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_EQ(co_await s.history(), "-");
        co_await w.script("create schema supabase_migrations; create table supabase_migrations.schema_migrations "
                          "(version text primary key);"
                          "insert into supabase_migrations.schema_migrations values ('1'), ('2')");
        EXPECT_EQ(co_await s.history(), "1 2") << "older installations have only the version";
        EXPECT_TRUE(co_await s.apply("3", "create table a (x int)", "drop table a"));
        const auto first = co_await s.migrate.list("shop", {.limit = 2, .before = {}}, soon());
        EXPECT_EQ(first->migrations.at(0).version, "3");
        EXPECT_EQ(first->migrations.at(0).applied_by, "tester");
        EXPECT_TRUE(first->migrations.at(0).can_roll_back);
        EXPECT_FALSE(first->migrations.at(1).can_roll_back);
        EXPECT_EQ(first->next_before, "2");
        const auto rest = co_await s.migrate.list("shop", {.limit = 2, .before = "2"}, soon());
        EXPECT_EQ(rest->migrations.size(), 1U);
        EXPECT_FALSE(rest->next_before);
        EXPECT_FALSE(co_await s.migrate.list("shop", {.limit = 2, .before = "x"}, soon()));
    });
}

TEST(status, finds_drift_in_every_direction)
{
    at_work([](workplace& w) -> io::task<> {
        const scripts f;
        f.write("1_a.sql", "create table a (x int); create view v as select 1");
        f.write("2_b.sql", "create table \"B b\" (x int)");
        f.write("4_d.sql", "create table d (x int)");
        f.write("5_e.sql", "create table e (x int); drop table e");
        site s(w);
        EXPECT_TRUE(co_await up(s, f));
        const auto clean = co_await s.migrate.status("shop", f.read(), soon());
        EXPECT_THAT(clean->drift, IsEmpty());
        EXPECT_EQ(clean->applied, 4U);
        f.write("1_a.sql", "create table a (x bigint)");
        std::filesystem::remove(f.where() / "4_d.sql");
        f.write("3_c.sql", "create table c (x int)");
        f.write("6_f.sql", "create table f (x int)");
        co_await w.script(
            "drop table \"B b\"; drop view v; delete from supabase_migrations.schema_migrations where version = '5';"
            "update supabase_migrations.schema_migrations set statements = '{create table d (y int)}' where version = "
            "'4'"
        );
        const auto now = co_await s.migrate.status("shop", f.read(), soon());
        EXPECT_THAT(
            kinds(now->drift),
            ElementsAre(
                "1 changed_file",
                "3 out_of_order",
                "4 missing_file",
                "4 history_changed",
                "5 history_missing",
                "1 missing_object",
                "2 missing_object"
            )
        );
        EXPECT_THAT(now->drift.at(6).detail, HasSubstr("\"B b\" was made by it"));
        EXPECT_THAT(now->pending, ElementsAre("3", "5", "6"));
        const auto page = co_await s.migrate.list("shop", {.limit = 9, .before = {}, .look = depth::schema}, soon());
        EXPECT_EQ(page->drift.size(), 4U);
        EXPECT_EQ(page->migrations.at(0).state, "missing in the history");
    });
}

TEST(up, applies_again_what_was_taken_out_of_the_history)
{
    at_work([](workplace& w) -> io::task<> {
        const scripts f;
        f.write("1_a.sql", "create table a (x int)");
        site s(w);
        EXPECT_TRUE(co_await up(s, f));
        co_await w.script("drop table a; delete from supabase_migrations.schema_migrations");
        const auto again = co_await up(s, f);
        EXPECT_TRUE(again) << told(again);
        EXPECT_TRUE(co_await s.exists("a"));
        EXPECT_EQ(co_await s.history(), "1");
    });
}

} // namespace
} // namespace basekeeper::migrations
