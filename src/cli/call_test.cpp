// basekeeper call: arguments as a person types them, consent, results and exit codes.
#include "cli/commands.hpp"
#include "cli/test_terminal.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class no_audit final : public mcp::audit_sink
{
public:
    void record(mcp::audit_entry) override {}
};

class one_instance final : public mcp::instance_catalog
{
public:
    std::vector<std::string> names() const override { return {"dev"}; }
};

struct shown_arguments
{
    std::string text;
    std::optional<std::string> note;
    std::optional<boost::json::value> any;
    std::optional<int> number;
    std::vector<boost::json::value> list;

    static constexpr auto fields = std::tuple{
        json::optional("text", &shown_arguments::text),
        json::optional("note", &shown_arguments::note),
        json::optional("any", &shown_arguments::any),
        json::optional("number", &shown_arguments::number),
        json::optional("list", &shown_arguments::list),
    };
};

io::task<result<shown_arguments>> show_back(shown_arguments in)
{
    if (in.text == "fail") {
        error e(condition::unavailable, "the database is away", "start it");
        e.server_text = "gone";
        co_return fail(std::move(e));
    }
    co_return in;
}

mcp::tool made(std::string name, mcp::effect worst)
{
    return mcp::make_tool<shown_arguments, shown_arguments>(
        {.name = std::move(name), .group = "test", .worst = worst, .description = "For tests."},
        [](shown_arguments in, mcp::call&) { return show_back(std::move(in)); },
        mcp::tool_hooks<shown_arguments>{
            .assess = [worst](const shown_arguments&) { return mcp::plan{worst, "everything is lost"}; },
        }
    );
}

class cli_call : public ::testing::Test
{
protected:
    cli_call()
    {
        offers.add(made("show", mcp::effect::reads));
        offers.add(made("drop", mcp::effect::destroys));
    }

    int run(std::string tool, std::vector<std::string> arguments, consent agreed = consent::ask)
    {
        mcp::policy rules(
            {},
            catalog,
            audit,
            mcp::confirmation_tokens(crypto::secret<std::string>(std::string(32, 'k')), system_clock()),
            system_clock()
        );
        io::runtime on;
        call_command what{std::move(tool), std::move(arguments), agreed};
        return test::run_task(on, call(std::move(what), {offers, rules, {"cli:test"}}, {at.screen, format}));
    }

    /// What `show` was given, as JSON.
    std::string shown(std::vector<std::string> arguments)
    {
        EXPECT_EQ(run("show", std::move(arguments)), 0) << at.diagnostics.take();
        auto text = at.out.take();
        EXPECT_TRUE(text.ends_with('\n'));
        text.pop_back();
        return text;
    }

    mcp::registry offers;
    one_instance catalog;
    no_audit audit;
    testing::test_terminal at;
    output format = output::json;
};

TEST_F(cli_call, values_are_json_where_they_parse_and_text_where_not)
{
    EXPECT_EQ(shown({"any=1"}), R"({"text":"","any":1,"list":[]})");
    EXPECT_EQ(shown({"any=[1,{\"a\":null}]"}), R"({"text":"","any":[1,{"a":null}],"list":[]})");
    EXPECT_EQ(shown({"any=not json"}), R"({"text":"","any":"not json","list":[]})");
    EXPECT_EQ(shown({"any=\"1\""}), R"({"text":"","any":"1","list":[]})");
    EXPECT_EQ(shown({"number=7", "list=[1,\"x\"]"}), R"({"text":"","number":7,"list":[1,"x"]})");
}

TEST_F(cli_call, parameters_that_are_text_take_everything_as_it_was_typed)
{
    EXPECT_EQ(shown({"text=1"}), R"({"text":"1","list":[]})");
    EXPECT_EQ(shown({"text=true", "note=null"}), R"({"text":"true","note":"null","list":[]})");
    EXPECT_EQ(shown({"text=[1]"}), R"({"text":"[1]","list":[]})");
    EXPECT_EQ(shown({"text=\"quoted\""}), R"({"text":"\"quoted\"","list":[]})");
    EXPECT_EQ(shown({"text=a=b=c"}), R"({"text":"a=b=c","list":[]})") << "the first = ends the name";
    EXPECT_EQ(shown({"text="}), R"({"text":"","list":[]})");
    EXPECT_EQ(shown({"text=a", "text=b"}), R"({"text":"b","list":[]})") << "the last one counts";
}

TEST_F(cli_call, what_is_no_name_and_value_is_refused)
{
    for (const auto* bad : {"text", "", "=1"}) {
        EXPECT_EQ(run("show", {bad}), 2) << bad;
        EXPECT_THAT(at.diagnostics.take(), HasSubstr("is not name=value\n  next: write for example --arg query="));
    }
    EXPECT_EQ(run("show", {"txt=1"}), 2);
    EXPECT_THAT(at.diagnostics.take(), HasSubstr("did you mean text?"));
    EXPECT_EQ(run("show", {"number=many"}), 2);
    EXPECT_THAT(at.diagnostics.take(), HasSubstr("number: must be an integer, not \"many\""));
    EXPECT_EQ(at.out.take(), "");
}

TEST_F(cli_call, an_unknown_tool_is_not_found_and_the_nearest_is_named)
{
    EXPECT_EQ(run("shwo", {}), 3);
    EXPECT_THAT(at.diagnostics.take(), HasSubstr("there is no tool \"shwo\"\n"));
    EXPECT_EQ(run("shows", {}), 3);
    EXPECT_THAT(at.diagnostics.take(), HasSubstr("did you mean show?"));
}

TEST_F(cli_call, a_failure_exits_by_its_condition)
{
    EXPECT_EQ(run("show", {"text=fail"}), 7);
    EXPECT_EQ(at.diagnostics.take(), "error: the database is away\n  server: gone\n  next: start it\n");
    EXPECT_EQ(at.out.take(), "");
}

TEST_F(cli_call, what_destroys_needs_yes_where_nobody_can_be_asked)
{
    EXPECT_EQ(run("drop", {}), 8);
    const auto said = at.diagnostics.take();
    EXPECT_THAT(said, HasSubstr("Plan: everything is lost\n  next: repeat the command with --yes if you agree"));
    EXPECT_THAT(said, Not(HasSubstr("confirm="))) << "a token of this process is of no use to the next";
    EXPECT_EQ(at.out.take(), "");
    EXPECT_EQ(run("drop", {}, consent::given), 0);
    EXPECT_EQ(at.out.take(), "{\"text\":\"\",\"list\":[]}\n");
}

TEST_F(cli_call, people_get_lines_instead_of_json)
{
    format = output::table;
    EXPECT_EQ(shown({"text=a\x1b[2J", "list=[{\"n\":1}]"}), "text: a\\x1b[2J\nlist:\nn\n-\n1");
}

TEST(terminal, nobody_is_asked_where_nobody_sits)
{
    testing::test_terminal at("yes\n");
    EXPECT_FALSE(at.screen.interactive());
    EXPECT_FALSE(at.screen.ask("Go on?"));
    at.screen.progress("half");
    EXPECT_EQ(at.diagnostics.take(), "");
}

TEST(terminal, input_is_read_up_to_a_limit)
{
    testing::test_terminal at("postgres://x\n");
    EXPECT_EQ(at.screen.read_input(8), "postgres");
    EXPECT_EQ(at.screen.read_input(100), "://x\n");
    EXPECT_EQ(at.screen.read_input(100), "");
}

class completion_script : public ::testing::TestWithParam<const char*>
{};

TEST_P(completion_script, is_whole_and_knows_the_commands)
{
    testing::test_terminal at;
    EXPECT_EQ(completion({GetParam()}, {at.screen}), 0);
    const auto script = at.out.take();
    for (const auto& name : command_names())
        EXPECT_THAT(script, HasSubstr(name));
    for (const auto* leftover : {"{{", "}}", "@", "\n;", "        ;\n"})
        EXPECT_EQ(script.find(leftover), std::string::npos) << leftover;
    const auto count = [&](char c) { return std::ranges::count(script, c); };
    EXPECT_EQ(count('{'), count('}'));
    EXPECT_EQ(count('\'') % 2, 0);
    EXPECT_EQ(count('"') % 2, 0);
}

INSTANTIATE_TEST_SUITE_P(shells, completion_script, ::testing::Values("bash", "zsh", "fish"));

} // namespace
} // namespace basekeeper::cli
