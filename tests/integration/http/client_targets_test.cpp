// Servers that public DNS and authorities do not know: reached at an address, verified by a pinned key, and their
// connections never used for anybody else.
#include "http/client.hpp"
#include "http/test_rig.hpp"
#include "support/certificates.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

namespace basekeeper::http {
namespace {

using namespace test_rig;
using testing::HasSubstr;

/// A server with TLS that keeps connections open, its certificate for `studio.test` signed by itself.
struct targets : testing::Test
{
    targets() : own(test::make_certificate({.name = "studio.test", .alternatives = "DNS:studio.test"}))
    {
        std::string name = std::filesystem::temp_directory_path() / "basekeeper-targets-XXXXXX";
        folder = ::mkdtemp(name.data());
        authority = folder / "chain.pem";
        test::write_certificate({own}, authority, folder / "key.pem");
        context = *net::tls_context::load({.certificate_chain = authority, .private_key = folder / "key.pem"});
    }

    ~targets() override { std::filesystem::remove_all(folder); }

    /// Sends all requests, one after the other, by one client. `{}` in a URL or an address is the port of the server.
    std::vector<result<client_response>> send_all(std::vector<client_request> all, client_settings how = {})
    {
        std::vector<result<client_response>> out;
        test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
            rig r(on, [](request asked, exchange& with) -> io::task<> {
                with.respond({.body = std::string(asked.headers.find("host").value_or("none"))});
                co_return;
            });
            const auto at = *r.served.listen({.host = "127.0.0.1", .port = 0}, context);
            client c(on.executor(), on.pool(), how);
            const auto fill = [&](std::string text) {
                if (const auto gap = text.find("{}"); gap != std::string::npos)
                    text.replace(gap, 2, std::to_string(at.port));
                return text;
            };
            for (auto& one : all) {
                one.url = fill(one.url);
                if (one.reach)
                    one.reach = fill(*one.reach);
                out.push_back(co_await c.send(one, io::deadline::after(10s)));
            }
            connections = r.served.counts().connections;
            EXPECT_TRUE(co_await c.close(io::deadline::after(5s)));
            co_await r.stop();
        });
        return out;
    }

    test::made_certificate own;
    std::filesystem::path folder;
    std::filesystem::path authority;
    std::shared_ptr<net::tls_context> context;
    std::size_t connections = 0;
};

std::string told(const result<client_response>& r)
{
    return r ? "answered: " + r->body : std::string(to_string(r.error().code)) + ": " + describe(r.error());
}

TEST_F(targets, a_name_that_nobody_resolves_is_reached_at_its_address_and_still_verified)
{
    const auto got = send_all(
        {{.url = "https://studio.test/", .reach = "127.0.0.1:{}"},
         {.url = "https://studio.test:8443/", .reach = "localhost:{}"},
         {.url = "https://other.test/", .reach = "127.0.0.1:{}"},
         {.url = "https://studio.test:{}/"}},
        {.certificates = authority}
    );
    EXPECT_EQ(told(got[0]), "answered: studio.test");
    EXPECT_EQ(told(got[1]), "answered: studio.test:8443");
    ASSERT_FALSE(got[2]) << "the certificate is for another name";
    EXPECT_EQ(got[2].error().code, condition::denied);
    EXPECT_THAT(got[2].error().message, HasSubstr("other.test (reached at 127.0.0.1:"));
    EXPECT_FALSE(got[3]) << "without an address to reach, the name has to resolve, whatever connections there are";
}

TEST_F(targets, a_proxy_of_the_environment_is_not_asked_for_an_address)
{
    ::setenv("https_proxy", "http://127.0.0.1:1", 1);
    const auto got = send_all({{.url = "https://studio.test/", .reach = "127.0.0.1:{}"}}, {.certificates = authority});
    ::unsetenv("https_proxy");
    EXPECT_EQ(told(got[0]), "answered: studio.test");
}

TEST_F(targets, the_pinned_key_is_all_that_is_verified)
{
    const auto pin = test::pin_of(own);
    const auto got =
        send_all({{.url = "https://127.0.0.1:{}/", .pin = pin}, {.url = "https://localhost:{}/", .pin = pin}});
    EXPECT_THAT(told(got[0]), HasSubstr("answered: 127.0.0.1:"));
    EXPECT_THAT(told(got[1]), HasSubstr("answered: localhost:"));
}

TEST_F(targets, an_expired_certificate_with_the_pinned_key_is_taken)
{
    own = test::make_certificate({.name = "old.test", .begins_in_seconds = -7'200, .ends_in_seconds = -3'600});
    test::write_certificate({own}, authority, folder / "key.pem");
    ASSERT_TRUE(context->reload());
    const auto got = send_all({{.url = "https://localhost:{}/", .pin = test::pin_of(own)}});
    EXPECT_THAT(told(got[0]), HasSubstr("answered"));
}

TEST_F(targets, another_key_is_denied_with_the_way_out)
{
    const auto other = test::pin_of(test::make_certificate({.name = "studio.test"}));
    const auto trusted =
        send_all({{.url = "https://studio.test/", .reach = "127.0.0.1:{}", .pin = other}}, {.certificates = authority});
    ASSERT_FALSE(trusted[0]) << "also where an authority vouches for it";
    EXPECT_EQ(trusted[0].error().code, condition::denied);
    EXPECT_THAT(trusted[0].error().message, HasSubstr("is not the one that is pinned"));
    EXPECT_THAT(trusted[0].error().hint, HasSubstr("pin the key of the new one"));
}

TEST_F(targets, connections_are_kept_among_requests_with_the_same_pin)
{
    const client_request one{.url = "https://localhost:{}/", .pin = test::pin_of(own)};
    for (const auto& each : send_all({one, one, one}))
        EXPECT_TRUE(each) << told(each);
    EXPECT_EQ(connections, 1U);
}

TEST_F(targets, a_connection_verified_by_a_pin_serves_no_request_without_it)
{
    const auto got = send_all(
        {{.url = "https://localhost:{}/", .pin = test::pin_of(own)},
         {.url = "https://localhost:{}/"},
         {.url = "https://studio.test/", .reach = "127.0.0.1:{}", .pin = test::pin_of(own)},
         {.url = "https://studio.test/", .reach = "127.0.0.1:{}"}}
    );
    EXPECT_TRUE(got[0]) << told(got[0]);
    EXPECT_THAT(told(got[1]), HasSubstr("denied")) << "no authority vouches for it";
    EXPECT_TRUE(got[2]) << told(got[2]);
    EXPECT_THAT(told(got[3]), HasSubstr("denied"));
}

TEST_F(targets, a_connection_verified_by_an_authority_serves_no_request_with_a_pin)
{
    const auto other = test::pin_of(test::make_certificate({.name = "studio.test"}));
    const client_request plain{.url = "https://studio.test/", .reach = "127.0.0.1:{}"};
    auto pinned = plain;
    pinned.pin = test::pin_of(own);
    auto mispinned = plain;
    mispinned.pin = other;
    const auto got = send_all({plain, mispinned, pinned, mispinned}, {.certificates = authority});
    EXPECT_TRUE(got[0]) << told(got[0]);
    EXPECT_THAT(told(got[1]), HasSubstr("denied"));
    EXPECT_TRUE(got[2]) << told(got[2]);
    EXPECT_THAT(told(got[3]), HasSubstr("denied")) << "not over the connection with the right pin either";
}

TEST_F(targets, more_pins_than_are_kept_at_once_still_work)
{
    std::vector<client_request> all;
    for (int i = 0; i < 70; ++i)
        all.push_back({.url = "https://localhost:{}/", .pin = test::pin_of(test::make_certificate({.name = "x"}))});
    all.push_back({.url = "https://localhost:{}/", .pin = test::pin_of(own)});
    const auto got = send_all(all);
    EXPECT_EQ(std::ranges::count_if(got, [](const auto& r) { return !r; }), 70);
    EXPECT_TRUE(got.back()) << told(got.back());
}

} // namespace
} // namespace basekeeper::http
