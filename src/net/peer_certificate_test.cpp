// Certificates of servers are read whatever is wrong with them, and what is wrong is said.
#include "crypto/encoding.hpp"
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "net/listener.hpp"
#include "net/peer_certificate.hpp"
#include "net/tls_context.hpp"
#include "support/certificates.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

namespace basekeeper::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using enum certificate_problem;

/// What the server does with a connection.
using conduct = std::function<io::task<>(io::runtime&, open_socket)>;

io::task<> serve(io::runtime& on, listener& at, conduct behave)
{
    auto who = co_await at.accept();
    if (who)
        co_await behave(on, std::move(who->socket));
}

struct peer_certificates : testing::Test
{
    peer_certificates()
    {
        std::string name = std::filesystem::temp_directory_path() / "basekeeper-peer-XXXXXX";
        folder = ::mkdtemp(name.data());
        authority = test::make_certificate({.name = "Test Authority", .organisation = "Tests", .authority = true});
        test::write_certificate({authority}, folder / "authority.pem", folder / "authority-key.pem");
    }

    ~peer_certificates() override { std::filesystem::remove_all(folder); }

    result<peer_certificate>
    ask_server(const conduct& behave, const std::string& host, std::chrono::milliseconds within = 10s)
    {
        return test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<result<peer_certificate>> {
            auto l = listener::open(on.executor(), {.host = "127.0.0.1", .port = 0});
            io::nursery jobs(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
            jobs.spawn(serve(on, *l, behave));
            auto got = co_await read_peer_certificate(
                on.executor(),
                on.pool(),
                {.server = {host, 443},
                 .connect_to = host_and_port{"127.0.0.1", l->local().port},
                 .trust = {folder / "authority.pem"}},
                io::deadline::after(within)
            );
            l->close();
            if (!got)
                jobs.cancel_all();
            EXPECT_TRUE(co_await jobs.join(io::deadline::after(10s)));
            co_return got;
        });
    }

    /// Asks a server that shows this chain.
    peer_certificate ask(const std::vector<test::made_certificate>& chain, const std::string& host)
    {
        const tls_files files{.certificate_chain = folder / "chain.pem", .private_key = folder / "key.pem"};
        test::write_certificate(chain, files.certificate_chain, files.private_key);
        auto context = *tls_context::load(files);
        auto got = ask_server(
            [context](io::runtime& on, open_socket s) -> io::task<> {
                const auto w = context->wrap(on.executor(), std::move(s));
                EXPECT_TRUE(co_await w->handshake(io::deadline::after(10s)));
                std::array<char, 10> nothing{};
                io::event readable(on.executor());
                w->when_readable([&] { readable.set(); });
                if (co_await readable.wait(io::deadline::after(10s)))
                    EXPECT_EQ(w->read_now(nothing).bytes, 0U) << "no content is sent";
            },
            host
        );
        EXPECT_TRUE(got) << describe(got.error());
        return got.value_or(peer_certificate{});
    }

    std::filesystem::path folder;
    test::made_certificate authority;
};

TEST_F(peer_certificates, a_good_one_is_trusted_and_told_in_full)
{
    const auto made = test::make_certificate(
        {.name = "studio.test", .alternatives = "DNS:studio.test,DNS:*.api.test,IP:127.0.0.1,IP:::1"}, &authority
    );
    const auto got = ask({made}, "studio.test");
    EXPECT_TRUE(got.trusted()) << got.why;
    EXPECT_EQ(got.subject, "CN=studio.test");
    EXPECT_EQ(got.issuer, "CN=Test Authority,O=Tests");
    EXPECT_THAT(got.names, ElementsAre("studio.test", "*.api.test", "127.0.0.1", "::1"));
    EXPECT_EQ(got.pin, test::pin_of(made));
    EXPECT_THAT(got.sha256, testing::MatchesRegex("([0-9A-F][0-9A-F]:){31}[0-9A-F][0-9A-F]"));
    EXPECT_EQ(got.not_after - got.not_before, 2h);
    EXPECT_LT(std::chrono::abs(got.not_after - system_clock().wall() - 1h), 1min);
    EXPECT_TRUE(ask({made}, "x.api.test").trusted());
    EXPECT_TRUE(ask({made}, "127.0.0.1").trusted());
}

TEST_F(peer_certificates, one_for_another_host_is_told)
{
    const auto got = ask({test::make_certificate({.name = "a", .alternatives = "DNS:a.test"}, &authority)}, "b.test");
    EXPECT_THAT(got.problems, ElementsAre(wrong_host));
    EXPECT_EQ(got.why, "it is not made for b.test");
    const auto address = ask({test::make_certificate({.name = "127.0.0.1"}, &authority)}, "127.0.0.1");
    EXPECT_THAT(address.problems, ElementsAre(wrong_host)) << "an address is no name";
}

TEST_F(peer_certificates, one_that_expired_or_is_not_valid_yet_is_told)
{
    const auto old = ask(
        {test::make_certificate({.name = "a.test", .begins_in_seconds = -7'200, .ends_in_seconds = -3'600}, &authority)
        },
        "a.test"
    );
    EXPECT_THAT(old.problems, ElementsAre(expired));
    EXPECT_THAT(old.why, testing::StartsWith("it expired at 20"));
    const auto early = ask(
        {test::make_certificate({.name = "a.test", .begins_in_seconds = 3'600, .ends_in_seconds = 7'200}, &authority)},
        "a.test"
    );
    EXPECT_THAT(early.problems, ElementsAre(not_yet_valid));
}

TEST_F(peer_certificates, self_signed_ones_and_those_of_unknown_authorities_are_told_apart)
{
    EXPECT_THAT(ask({test::make_certificate({.name = "a.test"})}, "a.test").problems, ElementsAre(self_signed));
    const auto stranger = test::make_certificate({.name = "Stranger", .authority = true});
    const auto signed_by_stranger = test::make_certificate({.name = "a.test"}, &stranger);
    EXPECT_THAT(ask({signed_by_stranger}, "a.test").problems, ElementsAre(unknown_authority));
    EXPECT_THAT(ask({signed_by_stranger, stranger}, "a.test").problems, ElementsAre(unknown_authority));
    const auto namesake =
        test::make_certificate({.name = "Test Authority", .organisation = "Tests", .authority = true});
    const auto signed_by_namesake = test::make_certificate({.name = "a.test"}, &namesake);
    EXPECT_THAT(ask({signed_by_namesake}, "a.test").problems, ElementsAre(unknown_authority));
}

TEST_F(peer_certificates, a_chain_without_its_middle_is_told_and_with_it_trusted)
{
    const auto middle = test::make_certificate({.name = "Middle", .authority = true}, &authority);
    const auto leaf = test::make_certificate({.name = "a.test"}, &middle);
    EXPECT_THAT(ask({leaf}, "a.test").problems, ElementsAre(unknown_authority));
    EXPECT_TRUE(ask({leaf, middle}, "a.test").trusted());
}

TEST_F(peer_certificates, everything_that_is_wrong_is_told_at_once)
{
    const auto got =
        ask({test::make_certificate({.name = "b.test", .begins_in_seconds = -7'200, .ends_in_seconds = -3'600})},
            "a.test");
    EXPECT_THAT(got.problems, ElementsAre(self_signed, expired, wrong_host));
    EXPECT_THAT(got.why, HasSubstr("signed by itself; it expired at"));
}

TEST_F(peer_certificates, makers_that_mean_something_are_recognised)
{
    const auto traefik = ask({test::make_certificate({.name = "TRAEFIK DEFAULT CERT"})}, "a.test");
    EXPECT_EQ(traefik.made_by, certificate_maker::traefik_default);
    EXPECT_THAT(traefik.why, HasSubstr("makeshift certificate of Traefik"));
    const auto made_by = [&](const std::string& organisation) {
        const auto issuer = test::make_certificate({.name = "R11", .organisation = organisation, .authority = true});
        return ask({test::make_certificate({.name = "a.test"}, &issuer)}, "a.test").made_by;
    };
    EXPECT_EQ(made_by("Let's Encrypt"), certificate_maker::lets_encrypt);
    EXPECT_EQ(made_by("(STAGING) Let's Encrypt"), certificate_maker::lets_encrypt_staging);
    EXPECT_EQ(made_by("Somebody"), certificate_maker::somebody);
}

TEST_F(peer_certificates, hostile_names_are_bounded_and_harmless)
{
    std::string many = "DNS:a0.test";
    for (int i = 1; i < 150; ++i)
        many += ",DNS:a" + std::to_string(i) + ".test";
    const auto got = ask({test::make_certificate({.name = "evil\n\x1b[31m", .alternatives = many})}, "a.test");
    EXPECT_EQ(got.subject, "CN=evil\\0A\\1B[31m");
    EXPECT_EQ(got.names.size(), 100U);
    EXPECT_EQ(got.more_names, 50U);
}

TEST_F(peer_certificates, a_server_without_tls_is_told)
{
    const auto plain = ask_server(
        [](io::runtime& on, open_socket s) -> io::task<> {
            io::descriptor d(on.executor(), s.release(), io::ownership::owned);
            std::array<char, 2'000> hello{};
            EXPECT_TRUE(co_await d.read_some(hello, io::deadline::after(5s)));
            EXPECT_TRUE(co_await d.write_all("HTTP/1.1 400 Bad Request\r\n\r\n", io::deadline::after(5s)));
        },
        "a.test"
    );
    ASSERT_FALSE(plain);
    EXPECT_EQ(plain.error().code, condition::invalid_argument);
    EXPECT_THAT(plain.error().message, HasSubstr("does not speak TLS"));
    const auto closes = ask_server([](io::runtime&, open_socket) -> io::task<> { co_return; }, "a.test");
    ASSERT_FALSE(closes);
    EXPECT_EQ(closes.error().code, condition::unavailable);
}

TEST_F(peer_certificates, a_server_that_hangs_is_given_up_in_time)
{
    const auto begun = std::chrono::steady_clock::now();
    const auto got = ask_server(
        [](io::runtime&, open_socket) -> io::task<> { static_cast<void>(co_await io::sleep(30s)); }, "a.test", 50ms
    );
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

TEST_F(peer_certificates, a_file_of_authorities_that_is_none_is_named)
{
    const auto ask_trusting = [&](const std::filesystem::path& file) {
        return test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<result<peer_certificate>> {
            auto l = listener::open(on.executor(), {.host = "127.0.0.1", .port = 0});
            co_return co_await read_peer_certificate(
                on.executor(),
                on.pool(),
                {.server = {"localhost", l->local().port}, .trust = {file}},
                io::deadline::after(5s)
            );
        });
    };
    EXPECT_EQ(ask_trusting(folder / "nowhere.pem").error().code, condition::not_found);
    EXPECT_EQ(ask_trusting("/dev/null").error().code, condition::invalid_argument);
}

TEST(dialling, a_server_that_is_not_there_is_named_with_the_reason)
{
    const auto ask = [](const host_and_port& at) {
        return test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<result<peer_certificate>> {
            co_return co_await read_peer_certificate(on.executor(), on.pool(), {.server = at}, io::deadline::after(5s));
        });
    };
    const auto refused = ask({"127.0.0.1", 1}).error();
    EXPECT_EQ(refused.code, condition::unavailable);
    EXPECT_EQ(refused.message, "cannot connect to 127.0.0.1:1: nothing listens there");
    EXPECT_EQ(ask({"a b", 1}).error().code, condition::invalid_argument);
    EXPECT_EQ(ask({std::string(64, 'a') + ".test", 443}).error().code, condition::not_found);
}

} // namespace
} // namespace basekeeper::net
