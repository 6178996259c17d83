// Names cannot leave their folder, and only folders that are ours are touched.
#include "features/local/layout.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace basekeeper::local {
namespace {

namespace fs = std::filesystem;

class local_layout : public testing::Test
{
public:
    ~local_layout() override { fs::remove_all(root); }

protected:
    local_layout()
    {
        std::string pattern = fs::temp_directory_path() / "basekeeper-layout-XXXXXX";
        root = ::mkdtemp(pattern.data());
    }

    static server_account me()
    {
        return {.who = {.name = "me", .uid = ::geteuid(), .gid = ::getegid(), .home = "/"}, .switched = false};
    }

    static void touch(const fs::path& file) { std::ofstream(file) << "x"; }

    fs::path root;
};

TEST_F(local_layout, names_are_short_lower_case_words)
{
    for (const auto* good : {"a", "dev", "shop-test", "a1-", "abcdefghijklmnopqrstuvwxyz012345"})
        EXPECT_TRUE(check_name(good)) << good;
    for (const auto* bad :
         {"",
          ".",
          "..",
          "../x",
          "a/b",
          "A",
          "1a",
          "-a",
          "a_b",
          "a b",
          "a\n",
          "ä",
          "a.partial",
          "abcdefghijklmnopqrstuvwxyz0123456"})
        EXPECT_EQ(check_name(bad).error().code, condition::invalid_argument) << bad;
    EXPECT_FALSE(check_name(std::string_view("a\0b", 3)));
}

TEST_F(local_layout, a_new_home_is_private_and_half_made_until_the_record_is_there)
{
    const layout place(root, "dev");
    EXPECT_EQ(inspect(place), presence::absent);
    ASSERT_TRUE(make_folders(place, me()));
    EXPECT_EQ(inspect(place), presence::half_made);
    struct stat found = {};
    for (const auto& folder : {place.home(), place.data(), place.run(), place.log()}) {
        ASSERT_EQ(::stat(folder.c_str(), &found), 0);
        EXPECT_EQ(found.st_mode & 0777U, 0700U) << folder;
    }
    touch(place.record());
    EXPECT_EQ(inspect(place), presence::made);
    EXPECT_EQ(make_folders(place, me()).error().code, condition::conflict);
}

TEST_F(local_layout, a_folder_with_foreign_things_is_not_ours)
{
    const layout place(root, "dev");
    ASSERT_TRUE(make_folders(place, me()));
    touch(place.record());
    touch(place.home() / "thesis.txt");
    EXPECT_EQ(inspect(place).error().code, condition::conflict);
}

TEST_F(local_layout, a_link_or_a_file_in_the_place_of_the_folder_is_not_ours)
{
    fs::create_directory(root / "elsewhere");
    fs::create_directory_symlink(root / "elsewhere", root / "dev");
    EXPECT_EQ(inspect(layout(root, "dev")).error().code, condition::conflict);
    touch(root / "file");
    EXPECT_EQ(inspect(layout(root, "file")).error().code, condition::conflict);
}

TEST_F(local_layout, only_real_folders_with_valid_names_are_listed)
{
    for (const auto* name : {"b", "a", "Not-A-Name", ".a.lock"})
        fs::create_directory(root / name);
    fs::create_directory_symlink(root / "a", root / "link");
    touch(root / "file");
    EXPECT_EQ(instance_names(root), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(instance_names(root / "missing").empty());
}

TEST_F(local_layout, short_paths_keep_the_socket_at_home)
{
    const layout place(root, "dev");
    EXPECT_EQ(socket_folder(place, me(), {}), place.run());
}

TEST_F(local_layout, long_paths_get_a_private_socket_folder_elsewhere)
{
    const layout place(root / std::string(100, 'x'), "dev");
    const auto folder = socket_folder(place, me(), {});
    ASSERT_TRUE(folder) << describe(folder.error());
    EXPECT_LE((*folder / ".s.PGSQL.65535").native().size(), 107U);
    EXPECT_EQ(fs::status(*folder).permissions(), fs::perms::owner_all);
    EXPECT_EQ(socket_folder(place, me(), {}), *folder) << "the same one again";
    fs::permissions(*folder, fs::perms::all);
    EXPECT_EQ(socket_folder(place, me(), {}).error().code, condition::denied) << "open to others";
    fs::remove(*folder);
    fs::create_directory_symlink(root, *folder);
    EXPECT_EQ(socket_folder(place, me(), {}).error().code, condition::denied) << "a link";
    fs::remove(*folder);
}

TEST_F(local_layout, the_runtime_folder_of_the_user_is_preferred_for_sockets)
{
    const layout place(root / std::string(100, 'x'), "dev");
    const auto runtime = root / "runtime";
    fs::create_directory(runtime);
    fs::permissions(runtime, fs::perms::owner_all);
    const auto folder = socket_folder(place, me(), runtime);
    ASSERT_TRUE(folder);
    EXPECT_EQ(folder->parent_path(), runtime);
}

TEST_F(local_layout, instances_live_below_the_state_folder)
{
    const auto folder = instances_root(root / "new" / "state", root / "shared", me());
    ASSERT_TRUE(folder) << describe(folder.error());
    EXPECT_EQ(*folder, fs::canonical(root) / "new" / "state" / "local");
}

TEST_F(local_layout, instances_move_where_the_server_can_reach_them)
{
    auto other = me();
    other.switched = true;
    other.who.uid += 1;
    other.who.gid += 1; // and mkdtemp made the root for its owner only
    const auto folder = instances_root(root / "state", root / "shared", other);
    ASSERT_TRUE(folder) << describe(folder.error());
    EXPECT_EQ(folder->parent_path(), fs::canonical(root) / "shared");
    EXPECT_NE(instances_root(root / "other-state", root / "shared", other), *folder) << "no two states share names";
}

TEST_F(local_layout, a_state_folder_that_cannot_be_made_is_denied_with_a_hint)
{
    touch(root / "file");
    const auto folder = instances_root(root / "file" / "state", root / "shared", me());
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().code, condition::denied);
    EXPECT_FALSE(folder.error().hint.empty());
}

TEST_F(local_layout, root_is_never_the_user_of_the_server)
{
    if (::geteuid() != 0) {
        EXPECT_EQ(find_server_account("somebody-else").error().code, condition::denied);
        EXPECT_EQ(find_server_account("")->who.uid, ::geteuid());
        return;
    }
    EXPECT_EQ(find_server_account("root").error().code, condition::invalid_argument);
    const auto missing = find_server_account("no-such-user-here");
    EXPECT_EQ(missing.error().code, condition::not_found);
    EXPECT_NE(missing.error().hint.find("BASEKEEPER_LOCAL_USER"), std::string::npos);
}

} // namespace
} // namespace basekeeper::local
