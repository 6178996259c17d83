// Commands that change something leave an entry, whatever becomes of them, and no secret in it.
#include "cli/commands.hpp"
#include "cli/test_audit_book.hpp"
#include "cli/test_terminal.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

namespace basekeeper::cli {
namespace {

using testing::audit_book;
using ::testing::ElementsAre;
using testing::test_terminal;

class recorded_commands : public ::testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "bookkeeping_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder = name;
    }

    void TearDown() override { std::filesystem::remove_all(folder); }

    int run(instance_command what, std::string_view typed = {})
    {
        test_terminal at(typed);
        io::runtime on;
        log::logger quiet(log::level::off, log::format::text);
        auto store =
            state::store::open(
                folder / "state", {.key_text = crypto::secret<>(std::string(64, 'a')), .passphrase = {}, .key_file = {}}
            ).value();
        const config::settings defaults;
        auto names = instances::directory::open(defaults, store, on.pool()).value();
        instances::connections open(on.executor(), on.pool(), names, quiet, pg::pool_settings{});
        const auto work = [&]() -> io::task<int> {
            const int code = co_await instance(
                what, {store, names, open, on.executor(), on.pool(), {book, {"cli:me"}, system_clock()}}, {at.screen}
            );
            co_await open.close(io::deadline::after(std::chrono::seconds{5}));
            co_return code;
        };
        return test::run_task(on, work());
    }

    static instance_command adding(std::string name, std::string url)
    {
        instance_command out;
        out.action = instance_action::add;
        out.name = std::move(name);
        out.database_url = std::move(url);
        return out;
    }

    static instance_command doing(instance_action action, std::string name, consent agreed = consent::ask)
    {
        instance_command out;
        out.action = action;
        out.name = std::move(name);
        out.agreed = agreed;
        return out;
    }

    std::filesystem::path folder;
    audit_book book;
};

TEST_F(recorded_commands, an_added_instance_is_recorded_and_so_is_a_refused_one)
{
    EXPECT_EQ(run(adding("shop", "postgres://a:pw@127.0.0.1/d")), 0);
    EXPECT_NE(run(adding("shop", "postgres://a:pw@127.0.0.1/d")), 0);
    EXPECT_NE(run(adding("../evil", "postgres://a@127.0.0.1/d")), 0);
    EXPECT_THAT(
        book.lines,
        ElementsAre(
            "instance add shop allowed ok",
            "instance add shop allowed conflict",
            "instance add ../evil allowed invalid_argument"
        )
    );
}

TEST_F(recorded_commands, the_password_is_in_no_digest)
{
    run(adding("shop", "postgres://a:one@127.0.0.1/d"));
    run(adding("shop", "postgres://a:two@127.0.0.1/d"));
    ASSERT_EQ(book.digests.size(), 2U);
    EXPECT_EQ(book.digests[0], book.digests[1]);
    run(adding("other", "postgres://a:one@127.0.0.1/d"));
    EXPECT_NE(book.digests[0], book.digests[2]);
}

TEST_F(recorded_commands, a_removal_tells_whether_somebody_agreed)
{
    run(adding("shop", "postgres://a@127.0.0.1/d"));
    EXPECT_NE(run(doing(instance_action::remove, "shop")), 0);
    EXPECT_EQ(run(doing(instance_action::remove, "shop", consent::given)), 0);
    EXPECT_NE(run(doing(instance_action::remove, "shop", consent::given)), 0);
    EXPECT_THAT(
        book.lines,
        ElementsAre(
            "instance add shop allowed ok",
            "instance remove shop declined denied",
            "instance remove shop confirmed ok",
            "instance remove shop confirmed not_found"
        )
    );
}

TEST_F(recorded_commands, a_failed_hardening_is_recorded)
{
    run(adding("shop", "postgres://a@127.0.0.1:1/d"));
    EXPECT_NE(run(doing(instance_action::harden, "shop")), 0);
    EXPECT_EQ(book.lines.back(), "instance harden shop allowed unavailable");
}

TEST_F(recorded_commands, looking_leaves_no_entry)
{
    EXPECT_EQ(run(doing(instance_action::list, "")), 0);
    EXPECT_TRUE(book.lines.empty());
}

} // namespace
} // namespace basekeeper::cli
