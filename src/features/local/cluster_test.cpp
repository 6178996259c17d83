// Configuration text, ports and stale pid files: what can be known without a server.
#include "features/local/cluster.hpp"
#include "features/local/instance_record.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

namespace basekeeper::local {
namespace {

namespace fs = std::filesystem;

class local_cluster : public testing::Test
{
public:
    ~local_cluster() override { fs::remove_all(root); }

protected:
    local_cluster()
    {
        std::string pattern = fs::temp_directory_path() / "basekeeper-cluster-XXXXXX";
        root = ::mkdtemp(pattern.data());
    }

    server_plan plan(const fs::path& below) const
    {
        return {
            .place = layout(below, "dev"),
            .account = {.who = {.name = "me", .uid = ::geteuid(), .gid = ::getegid(), .home = "/"}, .switched = false},
            .postgres = {root / "bin", 15},
            .port = 54321,
            .socket_dir = below / "dev" / "run"
        };
    }

    void pid_file(const std::string& text)
    {
        fs::create_directories(plan(root).place.data());
        std::ofstream(plan(root).place.data() / "postmaster.pid") << text;
    }

    fs::path root;
};

/// A socket that listens on any free port of 127.0.0.1.
class listener
{
public:
    listener()
    {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(0, ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address));
        ::listen(socket_, 1);
        socklen_t size = sizeof address;
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }

    ~listener() { ::close(socket_); }

    int port = 0;

private:
    int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

TEST_F(local_cluster, paths_with_quotes_commas_and_spaces_stay_whole)
{
    const auto text = server_configuration(plan("/srv/it's, \"here\" \\x"));
    EXPECT_NE(text.find("hba_file = '/srv/it''s, \"here\" \\\\x/dev/hba.conf'\n"), std::string::npos) << text;
    EXPECT_NE(text.find("unix_socket_directories = '\"/srv/it''s, \"\"here\"\" \\\\x/dev/run\"'\n"), std::string::npos)
        << text;
}

TEST_F(local_cluster, only_the_loopback_address_is_listened_on_and_libraries_are_preloaded_when_there)
{
    const auto text = server_configuration(plan(root));
    EXPECT_NE(text.find("listen_addresses = '127.0.0.1'\n"), std::string::npos);
    EXPECT_EQ(text.find("shared_preload_libraries"), std::string::npos);
    fs::create_directories(root / "lib");
    std::ofstream(root / "lib" / "pg_stat_statements.so") << "x";
    EXPECT_NE(server_configuration(plan(root)).find("shared_preload_libraries"), std::string::npos);
}

TEST_F(local_cluster, a_taken_port_is_given_up_and_those_of_others_are_avoided)
{
    const listener taken;
    const auto other = choose_port(taken.port, {});
    ASSERT_TRUE(other);
    EXPECT_NE(*other, taken.port);
    EXPECT_GE(*other, first_port);
    EXPECT_EQ(choose_port(*other, {}), *other) << "a free one is kept";
    EXPECT_NE(choose_port(0, {*other}), *other);
}

TEST_F(local_cluster, a_pid_file_is_not_believed_when_the_process_works_elsewhere)
{
    EXPECT_FALSE(find_running(plan(root).place));
    const auto data = plan(root).place.data().native();
    pid_file(std::to_string(::getpid()) + "\n" + data + "\n1\n54321\n\n\n\nready\n");
    EXPECT_FALSE(find_running(plan(root).place));
    for (const auto* broken : {"", "x\ny\nz\nw\n", "-1\n\n\n1\n", "0\n\n\n1\n", "1\n\n\n1\n", "99999999999\n\n\n1\n"}) {
        pid_file(broken);
        EXPECT_FALSE(find_running(plan(root).place)) << broken;
    }
}

TEST_F(local_cluster, a_process_that_works_in_the_folder_is_the_server)
{
    pid_file(std::to_string(::getpid()) + "\nfolder\n1\n54321\n");
    const auto before = fs::current_path();
    fs::current_path(plan(root).place.data());
    const auto found = find_running(plan(root).place);
    fs::current_path(before);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->pid, ::getpid());
    EXPECT_EQ(found->port, 54321);
}

TEST_F(local_cluster, a_stale_pid_file_whose_number_lives_on_is_removed_before_the_start)
{
    const auto p = plan(root);
    fs::create_directories(p.socket_dir);
    pid_file(std::to_string(::getppid()) + "\nfolder\n1\n54321\n");
    std::ofstream(p.socket_dir / ".s.PGSQL.54321.lock") << ::getppid();
    ASSERT_TRUE(prepare_start(p));
    EXPECT_FALSE(fs::exists(p.place.data() / "postmaster.pid"));
    EXPECT_TRUE(fs::is_empty(p.socket_dir));
    EXPECT_TRUE(fs::exists(p.place.server_conf()));
    std::ifstream hba(p.place.hba_conf());
    for (std::string line; std::getline(hba, line);)
        EXPECT_TRUE(line.starts_with('#') || line.ends_with("scram-sha-256")) << line;
}

TEST_F(local_cluster, the_record_comes_back_as_written_and_damage_is_told)
{
    const layout place(root, "dev");
    EXPECT_EQ(read_record(place).error().code, condition::not_found);
    fs::create_directories(place.home());
    ASSERT_TRUE(
        write_record(place, {.name = "dev", .port = 54322, .socket_dir = "/s", .server_version = "15.20", .created = 7})
    );
    const auto back = read_record(place);
    ASSERT_TRUE(back) << describe(back.error());
    EXPECT_EQ(back->port, 54322);
    EXPECT_EQ(back->created, 7);
    for (const auto* broken : {"", "{", "[]", "{\"format\":2}", "{\"port\":0}"}) {
        std::ofstream(place.record()) << broken;
        const auto damaged = read_record(place);
        ASSERT_FALSE(damaged) << broken;
        EXPECT_EQ(damaged.error().code, condition::conflict);
        EXPECT_NE(damaged.error().hint.find("destroy dev"), std::string::npos);
    }
}

} // namespace
} // namespace basekeeper::local
