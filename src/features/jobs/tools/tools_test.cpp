// The tools on jobs of a scripted kind: what callers see, what they may do, and what following does.
#include "features/jobs/tools/following.hpp"
#include "features/jobs/tools/tools.hpp"
#include "json/text.hpp"
#include "mcp/policy.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

namespace basekeeper::jobs::tools {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class book final : public mcp::audit_sink
{
public:
    void record(mcp::audit_entry entry) override
    {
        lines.push_back(entry.tool + " " + entry.instance + " " + entry.decision + " " + entry.outcome);
    }

    std::vector<std::string> lines;
};

class two_instances final : public mcp::instance_catalog
{
public:
    std::vector<std::string> names() const override { return {"shop", "blog"}; }
};

/// A client that hears progress and says yes or no.
class client final : public mcp::peer
{
public:
    void progress(double done, std::optional<double>, std::string_view message) override
    {
        heard.emplace_back(message);
        if (stop_at && done >= *stop_at && at_stop)
            at_stop();
    }

    void log(mcp::log_level, std::string_view, std::string_view) override {}

    bool can_ask() const override { return true; }

    io::task<result<mcp::answer>> ask(mcp::question q, io::deadline) override
    {
        asked.push_back(q.message);
        mcp::answer out{.action = mcp::answer_action::accept, .content = {}};
        out.content[q.key] = agrees;
        co_return out;
    }

    bool agrees = true;
    std::vector<std::string> heard;
    std::vector<std::string> asked;
    std::optional<double> stop_at;
    std::function<void()> at_stop;
};

/// The group jobs: reading on some instances, changing on fewer, taking back on none.
class rights final : public mcp::authority
{
public:
    rights(std::vector<std::string> read, std::vector<std::string> write)
        : read_(std::move(read)), write_(std::move(write))
    {}

    bool allows(std::string_view group, mcp::effect what, std::string_view instance) const override
    {
        const auto& on = what == mcp::effect::reads ? read_ : write_;
        if (group != "jobs" || what == mcp::effect::destroys)
            return false;
        return instance.empty() ? !on.empty() : std::ranges::find(on, instance) != on.end();
    }

    std::string_view key() const override { return "some"; }

private:
    std::vector<std::string> read_;
    std::vector<std::string> write_;
};

io::task<result<>> nap(run& on, const bool& endless, const bool& broken)
{
    for (double part = 0; endless || part < 1; part = std::min(0.9 + (endless ? 0 : 1), part + 0.3)) {
        CO_TRY(co_await on.advance(part, "napping"));
        CO_TRY(co_await io::sleep(2ms));
    }
    if (broken)
        co_return fail(condition::unavailable, "the bed is away", "find it");
    co_return result<>{};
}

io::task<result<>> taken_back()
{
    co_return result<>{};
}

class job_tools : public ::testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "job_tools_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        dir = name;
    }

    void TearDown() override { std::filesystem::remove_all(dir); }

    /// The server of one test.
    struct server
    {
        server(io::runtime& on, const std::filesystem::path& dir, std::string pinned = {})
            : log(log::level::off, log::format::text), keep(on.pool(), dir, {}, system_clock()),
              jobs(keep, on.executor(), system_clock(), log, {.look_every = 5ms}),
              rules(
                  {},
                  catalog,
                  audit,
                  mcp::confirmation_tokens(crypto::secret<std::string>(std::string(32, 'k')), system_clock()),
                  system_clock()
              )
        {
            add_all(offers, {jobs, std::move(pinned)});
            jobs.define("nap", [this](const boost::json::object&) -> result<std::vector<step>> {
                step first{
                    .name = "lie down",
                    .work = [](run&) { return taken_back(); },
                    .undo =
                        [this](run&) {
                            ++undone;
                            return taken_back();
                        }
                };
                step second{.name = "sleep", .work = [this](run& r) { return nap(r, endless, broken); }};
                return std::vector{std::move(first), std::move(second)};
            });
        }

        log::logger log;
        ledger keep;
        engine jobs;
        two_instances catalog;
        book audit;
        mcp::policy rules;
        mcp::registry offers;
        bool endless = false;
        bool broken = false;
        int undone = 0;
    };

    io::task<std::string> started(server& s, std::string instance = "shop")
    {
        const auto made = co_await s.jobs.start(
            {.kind = "nap", .instance = std::move(instance), .principal = "cli:me", .title = "a nap", .with = {}}
        );
        EXPECT_TRUE(made) << describe(made.error());
        co_return made ? made->record.id : "";
    }

    io::task<> over(server& s, std::string id)
    {
        EXPECT_TRUE(co_await s.jobs.follow(std::move(id), [](const view&) {}, io::deadline::after(20s)));
    }

    mcp::call calling(std::chrono::milliseconds within = 10s)
    {
        return mcp::call({{"key:1", granted}, sees}, up, io::deadline::after(within));
    }

    /// The structured answer, or its failure as an object.
    io::task<boost::json::object>
    asked(server& s, std::string tool, std::string arguments, std::chrono::milliseconds within = 10s)
    {
        auto c = calling(within);
        auto reply = co_await s.rules.run(*s.offers.find_tool(tool), json::read(arguments)->as_object(), c);
        EXPECT_TRUE(reply);
        if (reply->failed)
            co_return boost::json::object{
                {"error", to_string(reply->failed->code)},
                {"message", reply->failed->message},
                {"hint", reply->failed->hint},
                {"lacks", c.needed_scope()},
            };
        co_return json::read(reply->structured)->as_object();
    }

    static std::string with_id(const std::string& id, std::string_view rest = "")
    {
        return R"({"id":")" + id + "\"" + std::string(rest) + "}";
    }

    static std::vector<std::string> ids(const boost::json::object& page)
    {
        std::vector<std::string> out;
        for (const auto& job : page.at("jobs").as_array())
            out.emplace_back(job.at("id").as_string());
        return out;
    }

    static std::string text(const boost::json::object& from, std::string_view name)
    {
        const auto* value = from.if_contains(name);
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    }

    std::filesystem::path dir;
    client up;
    std::shared_ptr<const mcp::authority> granted;
    mcp::view sees;
};

TEST_F(job_tools, a_job_is_followed_for_a_while_and_its_progress_told)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        server s(on, dir);
        const auto id = co_await started(s);
        const auto job = co_await asked(s, "get_job", with_id(id, R"(,"wait_seconds":60)"));
        EXPECT_EQ(job.at("status"), "succeeded");
        EXPECT_EQ(job.at("steps_done"), 2);
        EXPECT_EQ(job.at("instance"), "shop");
        EXPECT_THAT(up.heard, ::testing::Contains("napping"));
        EXPECT_THAT(s.audit.lines, ElementsAre("get_job shop allowed ok"));
        const auto none = co_await asked(s, "get_job", with_id("nope"));
        EXPECT_EQ(none.at("error"), "not_found");
        EXPECT_EQ((co_await asked(s, "get_job", with_id(id, R"(,"wait_seconds":61)"))).at("error"), "invalid_argument");
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_tools, a_list_is_paged_newest_first_and_filtered_by_state_and_instance)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        server s(on, dir);
        std::vector<std::string> made;
        for (const auto* instance : {"shop", "blog", "shop"}) {
            s.broken = std::string_view(instance) == "blog";
            made.push_back(co_await started(s, instance));
            co_await over(s, made.back());
        }
        const auto page = co_await asked(s, "list_jobs", R"({"limit":2})");
        EXPECT_THAT(ids(page), ElementsAre(made[2], made[1]));
        EXPECT_THAT(text(page, "next"), HasSubstr("before=" + made[1]));
        const auto rest = co_await asked(s, "list_jobs", R"({"before":")" + made[1] + "\"}");
        EXPECT_THAT(ids(rest), ElementsAre(made[0]));
        EXPECT_EQ(text(rest, "next"), "");
        EXPECT_THAT(ids(co_await asked(s, "list_jobs", R"({"status":"failed"})")), ElementsAre(made[1]));
        EXPECT_THAT(ids(co_await asked(s, "list_jobs", R"({"instance":"shop"})")), ElementsAre(made[2], made[0]));
        EXPECT_THAT(ids(co_await asked(s, "list_jobs", R"({"status":"interrupted"})")), SizeIs(0));
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_tools, a_failed_job_is_resumed_to_its_end_and_an_unsuccessful_try_is_an_error)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        server s(on, dir);
        s.broken = true;
        const auto id = co_await started(s);
        co_await over(s, id);
        const auto again = co_await asked(s, "resume_job", with_id(id));
        EXPECT_EQ(again.at("error"), "conflict");
        EXPECT_THAT(text(again, "message"), HasSubstr("failed: sleep: the bed is away"));
        EXPECT_THAT(text(again, "hint"), AllOf(HasSubstr("find it; then"), HasSubstr("jobs resume " + id)));
        s.broken = false;
        const auto job = co_await asked(s, "resume_job", with_id(id));
        EXPECT_EQ(job.at("status"), "succeeded");
        EXPECT_EQ(job.at("attempts"), 3);
        EXPECT_THAT(up.asked, SizeIs(0)) << "going on needs no confirmation";
        EXPECT_EQ((co_await asked(s, "resume_job", with_id(id))).at("error"), "conflict");
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_tools, taking_back_is_confirmed_first)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        server s(on, dir);
        const auto id = co_await started(s);
        co_await over(s, id);
        up.agrees = false;
        EXPECT_EQ((co_await asked(s, "resume_job", with_id(id, R"(,"direction":"undo")"))).at("error"), "denied");
        EXPECT_EQ(s.undone, 0);
        EXPECT_THAT(up.asked, ElementsAre(HasSubstr("takes back everything that the steps of job " + id)));
        up.agrees = true;
        const auto job = co_await asked(s, "resume_job", with_id(id, R"(,"direction":"undo")"));
        EXPECT_EQ(job.at("status"), "undone");
        EXPECT_EQ(s.undone, 1);
        // What cannot be is refused before a person is asked.
        EXPECT_EQ((co_await asked(s, "resume_job", with_id(id, R"(,"direction":"undo")"))).at("error"), "conflict");
        EXPECT_THAT(up.asked, SizeIs(2));
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_tools, a_deadline_leaves_the_job_running_and_says_how_to_look)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        server s(on, dir);
        s.broken = true;
        const auto id = co_await started(s);
        co_await over(s, id);
        s.endless = true;
        const auto job = co_await asked(s, "resume_job", with_id(id), 50ms);
        EXPECT_EQ(job.at("status"), "running");
        EXPECT_THAT(text(job, "next"), AllOf(HasSubstr("jobs watch " + id), HasSubstr("get_job")));
        const auto stopping = co_await asked(s, "cancel_job", with_id(id));
        EXPECT_THAT(text(stopping, "next"), HasSubstr("wait_seconds"));
        co_await over(s, id);
        EXPECT_EQ((co_await asked(s, "get_job", with_id(id))).at("status"), "cancelled");
        EXPECT_EQ((co_await asked(s, "cancel_job", with_id(id))).at("error"), "conflict");
    };
    test::run_on_fresh_runtime(body);
}

/// Runs a job in a call and keeps how that ended.
io::task<> run_in_call(engine& of, mcp::call& c, std::optional<result<view>>& into)
{
    into = co_await run_as_job(of, {.kind = "nap", .instance = "shop", .title = "a nap", .with = {}}, c);
}

TEST_F(job_tools, the_client_that_withdraws_its_call_stops_the_job_between_two_steps)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        server s(on, dir);
        s.endless = true;
        auto c = calling();
        std::optional<result<view>> end;
        io::nursery calls(on.executor(), [](const std::exception_ptr&) { ADD_FAILURE() << "a bug"; });
        up.stop_at = 50;
        up.at_stop = [&calls] { calls.cancel_all(); };
        calls.spawn(run_in_call(s.jobs, c, end));
        EXPECT_TRUE(co_await calls.join(io::deadline::after(10s)));
        EXPECT_TRUE(end && !*end && end->error().code == condition::cancelled);
        const auto page = co_await asked(s, "list_jobs", "{}");
        EXPECT_THAT(ids(page), SizeIs(1));
        co_await over(s, ids(page)[0]);
        const auto job = co_await asked(s, "get_job", with_id(ids(page)[0]));
        EXPECT_EQ(job.at("status"), "cancelled");
        EXPECT_EQ(job.at("steps_done"), 1);
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_tools, a_job_run_in_a_call_is_its_callers_and_its_failure_the_calls)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        server s(on, dir);
        auto c = calling();
        const auto well = co_await run_as_job(s.jobs, {.kind = "nap", .title = "a nap", .with = {}}, c);
        EXPECT_TRUE(well && well->record.status == state::job_status::succeeded);
        EXPECT_EQ(well->record.principal, "key:1");
        s.broken = true;
        const auto badly = co_await run_as_job(s.jobs, {.kind = "nap", .title = "a nap", .with = {}}, c);
        EXPECT_TRUE(!badly && badly.error().code == condition::conflict);
        const auto shown =
            co_await run_as_job(s.jobs, {.kind = "nap", .title = "a nap", .with = {}}, c, outcome::shown);
        EXPECT_TRUE(shown && shown->record.status == state::job_status::failed);
        EXPECT_EQ((co_await run_as_job(s.jobs, {.kind = "x", .with = {}}, c)).error().code, condition::not_found);
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_tools, who_reaches_some_instances_sees_and_changes_jobs_of_those_only)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        server s(on, dir);
        s.broken = true;
        std::vector<std::string> made;
        for (const auto* instance : {"shop", "blog", "new", ""}) {
            made.push_back(co_await started(s, instance));
            co_await over(s, made.back());
        }
        EXPECT_THAT(ids(co_await asked(s, "list_jobs", "{}")), SizeIs(4));
        granted = std::make_shared<rights>(std::vector<std::string>{"shop", "blog"}, std::vector<std::string>{"shop"});
        EXPECT_THAT(ids(co_await asked(s, "list_jobs", "{}")), ElementsAre(made[1], made[0]));
        const auto hidden = co_await asked(s, "get_job", with_id(made[2]));
        const auto missing = co_await asked(s, "get_job", with_id("0123456789"));
        EXPECT_EQ(hidden.at("error"), "not_found");
        EXPECT_EQ(text(hidden, "hint"), text(missing, "hint"));
        EXPECT_EQ(text(hidden, "message"), "there is no job `" + made[2] + "`");
        EXPECT_EQ(text(missing, "message"), "there is no job `0123456789`");
        EXPECT_EQ((co_await asked(s, "list_jobs", R"({"before":")" + made[3] + "\"}")).at("error"), "not_found");
        const auto refused = co_await asked(s, "resume_job", with_id(made[1]));
        EXPECT_EQ(refused.at("error"), "denied");
        EXPECT_EQ(text(refused, "lacks"), "jobs:write");
        s.broken = false;
        EXPECT_EQ((co_await asked(s, "resume_job", with_id(made[0]))).at("status"), "succeeded");
        EXPECT_EQ((co_await asked(s, "resume_job", with_id(made[0], R"(,"direction":"undo")"))).at("error"), "denied");
        granted.reset();
        sees.instance = "blog";
        EXPECT_THAT(ids(co_await asked(s, "list_jobs", "{}")), ElementsAre(made[1]));
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_tools, a_server_of_one_instance_has_the_jobs_of_that_one)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        server s(on, dir, "blog");
        const auto other = co_await started(s, "shop");
        const auto own = co_await started(s, "blog");
        co_await over(s, other);
        co_await over(s, own);
        EXPECT_THAT(ids(co_await asked(s, "list_jobs", "{}")), ElementsAre(own));
        EXPECT_EQ((co_await asked(s, "cancel_job", with_id(other))).at("error"), "not_found");
    };
    test::run_on_fresh_runtime(body);
}

} // namespace
} // namespace basekeeper::jobs::tools
