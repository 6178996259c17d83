// Credentials: API keys, tokens and users of Supabase become principals; everything else becomes a challenge.
#include "access/api_key_text.hpp"
#include "access/authenticator.hpp"
#include "crypto/bytes.hpp"
#include "crypto/test_keys.hpp"
#include "support/run_task.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <map>

namespace basekeeper::access {
namespace {

using crypto::jwt_algorithm;
using crypto::testing::key_set_text;
using crypto::testing::signing_key;
using mcp::effect;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string shared_secret(40, 's');
constexpr auto us = "https://us.example/mcp";

class credentials : public ::testing::Test
{
protected:
    void SetUp() override
    {
        settings.tokens = {
            .algorithms = {jwt_algorithm::es256, jwt_algorithm::hs256},
            .issuers = {"https://as.example"},
            .audiences = {us},
        };
        settings.shared = crypto::verification_key::shared(crypto::secret<>(shared_secret)).value();
        settings.audience = us;
        make();
    }

    void make()
    {
        const find_api_key find = [this](std::string id, wall_time) { return look_up(std::move(id)); };
        door.emplace(settings, credential_sources{find, &signers}, challenges("", "database:read"), log, time);
    }

    io::task<result<std::optional<state::api_key>>> look_up(std::string id)
    {
        ++lookups;
        if (broken)
            co_return fail(condition::unavailable, "the disk is away");
        const auto found = stored.find(id);
        co_return found == stored.end() ? std::nullopt : std::optional(found->second);
    }

    io::task<result<std::string>> publish()
    {
        ++fetches;
        co_return published.empty() ? fail(condition::unavailable, "away") : result<std::string>(published);
    }

    /// A new key with these scopes; its text.
    std::string issue(std::string scopes, std::optional<wall_time> expires = {})
    {
        const auto made = new_api_key();
        last_id = made.id;
        stored[made.id] = {
            .id = made.id, .name = "n", .digest = made.digest, .scopes = std::move(scopes), .expires_at = expires
        };
        return made.text.reveal();
    }

    verdict ask(std::optional<std::string> header)
    {
        io::runtime on;
        return test::run_task(on, door->authenticate(std::move(header)));
    }

    verdict bearer(const std::string& token) { return ask("Bearer " + token); }

    /// The id of the principal, or the status.
    static std::string outcome(const verdict& v) { return v ? v->id : std::to_string(v.error().status); }

    std::int64_t seconds_now() const
    {
        return std::chrono::duration_cast<seconds>(time.wall().time_since_epoch()).count();
    }

    boost::json::object claims(const boost::json::object& extra = {}) const
    {
        boost::json::object out{
            {"iss", "https://as.example"},
            {"aud", us},
            {"sub", "ann"},
            {"exp", seconds_now() + 600},
            {"scope", "openid database:write@dev"}
        };
        for (const auto& member : extra)
            if (member.value().is_null())
                out.erase(member.key());
            else
                out[member.key()] = member.value();
        return out;
    }

    boost::json::object supabase_claims(const boost::json::object& extra = {}) const
    {
        boost::json::object out{{"aud", "authenticated"}, {"role", "authenticated"}, {"scope", nullptr}};
        for (const auto& member : extra)
            out[member.key()] = member.value();
        return claims(out);
    }

    static std::string hs256(const boost::json::object& claims)
    {
        return crypto::sign_jwt(claims, crypto::bytes_of(shared_secret)).value();
    }

    io::runtime home;
    manual_clock time;
    log::logger log{log::level::off, log::format::text};
    signing_key signer{jwt_algorithm::es256, "first"};
    std::string published = key_set_text({signer.jwk()});
    int fetches = 0;
    int lookups = 0;
    bool broken = false;
    std::string last_id;
    std::map<std::string, state::api_key> stored;
    key_source signers{{}, [this](io::deadline) { return publish(); }, home.executor(), log, time};
    authenticator_settings settings;
    std::optional<authenticator> door;
};

TEST_F(credentials, of_nobody_are_challenged_without_an_error)
{
    const auto now = door->try_now(std::nullopt);
    ASSERT_TRUE(now);
    EXPECT_EQ(outcome(*now), "401");
    EXPECT_FALSE(now->error().counts);
    EXPECT_EQ(now->error().www_authenticate, "Bearer scope=\"database:read\"");
}

TEST_F(credentials, are_needed_by_nobody_where_that_was_chosen_but_wrong_ones_are_refused_all_the_same)
{
    settings.mode = config::auth_mode::none;
    make();
    const auto now = door->try_now(std::nullopt);
    ASSERT_TRUE(now && *now);
    EXPECT_EQ((*now)->id, "anonymous");
    EXPECT_EQ((*now)->rights, nullptr);
    EXPECT_EQ(outcome(bearer(std::string("bk_000000000000_") + std::string(43, 'A'))), "401");
    const auto limited = bearer(issue("database:read"));
    ASSERT_TRUE(limited);
    EXPECT_FALSE(limited->rights->allows("database", effect::writes, ""));
}

TEST_F(credentials, in_another_scheme_or_malformed_are_refused_at_once)
{
    for (const auto* other : {"Basic dTpw", "Bearer", "Bearer ", "Token abc", "", "bearerabc"})
        EXPECT_EQ(outcome(*door->try_now(other)), "401") << other;
    for (const auto* bad : {"Bearer a b", "Bearer a,b", "Bearer \"a\"", "Bearer a\tb", "Bearer \xc3\xa4"}) {
        const auto now = door->try_now(bad);
        ASSERT_TRUE(now) << bad;
        EXPECT_EQ(outcome(*now), "400") << bad;
        EXPECT_TRUE(now->error().counts);
    }
    EXPECT_EQ(outcome(ask("Bearer " + std::string(crypto::max_token_bytes + 1, 'a'))), "400");
    EXPECT_EQ(lookups, 0);
    EXPECT_EQ(outcome(ask("bEARER  " + issue("database:read"))), "key:" + last_id) << "the scheme has no case";
}

TEST_F(credentials, of_an_api_key_are_its_scopes)
{
    const auto key = issue("database:write backups:read@dev");
    const auto who = bearer(key);
    ASSERT_TRUE(who) << who.error().message;
    EXPECT_EQ(who->id, "key:" + last_id);
    EXPECT_TRUE(who->rights->allows("database", effect::writes, "prod"));
    EXPECT_FALSE(who->rights->allows("database", effect::destroys, "prod"));
    EXPECT_FALSE(who->rights->allows("backups", effect::reads, "prod"));
    EXPECT_EQ(who->claims, "");
    EXPECT_EQ(who->id.find(key), std::string::npos);
}

TEST_F(credentials, that_are_wrong_in_any_way_get_the_same_answer)
{
    const auto good = issue("database:read");
    const auto other = issue("database:read");
    const auto mixed = good.substr(0, 16) + other.substr(16);
    const auto expired = issue("database:read", time.wall());
    const auto revoked = issue("database:read");
    stored[last_id].revoked_at = time.wall();
    for (const auto& bad :
         {mixed,
          expired,
          revoked,
          std::string("bk_0123456789ab_") + std::string(43, 'A'),
          std::string("bk_"),
          good + "A",
          good.substr(0, good.size() - 1),
          "bk_" + good})
    {
        const auto v = bearer(bad);
        ASSERT_FALSE(v) << bad;
        EXPECT_EQ(v.error().status, 401U);
        EXPECT_EQ(v.error().message, "the API key is unknown, revoked or expired");
        EXPECT_TRUE(v.error().counts);
        EXPECT_THAT(v.error().www_authenticate, HasSubstr("error=\"invalid_token\""));
        EXPECT_THAT(v.error().www_authenticate, Not(HasSubstr(bad.substr(0, 3))));
    }
    EXPECT_EQ(outcome(bearer(good)).substr(0, 4), "key:");
}

TEST_F(credentials, whose_id_is_unknown_do_not_pass_with_the_digest_of_nothing)
{
    // 32 zero bytes are no preimage of a zero digest; a record with one must not open the door either.
    stored["0123456789ab"] = {.id = "0123456789ab", .name = "n", .scopes = "*:destroy"};
    EXPECT_EQ(outcome(bearer(std::string("bk_0123456789ab_") + std::string(43, 'A'))), "401");
}

TEST_F(credentials, once_verified_are_known_for_seconds_and_looked_up_again)
{
    const auto key = issue("database:read");
    const auto header = "Bearer " + key;
    EXPECT_FALSE(door->try_now(header)) << "not known yet";
    ASSERT_TRUE(bearer(key));
    ASSERT_TRUE(door->try_now(header));
    EXPECT_EQ(outcome(*door->try_now(header)), "key:" + last_id);
    EXPECT_EQ(lookups, 1);
    stored[last_id].revoked_at = time.wall();
    time.advance(seconds{4});
    EXPECT_TRUE(door->try_now(header));
    time.advance(seconds{1});
    EXPECT_FALSE(door->try_now(header));
    EXPECT_EQ(outcome(bearer(key)), "401") << "revoked keys stop working within seconds";
}

TEST_F(credentials, are_never_known_for_longer_than_they_last)
{
    const auto key = issue("database:read", time.wall() + seconds{2});
    ASSERT_TRUE(bearer(key));
    time.advance(seconds{2});
    EXPECT_FALSE(door->try_now("Bearer " + key));
    EXPECT_EQ(outcome(bearer(key)), "401");
    const auto token = signer.token(claims({{"exp", seconds_now() + 10}}));
    ASSERT_TRUE(bearer(token));
    time.advance(seconds{9});
    EXPECT_TRUE(door->try_now("Bearer " + token));
    time.advance(seconds{1});
    EXPECT_FALSE(door->try_now("Bearer " + token));
}

TEST_F(credentials, are_known_in_a_bounded_number)
{
    settings.most_remembered = 2;
    make();
    std::vector<std::string> keys;
    for (int i = 0; i < 3; ++i) {
        keys.push_back(issue("database:read"));
        ASSERT_TRUE(bearer(keys.back()));
    }
    EXPECT_FALSE(door->try_now("Bearer " + keys[0]));
    EXPECT_TRUE(door->try_now("Bearer " + keys[1]));
    EXPECT_TRUE(door->try_now("Bearer " + keys[2]));
}

TEST_F(credentials, are_not_judged_while_the_store_is_away)
{
    const auto key = issue("database:read");
    broken = true;
    const auto v = bearer(key);
    ASSERT_FALSE(v);
    EXPECT_EQ(v.error().status, 503U);
    EXPECT_FALSE(v.error().counts);
    EXPECT_TRUE(v.error().retry_after);
}

TEST_F(credentials, of_a_token_are_its_scopes_and_its_claims_stay)
{
    for (const auto& token : {signer.token(claims()), hs256(claims())}) {
        const auto who = bearer(token);
        ASSERT_TRUE(who) << who.error().message;
        EXPECT_EQ(who->id, "user:https://as.example/ann");
        EXPECT_TRUE(who->rights->allows("database", effect::writes, "dev"));
        EXPECT_FALSE(who->rights->allows("database", effect::writes, "prod"));
        EXPECT_EQ(boost::json::parse(who->claims).as_object().at("sub").as_string(), "ann");
    }
}

TEST_F(credentials, of_a_token_may_stand_in_scp)
{
    const auto who = bearer(signer.token(claims({{"scope", nullptr}, {"scp", {"database:read", "x"}}})));
    ASSERT_TRUE(who);
    EXPECT_EQ(who->rights->key(), "database:read");
    const auto none = bearer(signer.token(claims({{"scope", nullptr}})));
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->rights->allows("database", effect::reads, "")) << "no scope, no rights, never all";
}

TEST_F(credentials, of_a_token_for_others_are_refused)
{
    for (const auto& extra :
         {boost::json::object{{"aud", "https://other.example/mcp"}},
          {{"iss", "https://evil.example"}},
          {{"exp", seconds_now() - 61}},
          {{"sub", nullptr}},
          {{"sub", ""}},
          {{"sub", "a b"}},
          {{"sub", 5}}})
    {
        const auto v = bearer(signer.token(claims(extra)));
        ASSERT_FALSE(v) << boost::json::serialize(extra);
        EXPECT_EQ(v.error().status, 401U);
        EXPECT_EQ(v.error().counts, !extra.contains("exp")) << "an old token is no attack";
        EXPECT_THAT(v.error().www_authenticate, HasSubstr("error_description=\"token is refused: it"));
    }
    EXPECT_EQ(outcome(bearer(supabase_claims().empty() ? "" : signer.token(supabase_claims()))), "401")
        << "Supabase's own tokens were not asked for";
}

TEST_F(credentials, of_a_new_signer_are_accepted_after_the_keys_were_read_again)
{
    ASSERT_TRUE(bearer(signer.token(claims())));
    const signing_key next(jwt_algorithm::es256, "next");
    published = key_set_text({signer.jwk(), next.jwk()});
    EXPECT_EQ(outcome(bearer(next.token(claims()))), "401") << "the keys were read only just now";
    time.advance(seconds{30});
    EXPECT_EQ(outcome(bearer(next.token(claims()))), "user:https://as.example/ann");
    EXPECT_EQ(fetches, 2);
    const signing_key forged(jwt_algorithm::es256, "next");
    EXPECT_EQ(outcome(bearer(forged.token(claims()))), "401");
    EXPECT_EQ(fetches, 2) << "a wrong signature is no reason to ask again";
}

TEST_F(credentials, cannot_be_verified_without_keys_but_a_shared_secret_still_works)
{
    published.clear();
    EXPECT_EQ(outcome(bearer(hs256(claims()))), "user:https://as.example/ann");
    settings.shared.reset();
    make();
    const auto v = bearer(signer.token(claims()));
    ASSERT_FALSE(v);
    EXPECT_EQ(v.error().status, 503U);
    EXPECT_FALSE(v.error().counts);
}

TEST_F(credentials, of_users_of_supabase_have_the_configured_scopes)
{
    settings.supabase = {scope{"database", effect::reads}};
    settings.tokens.audiences.emplace_back("authenticated");
    make();
    const auto who = bearer(hs256(supabase_claims({{"scope", "*:destroy"}})));
    ASSERT_TRUE(who) << who.error().message;
    EXPECT_EQ(who->rights->key(), "database:read") << "what the token says of scopes does not count";
    EXPECT_EQ(boost::json::parse(who->claims).as_object().at("role").as_string(), "authenticated");
    for (const auto& extra :
         {boost::json::object{{"role", "anon"}},
          {{"role", nullptr}},
          {{"sub", nullptr}},
          {{"is_anonymous", true}},
          {{"aud", nullptr}},
          {{"is_anonymous", "no"}}})
        EXPECT_EQ(outcome(bearer(hs256(supabase_claims(extra)))), "401") << boost::json::serialize(extra);
    EXPECT_TRUE(bearer(hs256(supabase_claims({{"is_anonymous", false}}))));
    EXPECT_EQ(bearer(hs256(claims()))->rights->key(), "database:write@dev") << "tokens for us keep their own";
}

TEST_F(credentials, of_tokens_are_refused_where_only_keys_were_configured)
{
    settings.tokens = {};
    make();
    EXPECT_EQ(outcome(bearer(signer.token(claims()))), "401");
    EXPECT_TRUE(bearer(issue("database:read")));
}

TEST(authenticator_settings, take_from_the_configuration_what_it_says)
{
    const std::vector<std::string> groups{"database"};
    config::auth_settings auth;
    EXPECT_TRUE(authenticator_settings_from(auth, "", groups)->tokens.algorithms.empty()) << "API keys alone";
    auth.jwks.value = "/keys.json";
    const auto why = [&] { return authenticator_settings_from(auth, "https://us.example/mcp", groups).error(); };
    EXPECT_THAT(why().message, HasSubstr("auth.issuer"));
    auth.authorization_servers.value = {"https://as.example"};
    const auto made = authenticator_settings_from(auth, "https://us.example/mcp", groups);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->tokens.issuers, std::vector<std::string>{"https://as.example"});
    EXPECT_EQ(made->tokens.audiences, std::vector<std::string>{"https://us.example/mcp"});
    EXPECT_EQ(made->tokens.algorithms.size(), 4U) << "HS256 needs a secret";
    EXPECT_THAT(authenticator_settings_from(auth, "", groups).error().message, HasSubstr("http.public_url"));
    auth.algorithms.value = {"HS256"};
    EXPECT_THAT(why().hint, HasSubstr("auth.jwt_secret"));
    auth.algorithms.value = {"ES256"};
    EXPECT_EQ(authenticator_settings_from(auth, "x", groups)->tokens.algorithms.size(), 1U);
    auth.supabase_scopes.value = {"nothing:read"};
    EXPECT_THAT(why().message, HasSubstr("auth.supabase_scopes"));
    auth.supabase_scopes.value = {"database:read"};
    EXPECT_EQ(
        authenticator_settings_from(auth, "", groups)->tokens.audiences, std::vector<std::string>{"authenticated"}
    );
    auth.jwks.value.clear();
    auth.algorithms.value.clear();
    EXPECT_THAT(why().message, HasSubstr("nothing verifies"));
}

TEST(api_key, is_made_of_its_id_and_a_secret_that_nobody_can_guess)
{
    const auto one = new_api_key();
    const auto other = new_api_key();
    const auto text = one.text.reveal();
    EXPECT_EQ(text.size(), 59U);
    EXPECT_EQ(text.substr(0, 16), "bk_" + one.id + "_");
    EXPECT_NE(text.substr(16), other.text.reveal().substr(16));
    const auto read = read_api_key(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, one.id);
    EXPECT_EQ(read->digest, one.digest);
    for (const auto& bad :
         {std::string(),
          text + "=",
          "BK_" + text.substr(3),
          text.substr(0, 15) + "-" + text.substr(16),
          text.substr(0, 3) + "G" + text.substr(4),
          text.substr(0, 58) + "!"})
        EXPECT_FALSE(read_api_key(bad)) << bad;
}

} // namespace
} // namespace basekeeper::access
