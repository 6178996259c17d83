// TLS to a real server: what each sslmode accepts, and the cause and the next step of every refusal.
#include "integration/pg/certificates.hpp"
#include "integration/pg/database.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace basekeeper::pg {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// One authority, one server with its certificate for "localhost", which asks for TLS and a password.
struct tls_server
{
    test::certificate_authority authority;
    test::postgres_server server{
        {.tcp = test::login::scram, .certificate = authority.issue("localhost"), .plain = test::plain_tcp::refused}
    };

    target by(tls_mode mode, std::string host = "localhost") const
    {
        auto to = parse_target(server.tcp_url()).value();
        to.host = std::move(host);
        to.tls = mode;
        to.root_certificate = authority.root_file();
        return to;
    }
};

class tls_integration : public testing::Test
{
protected:
    static void SetUpTestSuite() { shared = std::make_unique<tls_server>(); }

    static void TearDownTestSuite() { shared.reset(); }

    static inline std::unique_ptr<tls_server> shared; // the servers of these tests start once
};

/// The TLS version of a connection that was made and used, "plain", or "error: …".
std::string version_seen(target to)
{
    return test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<std::string> {
        auto opened = co_await connection::open(on.executor(), on.pool(), to, soon());
        if (!opened)
            co_return "error: " + describe(opened.error());
        const auto seen =
            co_await scalar(*opened, "select coalesce(version, 'plain') from pg_stat_ssl where pid = pg_backend_pid()");
        EXPECT_EQ(opened->encrypted(), seen != "plain");
        co_return seen;
    });
}

error refusal(target to)
{
    return test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<error> {
        auto opened = co_await connection::open(on.executor(), on.pool(), to, soon());
        if (opened)
            co_return error{condition::internal, "it connected", ""};
        const auto& e = opened.error();
        EXPECT_FALSE(e.hint.empty()) << e.message;
        EXPECT_THAT(describe(e) + e.server_text, Not(HasSubstr(to.password.reveal())));
        co_return e;
    });
}

TEST_F(tls_integration, a_verified_certificate_encrypts_the_session)
{
    EXPECT_EQ(version_seen(shared->by(tls_mode::verify_full)), "TLSv1.3");
    EXPECT_EQ(version_seen(shared->by(tls_mode::verify_ca, "127.0.0.1")), "TLSv1.3");
    EXPECT_EQ(version_seen(shared->by(tls_mode::require)), "TLSv1.3");
}

TEST_F(tls_integration, the_whole_url_with_its_certificate_is_read)
{
    const auto url = "postgresql://postgres:" + shared->server.superuser_password() +
                     "@localhost:" + std::to_string(shared->server.port()) +
                     "/postgres?sslmode=verify-full&sslrootcert=" + shared->authority.root_file();
    EXPECT_EQ(version_seen(parse_target(url).value()), "TLSv1.3");
}

TEST_F(tls_integration, prefer_takes_tls_where_it_is_offered)
{
    auto to = shared->by(tls_mode::prefer);
    to.root_certificate.clear();
    EXPECT_EQ(version_seen(to), "TLSv1.3");
}

TEST_F(tls_integration, another_authority_is_denied_and_names_sslrootcert)
{
    const test::certificate_authority other;
    for (const auto mode : {tls_mode::verify_full, tls_mode::verify_ca}) {
        auto to = shared->by(mode);
        to.root_certificate = other.root_file();
        const auto e = refusal(to);
        EXPECT_EQ(e.code, condition::denied) << describe(e);
        EXPECT_THAT(e.message, HasSubstr("certificate"));
        EXPECT_THAT(e.hint, HasSubstr("sslrootcert"));
        to.root_certificate = "system";
        EXPECT_EQ(refusal(to).code, condition::denied);
    }
}

TEST_F(tls_integration, a_root_certificate_makes_require_check_it)
{
    // So libpq documents it for sslmode=require: a root file that is named is used.
    const test::certificate_authority other;
    auto to = shared->by(tls_mode::require);
    to.root_certificate = other.root_file();
    EXPECT_EQ(refusal(to).code, condition::denied);
    to.root_certificate.clear();
    EXPECT_EQ(version_seen(to), "TLSv1.3");
}

TEST_F(tls_integration, another_host_name_is_denied_and_says_so)
{
    const auto e = refusal(shared->by(tls_mode::verify_full, "127.0.0.1"));
    EXPECT_EQ(e.code, condition::denied) << describe(e);
    EXPECT_THAT(e.message, HasSubstr("made for another host name"));
    EXPECT_THAT(e.hint, HasSubstr("verify-ca"));
    EXPECT_THAT(e.server_text, HasSubstr("localhost"));
}

TEST_F(tls_integration, an_expired_certificate_is_denied)
{
    const test::certificate_authority authority;
    const test::postgres_server server({.certificate = authority.issue("localhost", test::validity::expired)});
    auto to = parse_target(server.tcp_url()).value();
    to.host = "localhost";
    to.tls = tls_mode::verify_full;
    to.root_certificate = authority.root_file();
    const auto e = refusal(to);
    EXPECT_EQ(e.code, condition::denied) << describe(e);
    EXPECT_THAT(e.message, HasSubstr("expired"));
}

TEST_F(tls_integration, a_root_certificate_that_is_missing_or_no_certificate_is_an_invalid_argument)
{
    auto to = shared->by(tls_mode::verify_full);
    to.root_certificate = "/nonexistent/root.pem";
    auto e = refusal(to);
    EXPECT_EQ(e.code, condition::invalid_argument) << describe(e);
    EXPECT_THAT(e.message, HasSubstr("was not found"));
    EXPECT_THAT(e.hint, HasSubstr("sslrootcert"));

    const auto empty = shared->authority.root_file() + ".empty";
    std::ofstream(empty) << "this is no certificate\n";
    to.root_certificate = empty;
    e = refusal(to);
    EXPECT_EQ(e.code, condition::invalid_argument) << describe(e);
    EXPECT_THAT(e.message, HasSubstr("cannot be read"));
}

TEST_F(tls_integration, a_server_that_takes_tls_only_says_which_sslmode_to_set)
{
    const auto e = refusal(shared->by(tls_mode::disable));
    EXPECT_EQ(e.code, condition::denied) << describe(e);
    EXPECT_THAT(e.message, HasSubstr("encrypted connections only"));
    EXPECT_THAT(e.hint, HasSubstr("sslmode=require"));
}

TEST_F(tls_integration, a_server_without_tls_is_refused_when_tls_is_required)
{
    auto to = parse_target(test::shared_server().tcp_url()).value();
    to.root_certificate = shared->authority.root_file();
    for (const auto mode : {tls_mode::require, tls_mode::verify_ca, tls_mode::verify_full}) {
        to.tls = mode;
        const auto e = refusal(to);
        EXPECT_EQ(e.code, condition::invalid_argument) << describe(e);
        EXPECT_THAT(e.message, HasSubstr("does not offer TLS"));
        EXPECT_THAT(e.hint, HasSubstr("ssl = on"));
    }
}

TEST_F(tls_integration, a_wrong_password_over_tls_is_told_as_such)
{
    auto to = shared->by(tls_mode::verify_full);
    to.password = crypto::secret<std::string>("wr0ng-over-tls");
    const auto e = refusal(to);
    EXPECT_EQ(e.code, condition::denied);
    EXPECT_EQ(e.sqlstate, "28P01");
}

io::task<> use_heavily(io::runtime& on, target to)
{
    auto opened = co_await connection::open(on.executor(), on.pool(), to, soon());
    EXPECT_TRUE(opened) << (opened ? "" : describe(opened.error()));
    if (!opened)
        co_return;
    caps all{.max_rows = 100'000, .max_bytes = std::size_t{64} << 20U};
    statement wide{.sql = "select n, repeat('x', 1000) from generate_series(1, 20000) n"};
    const auto rows = co_await opened->query(wide, all, overflow::drain, soon());
    EXPECT_TRUE(rows && rows->rows.size() == 20'000U) << (rows ? "" : describe(rows.error()));
    statement sent{.sql = "select length($1)", .params = {{std::string(3'000'000, 'y')}}};
    const auto length = co_await opened->query(sent, all, overflow::drain, soon());
    EXPECT_TRUE(length && length->rows.value(0, 0) == "3000000") << (length ? "" : describe(length.error()));
    std::vector<statement> many(200, statement{.sql = "select repeat('z', 5000)"});
    const auto ran = co_await opened->run(std::move(many), all, soon());
    EXPECT_TRUE(ran && ran->ok() && ran->results.size() == 200U);
    const auto slow = co_await opened->query("select pg_sleep(30)", {}, io::deadline::after(200ms));
    EXPECT_TRUE(!slow && slow.error().code == condition::timeout);
    EXPECT_FALSE(opened->broken()) << "the request to cancel is encrypted or plain, but arrives";
    EXPECT_EQ(co_await scalar(*opened, "select 1"), "1");
}

TEST_F(tls_integration, large_answers_large_values_pipelines_and_cancels_pass_through)
{
    test::run_on_fresh_runtime([&](io::runtime& on) { return use_heavily(on, shared->by(tls_mode::verify_full)); });
}

io::task<> share_lanes(io::runtime& on, target to)
{
    pool lanes(on.executor(), on.pool(), to, pool_settings{});
    for (int i = 0; i < 50; ++i) {
        const auto got = co_await lanes.run_shared({.sql = "select " + std::to_string(i)}, caps{}, soon());
        EXPECT_TRUE(got && got->rows.value(0, 0) == std::to_string(i)) << (got ? "" : describe(got.error()));
    }
    co_await lanes.close(soon());
}

TEST_F(tls_integration, lanes_answer_over_tls)
{
    test::run_on_fresh_runtime([&](io::runtime& on) { return share_lanes(on, shared->by(tls_mode::verify_full)); });
}

} // namespace
} // namespace basekeeper::pg
