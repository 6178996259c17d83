// The grammar of the command line: every command, every refusal.
#include "cli/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::StartsWith;

std::variant<command_line, usage> parsed(std::vector<const char*> words)
{
    words.insert(words.begin(), "basekeeper");
    return parse(static_cast<int>(words.size()), words.data());
}

command_line line(std::vector<const char*> words)
{
    auto got = parsed(std::move(words));
    if (auto* refused = std::get_if<usage>(&got)) {
        ADD_FAILURE() << refused->text;
        return {};
    }
    return std::get<command_line>(std::move(got));
}

template <class Command>
Command the(std::vector<const char*> words)
{
    auto got = line(std::move(words));
    if (auto* c = std::get_if<Command>(&got.what))
        return std::move(*c);
    ADD_FAILURE() << "another command: " << got.what.index();
    return {};
}

usage refused(std::vector<const char*> words)
{
    auto got = parsed(std::move(words));
    if (auto* u = std::get_if<usage>(&got))
        return *u;
    ADD_FAILURE() << "accepted";
    return {};
}

TEST(command_line, commands_without_arguments)
{
    the<serve_command>({"serve"});
    the<tools_command>({"tools"});
    the<config_command>({"config", "show"});
    the<secrets_command>({"secrets", "rotate"});
    the<doctor_command>({"doctor"});
}

TEST(command_line, jobs_are_listed_watched_stopped_and_gone_on_with_in_either_direction)
{
    const auto list = the<jobs_command>({"jobs", "list", "--status", "failed", "--before", "0a", "--limit", "5"});
    EXPECT_EQ(list.action, jobs_action::list);
    EXPECT_EQ(list.status + "/" + list.before, "failed/0a");
    EXPECT_EQ(list.limit, 5U);
    EXPECT_EQ(the<jobs_command>({"jobs", "show", "0a"}).action, jobs_action::show);
    EXPECT_EQ(the<jobs_command>({"jobs", "watch", "0a"}).action, jobs_action::watch);
    EXPECT_EQ(the<jobs_command>({"jobs", "cancel", "0a"}).id, "0a");
    const auto on = the<jobs_command>({"jobs", "resume", "0a"});
    EXPECT_FALSE(on.back);
    EXPECT_EQ(on.agreed, consent::ask);
    const auto back = the<jobs_command>({"jobs", "resume", "0a", "--undo", "-y"});
    EXPECT_TRUE(back.back);
    EXPECT_EQ(back.agreed, consent::given);
    refused({"jobs", "list", "--status", "odd"});
    refused({"jobs", "resume"});
    refused({"jobs"});
}

TEST(command_line, call_takes_a_tool_and_arguments_as_they_are)
{
    const auto c = the<call_command>(
        {"call", "query_database", "--arg", "query=select '1, 2' as \"a\"", "-a", "params=[1,\"x\"]", "--arg=max_rows=3"
        }
    );
    EXPECT_EQ(c.tool, "query_database");
    EXPECT_THAT(c.arguments, ElementsAre("query=select '1, 2' as \"a\"", "params=[1,\"x\"]", "max_rows=3"));
    EXPECT_EQ(c.agreed, consent::ask);
    EXPECT_EQ(the<call_command>({"call", "x", "--yes"}).agreed, consent::given);
    EXPECT_EQ(the<call_command>({"call", "-y", "x"}).tool, "x");
    EXPECT_THAT(the<call_command>({"call", "x", "--arg", "a=1", "-y"}).arguments, ElementsAre("a=1"));
    EXPECT_THAT(the<call_command>({"call", "x", "--arg", "a="}).arguments, ElementsAre("a="));
}

TEST(command_line, rehearse_takes_speed_faults_and_a_version)
{
    const auto plain = the<rehearse_command>({"rehearse"});
    EXPECT_EQ(plain.speed, 1);
    EXPECT_EQ(plain.port, 0);
    EXPECT_FALSE(plain.seed);
    const auto all = the<rehearse_command>(
        {"rehearse",
         "--port",
         "8123",
         "--speed",
         "20",
         "--fault",
         "500@a:1",
         "--fault",
         "exit@db",
         "--version",
         "v0.29.0",
         "--seed",
         "7",
         "--template",
         "old-keys"}
    );
    EXPECT_EQ(all.port, 8123);
    EXPECT_EQ(all.speed, 20);
    EXPECT_THAT(all.faults, ElementsAre("500@a:1", "exit@db"));
    EXPECT_EQ(all.version, "v0.29.0");
    EXPECT_EQ(all.seed, 7U);
    EXPECT_EQ(all.catalogue, "old-keys");
    EXPECT_EQ(refused({"rehearse", "--speed", "0"}).exit_code, 2);
    EXPECT_EQ(refused({"rehearse", "--template", "other"}).exit_code, 2);
}

TEST(command_line, local_has_five_actions)
{
    EXPECT_EQ(the<local_command>({"local", "list"}).action, local_action::list);
    const std::vector<std::pair<const char*, local_action>> named{
        {"up", local_action::up},
        {"down", local_action::down},
        {"env", local_action::env},
        {"destroy", local_action::destroy},
    };
    for (const auto& [word, action] : named) {
        const auto c = the<local_command>({"local", word, "dev"});
        EXPECT_EQ(c.action, action) << word;
        EXPECT_EQ(c.name, "dev") << word;
        EXPECT_EQ(c.agreed, consent::ask) << word;
        EXPECT_EQ(refused({"local", word}).exit_code, 2) << word << " needs a name";
    }
    EXPECT_EQ(the<local_command>({"local", "destroy", "dev", "--yes"}).agreed, consent::given);
    refused({"local", "up", "dev", "--yes"});
}

TEST(command_line, instance_add_takes_everything_about_one)
{
    const auto c = the<instance_command>(
        {"instance",
         "add",
         "shop",
         "--database-url",
         "-",
         "--url",
         "https://x.example",
         "--kind",
         "cloud",
         "--tag",
         "eu",
         "--tag",
         "live"}
    );
    EXPECT_EQ(c.action, instance_action::add);
    EXPECT_EQ(c.name, "shop");
    EXPECT_EQ(c.database_url, "-");
    EXPECT_EQ(c.url, "https://x.example");
    EXPECT_EQ(c.kind, "cloud");
    EXPECT_THAT(c.tags, ElementsAre("eu", "live"));
    EXPECT_EQ(the<instance_command>({"instance", "add", "a", "--database-url=x"}).kind, "") << "told by the host";
    EXPECT_EQ(the<instance_command>({"instance", "add", "a", "--from-env=.env"}).env_file, ".env");
    refused({"instance", "add", "shop"});
    refused({"instance", "add", "--database-url", "-"});
}

TEST(command_line, instance_has_three_more_actions)
{
    EXPECT_EQ(the<instance_command>({"instance", "list"}).action, instance_action::list);
    EXPECT_EQ(the<instance_command>({"instance", "remove", "a"}).agreed, consent::ask);
    EXPECT_EQ(the<instance_command>({"instance", "remove", "a", "-y"}).agreed, consent::given);
    const auto c = the<instance_command>({"instance", "harden", "a"});
    EXPECT_EQ(c.action, instance_action::harden);
    EXPECT_EQ(c.name, "a");
    refused({"instance", "remove"});
    refused({"instance", "harden"});
}

TEST(command_line, audit_filters_what_it_lists_and_exports)
{
    const auto c =
        the<audit_command>({"audit", "list", "--tool", "execute_sql", "--on", "dev", "--since", "24h", "--limit", "7"});
    EXPECT_EQ(c.action, audit_action::list);
    EXPECT_EQ(c.tool, "execute_sql");
    EXPECT_EQ(c.instance, "dev");
    EXPECT_EQ(c.since, "24h");
    EXPECT_EQ(c.limit, 7U);
    EXPECT_EQ(the<audit_command>({"audit", "list"}).limit, 50U);
    EXPECT_EQ(the<audit_command>({"audit", "verify"}).action, audit_action::verify);
    EXPECT_EQ(the<audit_command>({"audit", "export", "--since", "7d"}).action, audit_action::export_lines);
    refused({"audit", "verify", "--tool", "x"});
    for (const auto* bad : {"0", "-1", "x", "1.5", "1000001"})
        refused({"audit", "list", "--limit", bad});
}

TEST(command_line, completion_knows_three_shells)
{
    for (const auto* shell : {"bash", "zsh", "fish"})
        EXPECT_EQ(the<completion_command>({"completion", shell}).shell, shell);
    EXPECT_THAT(refused({"completion", "tcsh"}).text, HasSubstr("tcsh"));
    refused({"completion"});
}

TEST(command_line, global_options_stand_before_or_after_the_command)
{
    for (const auto& words : std::vector<std::vector<const char*>>{
             {"--output", "json", "--config", "/etc/b.toml", "--read-only", "--instance", "dev", "doctor"},
             {"doctor", "--output", "json", "--config", "/etc/b.toml", "--read-only", "--instance", "dev"},
         })
    {
        const auto got = line(words);
        EXPECT_EQ(got.format, output::json);
        EXPECT_EQ(got.config_file, "/etc/b.toml");
        EXPECT_EQ(got.flags, (config::text_map{{"pinned_instance", "dev"}, {"read_only", "true"}}));
    }
    const auto plain = line({"doctor"});
    EXPECT_EQ(plain.format, output::table);
    EXPECT_FALSE(plain.config_file);
    EXPECT_TRUE(plain.flags.empty());
    EXPECT_EQ(line({"tools", "--json"}).format, output::json);
}

TEST(command_line, every_setting_is_a_flag)
{
    for (const auto& known : config::known_keys()) {
        if (known.key == "read_only" || known.key == "pinned_instance")
            continue;
        const auto flag = config::flag_name(known.key);
        const auto got = line({"doctor", flag.c_str(), "value"});
        EXPECT_EQ(got.flags, (config::text_map{{known.key, "value"}})) << flag;
    }
}

TEST(command_line, help_and_version_are_no_errors)
{
    const auto help = refused({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    for (const auto& name : command_names())
        EXPECT_THAT(help.text, HasSubstr(name));
    const auto version = refused({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_THAT(version.text, StartsWith("basekeeper "));
    EXPECT_THAT(refused({"audit", "list", "--help"}).text, HasSubstr("--since"));
    EXPECT_THAT(refused({"local", "--help"}).text, HasSubstr("destroy"));
}

TEST(command_line, usage_errors_name_what_is_wrong_and_the_next_step)
{
    const std::vector<std::vector<const char*>> wrong{
        {},
        {"unknown"},
        {"call"},
        {"call", "x", "y"},
        {"call", "x", "--arg"},
        {"local"},
        {"local", "sideways"},
        {"instance"},
        {"config"},
        {"secrets"},
        {"audit"},
        {"key"},
        {"block"},
        {"serve", "extra"},
        {"doctor", "--output", "yaml"},
        {"doctor", "--no-such-option"},
        {"serve", "doctor"},
    };
    for (const auto& words : wrong) {
        const auto got = refused(words);
        EXPECT_EQ(got.exit_code, 2) << ::testing::PrintToString(words);
        EXPECT_THAT(got.text, StartsWith("basekeeper: ")) << ::testing::PrintToString(words);
        EXPECT_THAT(got.text, HasSubstr("next: basekeeper --help")) << ::testing::PrintToString(words);
    }
}

TEST(command_line, key_takes_scopes_instances_and_an_end)
{
    const auto c = the<key_command>(
        {"key", "create", "ci", "--scope", "database:read", "--scope=*:write", "--instance", "dev", "--expires", "90d"}
    );
    EXPECT_EQ(c.action, key_action::create);
    EXPECT_EQ(c.name, "ci");
    EXPECT_THAT(c.scopes, ElementsAre("database:read", "*:write"));
    EXPECT_THAT(c.instances, ElementsAre("dev"));
    EXPECT_EQ(c.expires, "90d");
    EXPECT_EQ(the<key_command>({"key", "list"}).action, key_action::list);
    EXPECT_EQ(the<key_command>({"key", "revoke", "0123456789ab"}).id, "0123456789ab");
    refused({"key", "create", "ci"});
    refused({"key", "create", "--scope", "database:read"});
    refused({"key", "revoke"});
}

TEST(command_line, block_takes_an_address_and_a_time)
{
    const auto c = the<block_command>({"block", "add", "192.0.2.1", "--for", "1h"});
    EXPECT_EQ(c.action, block_action::add);
    EXPECT_EQ(c.address, "192.0.2.1");
    EXPECT_EQ(c.how_long, "1h");
    EXPECT_EQ(the<block_command>({"block", "list"}).action, block_action::list);
    EXPECT_EQ(the<block_command>({"block", "remove", "::1"}).action, block_action::remove);
    refused({"block", "add"});
}

TEST(command_line, types_take_schemas_and_a_language_and_no_limit)
{
    EXPECT_THAT(the<types_command>({"types", "--schema", "a", "--schema", "b"}).schemas, ElementsAre("a", "b"));
    EXPECT_EQ(the<types_command>({"types"}).language, "typescript");
    EXPECT_EQ(the<types_command>({"types", "--language", "go"}).language, "go");
    EXPECT_THAT(refused({"types", "--language", "rust"}).text, HasSubstr("rust"));
    EXPECT_EQ(line({"types"}).flags.at("limits.max_result_bytes"), "67108864");
    EXPECT_EQ(line({"types", "--limits-max-result-bytes", "5000"}).flags.at("limits.max_result_bytes"), "5000");
}

TEST(command_line, knows_the_names_of_its_commands)
{
    EXPECT_THAT(
        command_names(),
        IsSupersetOf(
            {"serve",
             "key",
             "block",
             "tools",
             "call",
             "types",
             "local",
             "instance",
             "config",
             "secrets",
             "doctor",
             "completion"}
        )
    );
}

} // namespace
} // namespace basekeeper::cli
