// Which file is read, and what is said about its permissions.
#include "config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace basekeeper::config {
namespace {

namespace fs = std::filesystem;

class config_load : public testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (fs::temp_directory_path() / "config_load.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        dir = name;
    }

    void TearDown() override { fs::remove_all(dir); }

    fs::path write(const fs::path& name, std::string_view text, mode_t mode = 0600) const
    {
        fs::create_directories((dir / name).parent_path());
        std::ofstream(dir / name) << text;
        ::chmod((dir / name).c_str(), mode);
        return dir / name;
    }

    text_map home(text_map more = {}) const
    {
        more.emplace("HOME", dir.string());
        return more;
    }

    fs::path dir;
};

TEST_F(config_load, reads_the_usual_file_and_does_without_it)
{
    const auto without = load({}, home(), {});
    ASSERT_TRUE(without);
    EXPECT_FALSE(without->file);
    const auto file = write(".config/basekeeper/config.toml", "read_only = true");
    const auto with = load({}, home(), {});
    ASSERT_TRUE(with);
    EXPECT_EQ(with->file, file);
    EXPECT_TRUE(*with->values.read_only);
    EXPECT_EQ(with->values.read_only.from.where, file.string() + ":1");
}

TEST_F(config_load, prefers_flag_over_variable_over_xdg_over_home)
{
    const auto number = [&](std::optional<fs::path> flag, text_map environment) {
        const auto got = load(flag, home(std::move(environment)), {});
        return got ? *got->values.limits.max_rows : 0;
    };
    write(".config/basekeeper/config.toml", "limits.max_rows = 1");
    write("xdg/basekeeper/config.toml", "limits.max_rows = 2");
    const auto variable = write("three.toml", "limits.max_rows = 3");
    const auto flag = write("four.toml", "limits.max_rows = 4");
    EXPECT_EQ(number({}, {}), 1U);
    EXPECT_EQ(number({}, {{"XDG_CONFIG_HOME", (dir / "xdg").string()}}), 2U);
    EXPECT_EQ(number({}, {{"BASEKEEPER_CONFIG", variable.string()}}), 3U);
    EXPECT_EQ(number(flag, {{"BASEKEEPER_CONFIG", variable.string()}}), 4U);
}

TEST_F(config_load, fails_when_a_named_file_is_missing_a_folder_or_too_large)
{
    const auto missing = load(dir / "none.toml", home(), {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, condition::not_found);
    EXPECT_THAT(missing.error().message, testing::HasSubstr("none.toml"));
    EXPECT_FALSE(load({}, home({{"BASEKEEPER_CONFIG", (dir / "none.toml").string()}}), {}));
    EXPECT_FALSE(load(dir, home(), {}));
    EXPECT_FALSE(load(write("large.toml", std::string(2'000'000, '\n')), home(), {}));
}

TEST_F(config_load, warns_of_secrets_that_others_can_read)
{
    const auto* secret = "[instances.a]\ndatabase_url = 'postgres://u:p@h/d'";
    EXPECT_TRUE(load(write("a.toml", secret, 0600), home(), {})->warnings.empty());
    EXPECT_TRUE(load(write("b.toml", "read_only = true", 0644), home(), {})->warnings.empty());
    const auto got = load(write("c.toml", secret, 0640), home(), {});
    ASSERT_TRUE(got);
    ASSERT_EQ(got->warnings.size(), 1U);
    EXPECT_THAT(got->warnings.front(), testing::HasSubstr("chmod 600"));
}

TEST_F(config_load, makes_relative_paths_of_flags_absolute)
{
    const auto got = load({}, home(), {{"state_dir", "some/where"}});
    ASSERT_TRUE(got);
    EXPECT_EQ(*got->values.state_dir, fs::current_path() / "some/where");
}

TEST(config_process, environment_holds_the_variables_of_the_process)
{
    ::setenv("BK_TEST_VARIABLE", "a=b", 1);
    EXPECT_EQ(process_environment().at("BK_TEST_VARIABLE"), "a=b");
    ::unsetenv("BK_TEST_VARIABLE");
}

} // namespace
} // namespace basekeeper::config
