// Where settings come from, in which order, and what is refused.
#include "config/test_sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace basekeeper::config {
namespace {

using namespace config::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(config_defaults, hold_without_any_source)
{
    const auto s = settings_of(with_environment({}));
    EXPECT_EQ(*s.profile, profile::development);
    EXPECT_FALSE(*s.read_only);
    EXPECT_EQ(*s.confirmation, confirmation::destructive);
    EXPECT_EQ(*s.limits.max_rows, 1000U);
    EXPECT_EQ(*s.limits.max_result_bytes, 262'144U);
    EXPECT_EQ(*s.limits.statement_timeout, std::chrono::seconds(30));
    EXPECT_EQ(*s.audit.retention, std::chrono::days(90));
    EXPECT_EQ(*s.state_dir, "/home/ada/.local/state/basekeeper");
    EXPECT_TRUE(s.instances.empty());
    EXPECT_EQ(shown(s, "limits.max_rows"), "1000 | default");
}

TEST(config_profiles, production_is_read_only_and_confirms_always)
{
    const auto s = settings_of(with_file("profile = 'production'"));
    EXPECT_TRUE(*s.read_only);
    EXPECT_EQ(*s.confirmation, confirmation::always);
    EXPECT_EQ(shown(s, "read_only"), "true | profile production");
    EXPECT_EQ(shown(s, "profile"), "production | c.toml:1");
}

TEST(config_profiles, staging_confirms_always_but_writes)
{
    const auto s = settings_of(with_environment({{"BASEKEEPER_PROFILE", "staging"}}));
    EXPECT_FALSE(*s.read_only);
    EXPECT_EQ(*s.confirmation, confirmation::always);
}

TEST(config_profiles, give_way_to_anything_more_specific)
{
    const auto s = settings_of(with_file("read_only = false", {{"BASEKEEPER_PROFILE", "production"}}));
    EXPECT_FALSE(*s.read_only);
    EXPECT_EQ(shown(s, "read_only"), "false | c.toml:1");
}

TEST(config_sources, flags_beat_environment_beats_file_beats_default)
{
    const std::string file = "[limits]\nmax_rows = 2\n";
    EXPECT_EQ(shown(settings_of(with_file(file)), "limits.max_rows"), "2 | c.toml:2");
    const text_map environment{{"BASEKEEPER_LIMITS_MAX_ROWS", "3"}};
    EXPECT_EQ(shown(settings_of(with_file(file, environment)), "limits.max_rows"), "3 | BASEKEEPER_LIMITS_MAX_ROWS");
    EXPECT_EQ(
        shown(settings_of(with_file(file, environment, {{"limits.max_rows", "4"}})), "limits.max_rows"),
        "4 | --limits-max-rows"
    );
}

TEST(config_sources, every_key_can_be_set_by_variable_and_by_flag)
{
    const text_map good{
        {"profile", "staging"},
        {"read_only", "true"},
        {"confirmation", "always"},
        {"pinned_instance", "shop"},
        {"features", "a,b"},
        {"tools", "compact"},
        {"state_dir", "/s"},
        {"key_file", "/k"},
        {"log.level", "debug"},
        {"log.format", "json"},
        {"limits.max_result_bytes", "2048"},
        {"limits.max_rows", "7"},
        {"limits.statement_timeout_ms", "7"},
        {"limits.call_timeout_ms", "700"},
        {"limits.task_timeout_ms", "700"},
        {"pool.max_connections", "7"},
        {"audit.retention_days", "7"},
        {"local.postgres_bin", "/usr/lib/postgresql/15/bin"},
        {"local.user", "somebody"},
        {"smtp.host", "smtp.example.org"},
        {"smtp.port", "465"},
        {"smtp.user", "somebody"},
        {"smtp.sender", "a@example.org"},
        {"smtp.sender_name", "A"},
        {"http.listen", "[::1]:8420"},
        {"http.public_url", "https://db.example.com/mcp"},
        {"http.allowed_origins", "https://app.example.com"},
        {"http.allowed_hosts", "db.example.com"},
        {"http.trusted_proxies", "127.0.0.1,10.0.0.0/8"},
        {"http.tls_certificate", "/c"},
        {"http.tls_key", "/k"},
        {"http.max_sessions", "7"},
        {"http.max_streams", "7"},
        {"http.max_body_bytes", "2048"},
        {"http.session_idle", "7m"},
        {"auth.mode", "required"},
        {"auth.jwks", "/etc/jwks.json"},
        {"auth.issuer", "https://as.example"},
        {"auth.audience", "api"},
        {"auth.authorization_servers", "https://as.example"},
        {"auth.algorithms", "RS256,EdDSA"},
        {"auth.supabase_scopes", "database:read"},
        {"rate.per_principal", "7"},
        {"rate.per_address", "7"},
        {"block.after_failures", "7"},
        {"block.for", "7h"},
        {"block.window", "7m"},
    };
    for (const auto& known : known_keys()) {
        if (known.key == "master_key" || known.key == "passphrase" || known.key == "auth.jwt_secret" ||
            known.key == "smtp.password")
            continue;
        ASSERT_TRUE(good.contains(known.key)) << known.key;
        const auto& value = good.at(known.key);
        EXPECT_EQ(
            shown(settings_of(with_environment({{environment_name(known.key), value}})), known.key),
            value + " | " + environment_name(known.key)
        );
        auto flagged = with_environment({});
        flagged.flags[known.key] = value;
        EXPECT_EQ(shown(settings_of(flagged), known.key), value + " | " + flag_name(known.key));
    }
}

TEST(config_sources, empty_variables_count_as_unset)
{
    EXPECT_EQ(*settings_of(with_environment({{"BASEKEEPER_LIMITS_MAX_ROWS", ""}})).limits.max_rows, 1000U);
    EXPECT_TRUE(settings_of(with_environment({{"DATABASE_URL", ""}})).instances.empty());
}

TEST(config_sources, weaker_values_are_checked_too)
{
    EXPECT_THAT(error_of(with_file("read_only = 7", {}, {{"read_only", "true"}})).message, HasSubstr("c.toml:1"));
}

TEST(config_sources, master_key_and_passphrase_come_from_the_environment_only)
{
    const auto e = error_of(with_file("passphrase = 'opensesame'"));
    EXPECT_THAT(e.message, AllOf(HasSubstr("c.toml:1"), HasSubstr("environment only"), Not(HasSubstr("opensesame"))));
    EXPECT_THAT(e.hint, HasSubstr("BASEKEEPER_PASSPHRASE"));
    EXPECT_FALSE(read(with_file("", {}, {{"master_key", "00"}})));
    const auto s = settings_of(with_environment({{"BASEKEEPER_PASSPHRASE", "opensesame"}}));
    EXPECT_EQ(s.passphrase->reveal(), "opensesame");
    EXPECT_EQ(shown(s, "passphrase"), "**** | BASEKEEPER_PASSPHRASE");
}

TEST(config_errors, name_place_key_allowed_and_nearest)
{
    const auto unknown = error_of(with_file("\n[limits]\nmax_row = 5\n"));
    EXPECT_EQ(unknown.message, "c.toml:3: unknown key `limits.max_row`");
    EXPECT_EQ(unknown.hint, "did you mean `limits.max_rows`?");

    const auto type = error_of(with_file("read_only = 'yes'"));
    EXPECT_EQ(type.message, "c.toml:1: `read_only` is \"yes\", which is not true or false");

    const auto range = error_of(with_file("[limits]\nmax_rows = 50001"));
    EXPECT_EQ(range.message, "c.toml:2: `limits.max_rows` is 50001, which is not an integer from 1 to 50000");
    EXPECT_EQ(range.hint, "set `limits.max_rows` to an integer from 1 to 50000");

    const auto choice = error_of(with_environment({{"BASEKEEPER_LOG_LEVEL", "loud"}}));
    EXPECT_EQ(
        choice.message,
        "BASEKEEPER_LOG_LEVEL: `log.level` is \"loud\", which is not one of debug, info, warning, error, off"
    );

    const auto variable = error_of(with_environment({{"BASEKEEPER_LIMIT_MAX_ROWS", "5"}}));
    EXPECT_THAT(variable.hint, HasSubstr("BASEKEEPER_LIMITS_MAX_ROWS"));

    const auto flag = error_of(with_file("", {}, {{"read_onyl", "true"}}));
    EXPECT_EQ(flag.message, "--read-onyl: unknown key `read_onyl`");
    EXPECT_EQ(flag.hint, "did you mean `read_only`?");
}

TEST(config_errors, refuse_wrong_types_everywhere)
{
    for (const auto* text :
         {"read_only = 1",
          "read_only = []",
          "profile = 3",
          "profile = 'prod'",
          "limits = 5",
          "[limits]\nmax_rows = '5'",
          "[limits]\nmax_rows = 5.0",
          "[limits]\nmax_rows = -1",
          "[limits]\nmax_rows = 0",
          "[limits]\nmax_rows = 9223372036854775807",
          "[limits.max_rows]\na = 1",
          "features = 'a'",
          "features = [1]",
          "features = ['A b']",
          "state_dir = 'relative'",
          "state_dir = \"/a\\u0000b\"",
          "pinned_instance = 'Shop'",
          "log.level = 1979-05-27",
          "[nothing]",
          "[nothing]\na = 1",
          "instances = 5",
          "[instances]\nshop = 5",
          "[[instances]]\nname = 'x'",
          "[limits]\nmax_result_bytes = 1023",
          "[pool]\nmax_connections = 101",
          "[audit]\nretention_days = 0"})
        EXPECT_FALSE(read(with_file(text))) << text;
    for (const auto* text : {"", "5x", " 5", "0x10", "1e3", "99999999999999999999", "-5"}) {
        auto in = with_file("");
        in.flags["limits.max_rows"] = text;
        EXPECT_FALSE(read(in)) << text;
    }
}

TEST(config_errors, name_the_line_of_broken_toml_and_quote_nothing_of_it)
{
    const auto e = error_of(with_file("# one\n[instances.a]\ndatabase_url = postgres://u:hunter2@h/d\n"));
    EXPECT_THAT(e.message, AllOf(HasSubstr("c.toml:3:"), Not(HasSubstr("hunter2"))));
    for (const auto* text : {"a = 'hunter2", "hunter2", "a = hunter2", "a = \"\\hunter2\"", "a = 1hunter2"})
        EXPECT_THAT(describe(error_of(with_file(text))), Not(HasSubstr("hunter2"))) << text;
    EXPECT_FALSE(read(with_file("a = 1\n" + std::string(100, '\0') + "\xef")));
    EXPECT_THAT(error_of(with_file("a = 1\n# \x1b[2J")).message, HasSubstr("c.toml:2"));
    EXPECT_THAT(error_of(with_file("\n\xef\xb3\xbf = 1")).message, HasSubstr("c.toml:2: "));
    EXPECT_TRUE(read(with_file("# \xef\xb3\xbf\n[instances.a]\nkind = 'local'\ntags = ['\xef\xb3\xbf']")));
    EXPECT_FALSE(read(with_file("a = -\"b\xc6\xa5")));
    EXPECT_FALSE(read(with_file("[#")));
    EXPECT_FALSE(read(with_file("[limits]\n[=]\n")));
    EXPECT_FALSE(read(with_file("a = 1\na = 2")));
    EXPECT_FALSE(read(with_file("\xff\xfe")));
}

TEST(config_errors, refuse_what_would_exhaust_the_parser)
{
    std::string deep = "a";
    for (int i = 0; i < 5000; ++i)
        deep += ".a";
    EXPECT_THAT(error_of(with_file(deep + " = 1")).message, HasSubstr("nested"));
    EXPECT_FALSE(read(with_file("a = " + std::string(5000, '['))));
    EXPECT_FALSE(read(with_file("# " + std::string(20'000, 'x'))));
    std::string large;
    while (large.size() < 300'000)
        large += "# a comment\n";
    EXPECT_FALSE(read(with_file(large)));
    EXPECT_FALSE(read(with_file("x = \"\"\"\ntext\n\"\"\"")));
}

TEST(config_instances, are_read_from_tables)
{
    const auto s = settings_of(with_file(
        "[instances.shop]\nkind = 'dokploy'\ndatabase_url = 'postgresql://u:hunter2@h/d'\nurl = 'https://h'\n"
        "anon_key = 'aaa'\nservice_role_key = 'sss'\ntags = ['eu', 'b c']\n[instances.here]\nkind = 'local'\n"
    ));
    const auto& shop = s.instances.at("shop");
    EXPECT_EQ(*shop.kind, instance_kind::dokploy);
    EXPECT_EQ(shop.database_url->reveal(), "postgresql://u:hunter2@h/d");
    EXPECT_EQ(*shop.url, "https://h");
    EXPECT_EQ(shop.anon_key->reveal(), "aaa");
    EXPECT_EQ(shop.service_role_key->reveal(), "sss");
    EXPECT_THAT(*shop.tags, ::testing::ElementsAre("eu", "b c"));
    EXPECT_EQ(*s.instances.at("here").kind, instance_kind::local);
    EXPECT_EQ(shown(s, "instances.shop.database_url"), "**** | c.toml:3");
    EXPECT_EQ(shown(s, "instances.shop.tags"), "eu,b c | c.toml:7");
    for (const auto& line : describe(s))
        EXPECT_THAT(line.value, Not(HasSubstr("hunter2")));
}

TEST(config_instances, refuse_bad_tables_without_showing_secrets)
{
    const auto e = error_of(with_file("[instances.shop]\ndatabase_url = 'mysql://u:hunter2@h/d'\n"));
    EXPECT_EQ(
        e.message,
        "c.toml:2: the value of `instances.shop.database_url` is not a URI that starts with postgresql:// or "
        "postgres://, keywords (host=…), or a JDBC or .NET string"
    );
    EXPECT_EQ(error_of(with_file("[instances.shop]\ndatabse_url = 'x'")).hint, "did you mean `database_url`?");
    EXPECT_THAT(error_of(with_file("[instances.Shop]\nkind = 'local'")).message, HasSubstr("`Shop`"));
    EXPECT_THAT(error_of(with_file("[instances.\"a.b\"]\nkind = 'local'")).message, HasSubstr("`a.b`"));
    EXPECT_THAT(error_of(with_file("[instances.shop]")).message, HasSubstr("neither a database_url nor a url"));
    for (const auto* line :
         {"url = 'ftp://h'",
          "url = 'https://u:p@h'",
          "url = 'h'",
          "kind = 'docker'",
          "tags = ['']",
          "anon_key = ''",
          "service_role_key = 'a b'",
          "database_url = ['x']",
          "x.y = 1"})
        EXPECT_FALSE(read(with_file(std::string("[instances.shop]\nkind='local'\n") + line))) << line;
}

TEST(config_environment, database_and_supabase_variables_make_the_default_instance)
{
    const auto s = settings_of(with_environment(
        {{"DATABASE_URL", "postgres://u:p@h/d"},
         {"SUPABASE_URL", "https://abc.supabase.co"},
         {"SUPABASE_ANON_KEY", "aaa"},
         {"SUPABASE_SERVICE_ROLE_KEY", "sss"}}
    ));
    const auto& i = s.instances.at("default");
    EXPECT_EQ(*i.kind, instance_kind::cloud);
    EXPECT_EQ(i.database_url->reveal(), "postgres://u:p@h/d");
    EXPECT_EQ(*i.url, "https://abc.supabase.co");
    EXPECT_EQ(i.anon_key->reveal(), "aaa");
    EXPECT_EQ(i.service_role_key->reveal(), "sss");
    EXPECT_EQ(shown(s, "instances.default.anon_key"), "**** | SUPABASE_ANON_KEY");
}

TEST(config_environment, keys_alone_make_no_instance)
{
    EXPECT_TRUE(
        settings_of(with_environment({{"SUPABASE_ANON_KEY", "a"}, {"POSTGRES_PASSWORD", "p"}})).instances.empty()
    );
}

TEST(config_environment, postgres_variables_make_a_uri)
{
    const auto uri = [](text_map v) {
        return settings_of(with_environment(std::move(v))).instances.at("default").database_url->reveal();
    };
    EXPECT_EQ(uri({{"POSTGRES_HOST", "h"}}), "postgresql://postgres@h:5432/postgres");
    EXPECT_EQ(
        uri(
            {{"POSTGRES_HOST", "h"},
             {"POSTGRES_PORT", "6543"},
             {"POSTGRES_USER", "a@b"},
             {"POSTGRES_PASSWORD", "p/:@?"},
             {"POSTGRES_DB", "my db"}}
        ),
        "postgresql://a%40b:p%2F%3A%40%3F@h:6543/my%20db"
    );
    EXPECT_EQ(uri({{"POSTGRES_HOST", "::1"}}), "postgresql://postgres@[::1]:5432/postgres");
    EXPECT_EQ(uri({{"POSTGRES_HOST", "/run/pg"}}), "postgresql://postgres@/postgres?host=%2Frun%2Fpg&port=5432");
    EXPECT_EQ(uri({{"POSTGRES_HOST", "h"}, {"DATABASE_URL", "postgres://x/y"}}), "postgres://x/y");
    for (const auto* port : {"0", "65536", "x", "5432x", "-1"})
        EXPECT_THAT(
            error_of(with_environment({{"POSTGRES_HOST", "h"}, {"POSTGRES_PORT", port}})).message,
            HasSubstr("POSTGRES_PORT")
        );
}

TEST(config_environment, overrides_the_default_instance_of_the_file_and_adds_to_it)
{
    const std::string file = "[instances.default]\nkind = 'dokploy'\ndatabase_url = 'postgres://file/d'\n";
    const auto s = settings_of(
        with_file(file, {{"SUPABASE_URL", "https://x.supabase.co"}, {"DATABASE_URL", "postgres://environment/d"}})
    );
    const auto& i = s.instances.at("default");
    EXPECT_EQ(i.database_url->reveal(), "postgres://environment/d");
    EXPECT_EQ(*i.kind, instance_kind::dokploy) << "a guess must not overrule what was written down";
    const auto t = settings_of(with_file(file, {{"SUPABASE_ANON_KEY", "aaa"}}));
    EXPECT_EQ(t.instances.at("default").anon_key->reveal(), "aaa");
}

TEST(config_environment, a_bad_url_is_refused_by_the_name_of_its_variable)
{
    const auto e = error_of(with_environment({{"DATABASE_URL", "hunter2"}}));
    EXPECT_THAT(e.message, AllOf(HasSubstr("DATABASE_URL: "), Not(HasSubstr("hunter2"))));
}

TEST(config_paths, state_dir_follows_xdg_root_and_home)
{
    EXPECT_EQ(*settings_of(with_environment({{"XDG_STATE_HOME", "/x"}})).state_dir, "/x/basekeeper");
    EXPECT_EQ(*settings_of({.who = account::root}).state_dir, "/var/lib/basekeeper");
    EXPECT_EQ(*settings_of(with_file("state_dir = '~/s'")).state_dir, "/home/ada/s");
    EXPECT_THAT(error_of({}).message, HasSubstr("HOME"));
    EXPECT_EQ(*settings_of({.flags = {{"state_dir", "/s"}}}).state_dir, "/s") << "HOME is needed only when used";
}

TEST(config_access, has_no_way_in_over_http_until_somebody_asks_for_one)
{
    const auto s = settings_of(with_environment({}));
    EXPECT_TRUE(s.http.listen->empty());
    EXPECT_EQ(*s.auth.mode, auth_mode::none);
    EXPECT_TRUE(s.auth.supabase_scopes->empty());
}

TEST(config_access, spans_of_time_are_written_with_their_unit)
{
    const auto s = settings_of(with_file("[block]\nfor = '2h'", {{"BASEKEEPER_BLOCK_WINDOW", "90s"}}));
    EXPECT_EQ(*s.block.lasting, std::chrono::hours(2));
    EXPECT_EQ(*s.block.window, std::chrono::seconds(90));
    EXPECT_EQ(shown(s, "block.for"), "2h | c.toml:2");
    for (const auto* bad : {"for = 15", "for = '15'", "for = '0s'", "for = '366d'", "for = '-1h'", "for = ''"})
        EXPECT_THAT(error_of(with_file(std::string("[block]\n") + bad)).message, HasSubstr("from 1s to 365d")) << bad;
}

TEST(config_access, takes_endpoints_urls_origins_and_hosts_and_nothing_like_them)
{
    const auto takes = [](std::string_view key, std::string_view value) {
        return read({.environment = {{"HOME", "/h"}, {environment_name(key), std::string(value)}}}).has_value();
    };
    for (const auto* good : {"127.0.0.1:8420", "[::1]:0", "localhost:1", "unix:/run/x.sock", "0.0.0.0:65535"})
        EXPECT_TRUE(takes("http.listen", good)) << good;
    for (const auto* bad :
         {"8420", ":8420", "127.0.0.1", "127.0.0.1:65536", "::1:80", "[::1]", "unix:", "unix:x", "a:"})
        EXPECT_FALSE(takes("http.listen", bad)) << bad;
    for (const auto* good : {"https://db.example.com/mcp", "http://localhost:8420/mcp"})
        EXPECT_TRUE(takes("http.public_url", good)) << good;
    for (const auto* bad : {"db.example.com", "https://u:p@x/", "https://x/mcp?a", "https://x/#f", "ftp://x/"})
        EXPECT_FALSE(takes("http.public_url", bad)) << bad;
    EXPECT_TRUE(takes("http.allowed_origins", "https://app.example.com,http://[::1]:3000"));
    for (const auto* bad : {"*", "null", "https://app.example.com/", "app.example.com", "https://a b", "https://x,*"})
        EXPECT_FALSE(takes("http.allowed_origins", bad)) << bad;
    EXPECT_TRUE(takes("http.allowed_hosts", "db.example.com:8443,[2001:db8::1],db"));
    for (const auto* bad : {"https://x", "x/y", "*", "a:b:c", "[]"})
        EXPECT_FALSE(takes("http.allowed_hosts", bad)) << bad;
    EXPECT_TRUE(takes("http.trusted_proxies", "127.0.0.1,::1,10.0.0.0/8,unix"));
    for (const auto* bad : {"proxy.example", "10.0.0.0/40", "0.0.0.0/0", "*", "127.0.0.1:80"})
        EXPECT_FALSE(takes("http.trusted_proxies", bad)) << bad;
}

TEST(config_access, keys_come_over_safe_ways_only)
{
    const auto takes = [](std::string_view key, std::string_view value) {
        return read({.environment = {{"HOME", "/h"}, {environment_name(key), std::string(value)}}}).has_value();
    };
    for (const auto* good :
         {"https://as.example/jwks", "http://localhost:9999/jwks", "/etc/jwks.json", "{\"keys\":[]}"})
        EXPECT_TRUE(takes("auth.jwks", good)) << good;
    for (const auto* bad : {"http://as.example/jwks", "jwks.json", "http://localhost.evil.example/"})
        EXPECT_FALSE(takes("auth.jwks", bad)) << bad;
    EXPECT_FALSE(takes("auth.algorithms", "none"));
    EXPECT_FALSE(takes("auth.algorithms", "RS256,none"));
    EXPECT_TRUE(takes("auth.algorithms", "RS256,EdDSA"));
    EXPECT_FALSE(takes("auth.jwt_secret", "short"));
    const auto secret = std::string(40, 'q');
    EXPECT_EQ(
        shown(settings_of(with_file("auth.jwt_secret = '" + secret + "'")), "auth.jwt_secret"), "**** | c.toml:1"
    );
    const auto flag = error_of(with_file("", {}, {{"auth.jwt_secret", secret}}));
    EXPECT_THAT(flag.message, AllOf(HasSubstr("--auth-jwt-secret"), Not(HasSubstr(secret))));
}

TEST(config_example, is_valid_and_shows_the_defaults)
{
    const auto path = std::filesystem::path(__FILE__).parent_path() / "../../docs/config.example.toml";
    std::ifstream in(path);
    ASSERT_TRUE(in) << path;
    const auto example = settings_of(with_file({std::istreambuf_iterator<char>(in), {}}));
    const auto defaults = settings_of(with_environment({}));
    EXPECT_EQ(example.instances.size(), 1U);
    for (const auto& line : describe(defaults))
        EXPECT_EQ(shown(example, line.key).substr(0, line.value.size()), line.value) << line.key;
}

} // namespace
} // namespace basekeeper::config
