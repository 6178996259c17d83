// Every shape in which people hold a connection, and the guarantee that nothing wrong in one shows a password.
#include "ways/connection_text.hpp"

#include <gmock/gmock.h>

#include <random>

namespace basekeeper::ways {
namespace {

using testing::HasSubstr;
using testing::Not;

connection_info must_read(std::string_view text)
{
    auto got = read_connection(text);
    EXPECT_TRUE(got) << text << ": " << (got ? "" : describe(got.error()));
    return got ? *std::move(got) : connection_info{};
}

/// `user:password@host:port/database`.
std::string parts(const pg::target& to)
{
    return to.user + ':' + to.password.reveal() + '@' + to.host + ':' + std::to_string(to.port) + '/' + to.database;
}

std::string parts(std::string_view text)
{
    return parts(must_read(text).given);
}

TEST(connection_text, the_same_connection_is_read_from_every_shape)
{
    constexpr auto expected = "me:p@s;s'w/d@db.test:6000/app";
    EXPECT_EQ(parts("postgres://me:p@s;s'w/d@db.test:6000/app"), expected);
    EXPECT_EQ(parts("postgresql://me:p%40s%3Bs%27w%2Fd@db.test:6000/app"), expected);
    EXPECT_EQ(parts(R"(host=db.test port=6000 user=me password='p@s;s\'w/d' dbname=app)"), expected);
    EXPECT_EQ(parts("jdbc:postgresql://db.test:6000/app?user=me&password=p@s;s'w/d"), expected);
    EXPECT_EQ(parts("Host=db.test;Port=6000;Username=me;Password=\"p@s;s'w/d\";Database=app"), expected);
    EXPECT_EQ(parts("PGHOST=db.test\nPGPORT=6000\nPGUSER=me\nPGPASSWORD=p@s;s'w/d\nPGDATABASE=app"), expected);
    EXPECT_EQ(
        parts("POSTGRES_HOST=db.test\nPOSTGRES_PORT=6000\nPOSTGRES_USER=me\nPOSTGRES_PASSWORD=\"p@s;s'w/d\"\n"
              "POSTGRES_DB=app"),
        expected
    );
    EXPECT_EQ(parts("DB_HOST=db.test\nDB_PORT=6000\nDB_USERNAME=me\nDB_PASSWORD=p@s;s'w/d\nDB_DATABASE=app"), expected);
    EXPECT_EQ(parts("export DATABASE_URL=\"postgres://me:p%40s;s'w/d@db.test:6000/app\" # the app"), expected);
    EXPECT_EQ(
        parts("ConnectionStrings__Default=Server=db.test:6000;User Id=me;Pwd=\"p@s;s'w/d\";Database=app"), expected
    );
    EXPECT_EQ(
        parts("SPRING_DATASOURCE_URL=jdbc:postgresql://db.test:6000/app\nSPRING_DATASOURCE_USERNAME=me\n"
              "SPRING_DATASOURCE_PASSWORD=p@s;s'w/d"),
        expected
    );
    EXPECT_EQ(parts("'postgresql+asyncpg://me:p%40s;s%27w%2Fd@db.test:6000/app'"), expected);
}

TEST(connection_text, the_shape_is_told)
{
    EXPECT_EQ(must_read("postgres://h").shape, shape::url);
    EXPECT_EQ(must_read("host=h password=a;b").shape, shape::keywords);
    EXPECT_EQ(must_read("host=h password=a;b").given.password.reveal(), "a;b");
    EXPECT_EQ(must_read("jdbc:postgresql://h/d").shape, shape::jdbc);
    EXPECT_EQ(must_read("Host=h").shape, shape::dotnet);
    EXPECT_EQ(must_read("host=h;user id=u").shape, shape::dotnet);
    EXPECT_EQ(must_read("PGHOST=h").shape, shape::variables);
}

TEST(connection_text, passwords_keep_every_special_character)
{
    const std::string_view passwords[] = {
        "a@b",
        "a:b",
        "a/b",
        "a#b",
        "a?b",
        "a@b:c/d#e?f",
        "#",
        "?",
        "@",
        "a%b",
        "50%zz",
        "a b",
        "$x",
        "p=q&r",
        "[x]",
        "ä€"
    };
    for (const auto password : passwords) {
        const std::string p(password);
        EXPECT_EQ(must_read("postgres://u:" + p + "@h:5432/d?sslmode=require").given.password.reveal(), p);
        EXPECT_EQ(must_read("DATABASE_URL='postgres://u:" + p + "@h:5432/d'").given.password.reveal(), p);
        EXPECT_EQ(must_read("POSTGRES_PASSWORD='" + p + "'").given.password.reveal(), p);
        EXPECT_EQ(must_read("Host=h;Password=\"" + p + "\"").given.password.reveal(), p);
    }
}

TEST(connection_text, tls_is_read_in_the_words_of_every_driver)
{
    EXPECT_EQ(must_read("Host=h;SSL Mode=VerifyFull").given.tls, pg::tls_mode::verify_full);
    EXPECT_EQ(must_read("Host=h;SslMode=Require;Trust Server Certificate=true").given.tls, pg::tls_mode::require);
    EXPECT_EQ(must_read("jdbc:postgresql://h/d?ssl=true").given.tls, pg::tls_mode::require);
    EXPECT_EQ(must_read("jdbc:postgresql://h/d?sslmode=disable").given.tls, pg::tls_mode::disable);
    EXPECT_EQ(must_read("PGHOST=h\nPGSSLMODE=verify-ca").given.tls, pg::tls_mode::verify_ca);
    EXPECT_EQ(must_read("jdbc:postgresql:app").given.database, "app");
}

constexpr std::string_view stack_env = R"(
############
# Secrets
############
POSTGRES_PASSWORD=s3cret # change me
JWT_SECRET=your-super-secret-jwt-token
ANON_KEY=eyJ.x.y

# Database
POSTGRES_HOST=db
POSTGRES_DB=postgres
POSTGRES_PORT=5432

POOLER_PROXY_PORT_TRANSACTION=6544
POOLER_DEFAULT_POOL_SIZE=20
POOLER_TENANT_ID=shop
API_EXTERNAL_URL=http://localhost:8000
SUPABASE_PUBLIC_URL=https://base.example.com:8443/x
SMTP_PASS="a b"
)";

TEST(connection_text, the_env_of_a_stack_tells_about_its_pooler)
{
    const auto info = must_read(stack_env);
    EXPECT_EQ(parts(info.given), "postgres:s3cret@db:5432/postgres");
    EXPECT_EQ(info.tenant, "shop");
    EXPECT_EQ(info.session_port, 5432);
    EXPECT_EQ(info.transaction_port, 6544);
    EXPECT_EQ(info.outside_host, "base.example.com");
    EXPECT_EQ(info.api_url, "https://base.example.com:8443/x");
}

TEST(connection_text, whole_connections_come_before_parts_and_further_ones_are_kept)
{
    const auto info = must_read("POSTGRES_PASSWORD=x\nDATABASE_URL=postgres://u:p@h:6543/d?pgbouncer=true\n"
                                "DIRECT_URL=postgres://u:p@h:5432/d\nOTHER_URL=https://x");
    EXPECT_EQ(parts(info.given), "u:p@h:6543/d");
    ASSERT_EQ(info.also.size(), 1U);
    EXPECT_EQ(parts(info.also.front()), "u:p@h:5432/d");
}

TEST(connection_text, references_between_variables_are_followed)
{
    EXPECT_EQ(
        parts("POSTGRES_PASSWORD=pw\nPOSTGRES_DB=app\n"
              "DATABASE_URL=postgresql://${POSTGRES_USER:-me}:${POSTGRES_PASSWORD}@h:5432/$POSTGRES_DB"),
        "me:pw@h:5432/app"
    );
    EXPECT_EQ(must_read("POSTGRES_PASSWORD='${X}'\nPGPASSWORD=pa$$word").given.password.reveal(), "pa$$word");
    const auto missing = read_connection("DATABASE_URL=postgres://u:${PASSWORD}@h/d");
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("DATABASE_URL refers to a variable"));
}

TEST(connection_text, the_placeholder_of_a_dashboard_is_named)
{
    for (const auto* text :
         {"postgresql://postgres:[YOUR-PASSWORD]@db.abcdefghijkl.supabase.co:5432/postgres",
          "DATABASE_URL=\"postgresql://postgres.abc:[YOUR-PASSWORD]@aws-0-eu-central-1.pooler.supabase.com:6543/"
          "postgres\"",
          "Host=h;Password=<your_password>"})
    {
        const auto got = read_connection(text);
        ASSERT_FALSE(got) << text;
        EXPECT_THAT(got.error().message, HasSubstr("placeholder"));
    }
}

TEST(connection_text, wrong_texts_name_shape_and_part_and_never_a_value)
{
    struct wrong_text
    {
        std::string_view text;
        std::string_view part;
    };

    const wrong_text all[] = {
        {"", "empty"},
        {"s3cret", "begins neither"},
        {"mysql://u:s3cret@h/d", "begins neither"},
        {"jdbc:mysql://h/d?password=s3cret", "JDBC URL, is wrong: it is of another database"},
        {"postgres://u:s3cret@h:s3cret/d", "read as a URL, is wrong: the port"},
        {"postgresql+x://u:s3cret@h:s3cret/d", "read as a URL, is wrong: the port"},
        {"host=h port=s3cret", "read as keywords, is wrong: the port"},
        {"jdbc:postgresql://h:s3cret/d", "read as a JDBC URL, is wrong: the port"},
        {"jdbc:postgresql://h/d?user=u&password=a&s3cret", "setting 3 after '?'"},
        {"Host=h;Port=s3cret;Password=s3cret", "read as a .NET string, is wrong: the port"},
        {"Host=h;Password=a;s3cret=1", "the key of part 3"},
        {"Host=h;Password=a;s3cret", "part 3 between ';' has no '='"},
        {"Host=h;Password=\"s3cret", "the value of part 2 has no closing quote"},
        {"Host=h;Ssl Mode=s3cret", "sslmode"},
        {"PGHOST=h\nPGPORT=s3cret", "PGPORT: the port"},
        {"PGHOST=h\ns3cret", "line 2 of the variables"},
        {"PGHOST=h\nPGPASSWORD=\"s3cret", "line 2 of the variables: the quote"},
        {"DATABASE_URL=postgres://u:s3cret@h:s3cret/d", "DATABASE_URL: read as a URL, is wrong: the port"},
        {"JWT_SECRET=s3cret", "no variable in it holds a connection"},
        {"PGHOST=h\nPOOLER_TENANT_ID=t\nPOSTGRES_PORT=s3cret", "POSTGRES_PORT: the port"},
    };
    for (const auto& [text, part] : all) {
        const auto got = read_connection(text);
        ASSERT_FALSE(got) << text;
        EXPECT_EQ(got.error().code, condition::invalid_argument) << text;
        EXPECT_THAT(got.error().message, HasSubstr(std::string(part)));
        EXPECT_THAT(describe(got.error()), Not(HasSubstr("s3cret")));
        EXPECT_FALSE(got.error().hint.empty()) << text;
    }
}

TEST(connection_text, what_was_read_is_written_and_read_again_without_the_rest)
{
    for (const auto text :
         {stack_env,
          std::string_view("postgres://u:it's@h/d"),
          std::string_view("DATABASE_URL=postgres://u:a'b@h:6543/d\nDIRECT_URL=postgres://u:a'b@h/d"),
          std::string_view("Host=h;Password=\"a;b\"")})
    {
        const auto first = must_read(text);
        const auto written = to_text(first);
        EXPECT_THAT(written.reveal(), Not(HasSubstr("JWT")));
        const auto again = must_read(written.reveal());
        EXPECT_EQ(first.given, again.given) << pg::describe(again.given);
        EXPECT_EQ(first.also, again.also);
        EXPECT_EQ(first.tenant, again.tenant);
        EXPECT_EQ(first.session_port, again.session_port);
        EXPECT_EQ(first.transaction_port, again.transaction_port);
        EXPECT_EQ(first.outside_host, again.outside_host);
    }
}

TEST(connection_text, any_bytes_give_a_connection_or_an_error_without_the_password)
{
    std::minstd_rand random(11);
    constexpr std::string_view pieces[] = {
        "postgres://",
        "Host=",
        "PGHOST=h\n",
        "jdbc:postgresql:",
        "//",
        "@",
        ":",
        "/",
        "?",
        "&",
        "=",
        ";",
        "\"",
        "'",
        "\n",
        "${",
        "}",
        "password=",
        "hunter2secret",
        "sslmode=",
        " ",
        "#",
        "%",
        "5432",
        "user=u",
        "[",
        "]",
        "\\",
        "\r"
    };
    for (int round = 0; round < 30'000; ++round) {
        std::string text;
        for (auto n = 1 + (random() % 12); n > 0; --n)
            text += pieces[random() % std::size(pieces)];
        const auto got = read_connection(text);
        if (!got)
            ASSERT_THAT(describe(got.error()), Not(HasSubstr("hunter2secret"))) << text;
    }
}

} // namespace
} // namespace basekeeper::ways
