// Certificates are loaded and reloaded with errors that name the file; old versions of TLS are refused.
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "net/listener.hpp"
#include "net/tls_context.hpp"
#include "support/run_task.hpp"
#include "support/tls_peer.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <vector>

namespace basekeeper::net {
namespace {

using namespace std::chrono_literals;

struct tls_context_files : testing::Test
{
    tls_context_files()
    {
        std::string name = std::filesystem::temp_directory_path() / "basekeeper-tls-XXXXXX";
        folder = ::mkdtemp(name.data());
        files = {.certificate_chain = folder / "chain.pem", .private_key = folder / "key.pem"};
        test::make_certificate("first", files.certificate_chain, files.private_key);
    }

    ~tls_context_files() override { std::filesystem::remove_all(folder); }

    /// The name a client is shown; empty when the handshake fails.
    std::string name_shown(const tls_context& context, int client_version = TLS1_3_VERSION)
    {
        std::string shown;
        test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
            auto l = listener::open(on.executor(), {.host = "127.0.0.1", .port = 0});
            test::tls_client client(on, l->local(), client_version);
            auto who = co_await l->accept();
            const auto server = context.wrap(on.executor(), std::move(who->socket));
            io::nursery jobs(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
            const auto greeting = [&]() -> io::task<> {
                static_cast<void>(co_await server->handshake(io::deadline::after(10s)));
            };
            jobs.spawn(greeting());
            if (co_await client.handshake())
                shown = client.server_name();
            EXPECT_TRUE(co_await jobs.join(io::deadline::after(10s)));
        });
        return shown;
    }

    std::filesystem::path folder;
    tls_files files;
};

TEST_F(tls_context_files, a_pair_of_filesmakes_a_server)
{
    const auto context = tls_context::load(files);
    ASSERT_TRUE(context) << context.error().message;
    EXPECT_EQ(name_shown(**context), "first");
    EXPECT_EQ(name_shown(**context, TLS1_2_VERSION), "first");
}

TEST_F(tls_context_files, versions_before_1_2_are_refused)
{
    EXPECT_EQ(name_shown(**tls_context::load(files), TLS1_1_VERSION), "");
}

TEST_F(tls_context_files, a_missing_file_is_named)
{
    std::filesystem::remove(files.private_key);
    const auto context = tls_context::load(files);
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().code, condition::not_found);
    EXPECT_NE(context.error().message.find(files.private_key), std::string::npos);
}

TEST_F(tls_context_files, what_is_no_certificate_is_named)
{
    std::ofstream(files.certificate_chain) << "nonsense";
    const auto context = tls_context::load(files);
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().code, condition::invalid_argument);
    EXPECT_NE(context.error().message.find(files.certificate_chain), std::string::npos);
}

TEST_F(tls_context_files, a_key_of_another_certificate_is_refused)
{
    test::make_certificate("other", folder / "ignored.pem", files.private_key);
    const auto context = tls_context::load(files);
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().code, condition::invalid_argument);
    EXPECT_NE(context.error().message.find(files.private_key), std::string::npos);
    EXPECT_NE(context.error().hint.find(files.certificate_chain), std::string::npos);
}

TEST_F(tls_context_files, reloading_shows_the_new_certificate)
{
    const auto context = tls_context::load(files);
    test::make_certificate("second", files.certificate_chain, files.private_key);
    EXPECT_EQ(name_shown(**context), "first") << "not before it is reloaded";
    EXPECT_TRUE((*context)->reload());
    EXPECT_EQ(name_shown(**context), "second");
}

TEST_F(tls_context_files, reloading_bad_fileskeeps_the_old_certificate)
{
    const auto context = tls_context::load(files);
    std::ofstream(files.private_key) << "nonsense";
    const auto again = (*context)->reload();
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().message.find(files.private_key), std::string::npos);
    EXPECT_EQ(name_shown(**context), "first");
}

TEST_F(tls_context_files, a_client_that_says_nothing_is_given_up)
{
    const auto context = tls_context::load(files);
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), {.host = "127.0.0.1", .port = 0});
        const test::raw_client client(on, l->local());
        auto who = co_await l->accept();
        const auto server = (*context)->wrap(on.executor(), std::move(who->socket));
        const auto shaken = co_await server->handshake(io::deadline::after(1ms));
        EXPECT_EQ(shaken.error().code, condition::timeout);
    });
}

TEST_F(tls_context_files, a_part_of_a_record_is_nothing_to_read)
{
    const auto context = tls_context::load(files);
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), {.host = "127.0.0.1", .port = 0});
        test::tls_client client(on, l->local());
        io::nursery jobs(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        const auto shaking = [&]() -> io::task<> { EXPECT_TRUE(co_await client.handshake()); };
        jobs.spawn(shaking());
        auto who = co_await l->accept();
        const auto server = (*context)->wrap(on.executor(), std::move(who->socket));
        EXPECT_TRUE(co_await server->handshake(io::deadline::after(10s)));
        EXPECT_TRUE(co_await jobs.join(io::deadline::after(10s)));

        std::vector<char> buffer(65'536);
        io::event readable(on.executor());
        co_await client.beneath().send("\x17");
        server->when_readable([&] { readable.set(); });
        EXPECT_TRUE(co_await readable.wait(io::deadline::after(10s)));
        EXPECT_EQ(server->read_now(buffer).how, progress::blocked);
        readable.reset();
        server->when_readable([&] { readable.set(); });
        EXPECT_FALSE(co_await readable.wait(io::deadline::after(20ms))) << "nothing more has come";
    });
}

TEST_F(tls_context_files, every_whole_record_is_announced)
{
    const auto context = tls_context::load(files);
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), {.host = "127.0.0.1", .port = 0});
        test::tls_client client(on, l->local());
        io::nursery jobs(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        const auto sending = [&]() -> io::task<> {
            EXPECT_TRUE(co_await client.handshake());
            for (int i = 0; i < 20; ++i)
                co_await client.send(std::string(1'000, 'x'));
        };
        jobs.spawn(sending());
        auto who = co_await l->accept();
        const auto server = (*context)->wrap(on.executor(), std::move(who->socket));
        EXPECT_TRUE(co_await server->handshake(io::deadline::after(10s)));
        EXPECT_TRUE(co_await jobs.join(io::deadline::after(10s)));

        std::array<char, 300> small{}; // less than a record: its rest waits in OpenSSL, the next in the socket
        io::event readable(on.executor());
        for (std::size_t read = 0; read < 20'000;) {
            readable.reset();
            server->when_readable([&] { readable.set(); });
            if (!co_await readable.wait(io::deadline::after(5s))) {
                ADD_FAILURE() << "not told after " << read;
                break;
            }
            read += server->read_now(small).bytes;
        }
    });
}

TEST_F(tls_context_files, a_client_without_tls_is_denied)
{
    const auto context = tls_context::load(files);
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), {.host = "127.0.0.1", .port = 0});
        test::raw_client client(on, l->local());
        co_await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        auto who = co_await l->accept();
        const auto server = (*context)->wrap(on.executor(), std::move(who->socket));
        const auto shaken = co_await server->handshake(io::deadline::after(10s));
        EXPECT_EQ(shaken.error().code, condition::denied);
    });
}

} // namespace
} // namespace basekeeper::net
