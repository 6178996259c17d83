// The newest complete PostgreSQL is found, and its absence is explained.
#include "features/local/installation.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace basekeeper::local {
namespace {

namespace fs = std::filesystem;

class local_installation : public testing::Test
{
public:
    ~local_installation() override
    {
        ::setenv("PATH", old_path.c_str(), 1);
        fs::remove_all(root);
    }

protected:
    local_installation()
    {
        std::string pattern = fs::temp_directory_path() / "basekeeper-installation-XXXXXX";
        root = ::mkdtemp(pattern.data());
        old_path = ::getenv("PATH");
        ::setenv("PATH", (root / "path").c_str(), 1);
    }

    static void program(const fs::path& file, const std::string& body)
    {
        fs::create_directories(file.parent_path());
        std::ofstream(file) << "#!/bin/sh\n" << body << "\n";
        fs::permissions(file, fs::perms::owner_all);
    }

    void install(const std::string& folder, const std::string& version)
    {
        program(root / folder / "bin" / "postgres", "echo 'postgres (PostgreSQL) " + version + "'");
        program(root / folder / "bin" / "initdb", "exit 0");
    }

    result<installation> find(installation_search where)
    {
        io::runtime loop;
        result<installation> out = fail(condition::internal, "did not run");
        const auto body = [&]() -> io::task<int> {
            out = co_await find_installation(loop.pool(), where, io::deadline::after(std::chrono::seconds(10)));
            co_return 0;
        };
        loop.run_main(body());
        return out;
    }

    fs::path root;
    std::string old_path;
};

TEST_F(local_installation, the_newest_by_number_wins)
{
    install("9.6", "9.6.24");
    install("15", "15.20");
    install("17", "17.2");
    const auto found = find({.root = root});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->major, 17);
    EXPECT_EQ(found->postgres(), root / "17" / "bin" / "postgres");
}

TEST_F(local_installation, client_only_folders_are_passed_over)
{
    install("15", "15.20");
    program(root / "18" / "bin" / "psql", "exit 0");
    EXPECT_EQ(find({.root = root})->major, 15);
}

TEST_F(local_installation, a_data_folder_asks_for_its_own_major)
{
    install("15", "15.20");
    install("17", "17.2");
    EXPECT_EQ(find({.major = 15, .root = root})->major, 15);
    const auto missing = find({.major = 16, .root = root});
    EXPECT_EQ(missing.error().code, condition::not_found);
    EXPECT_NE(missing.error().hint.find("postgresql-16"), std::string::npos);
}

TEST_F(local_installation, the_wanted_folder_is_used_or_refused_never_replaced)
{
    install("17", "17.2");
    install("mine", "18.1");
    EXPECT_EQ(find({.wanted_bin = root / "mine" / "bin", .root = root})->major, 18);
    const auto wrong = find({.wanted_bin = root / "nowhere", .root = root});
    EXPECT_EQ(wrong.error().code, condition::not_found);
    EXPECT_NE(wrong.error().hint.find("BASEKEEPER_LOCAL_POSTGRES_BIN"), std::string::npos);
}

TEST_F(local_installation, pg_config_on_the_path_is_asked_when_nothing_else_is_there)
{
    install("built", "16.4");
    program(root / "path" / "pg_config", "echo " + (root / "built" / "bin").native());
    EXPECT_EQ(find({.root = root / "none"})->major, 16);
}

TEST_F(local_installation, without_any_the_package_is_named)
{
    program(root / "path" / "pg_config", "exit 1");
    const auto none = find({.root = root / "none"});
    EXPECT_EQ(none.error().code, condition::not_found);
    EXPECT_NE(none.error().hint.find("apt install postgresql"), std::string::npos);
}

TEST_F(local_installation, libraries_are_seen_in_both_usual_places)
{
    install("15", "15.20");
    const installation here{root / "15" / "bin", 15};
    EXPECT_FALSE(has_library(here, "pg_stat_statements"));
    program(root / "15" / "lib" / "postgresql" / "pg_stat_statements.so", "");
    EXPECT_TRUE(has_library(here, "pg_stat_statements"));
}

} // namespace
} // namespace basekeeper::local
