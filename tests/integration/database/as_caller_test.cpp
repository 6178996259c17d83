// execute_sql as the caller: the role and the claims of a verified token, and of nothing else.
#include "features/database/tools/tools.hpp"
#include "json/text.hpp"
#include "workplace.hpp"

#include <gmock/gmock.h>

namespace basekeeper::database {
namespace {

using testing::HasSubstr;

/// A client that cannot be asked.
class silent_peer final : public mcp::peer
{
public:
    void progress(double, std::optional<double>, std::string_view) override {}

    void log(mcp::log_level, std::string_view, std::string_view) override {}

    bool can_ask() const override { return false; }

    io::task<result<mcp::answer>> ask(mcp::question, io::deadline) override
    {
        co_return fail(condition::unavailable, "nobody is there");
    }
};

/// What the tool answers, or the error in words.
io::task<std::string> call(workplace& w, std::string claims, std::string arguments)
{
    const auto tool = tools::execute_sql(w.db);
    auto prepared = tool.prepare(json::read(arguments).value().as_object());
    if (!prepared)
        co_return prepared.error().message;
    silent_peer client;
    mcp::call c({{.id = "user:https://as/ann", .claims = std::move(claims)}, {}}, client, soon());
    c.select_instance("shop");
    if (const auto can = co_await prepared->rehearse(c); !can)
        co_return std::string(to_string(can.error().code)) + ": " + can.error().message;
    auto got = co_await prepared->run(c);
    co_return got ? got->structured : std::string(to_string(got.error().code)) + ": " + describe(got.error());
}

constexpr std::string_view papers = R"(
do $$ begin
  if not exists (select from pg_roles where rolname = 'paper_reader') then create role paper_reader; end if;
end $$;
create table papers (owner text, word text);
insert into papers values ('ann', 'one'), ('bob', 'two');
alter table papers enable row level security;
create policy own on papers using (owner = current_setting('request.jwt.claims', true)::json->>'sub');
grant select on papers to paper_reader)";

constexpr auto query =
    R"({"query":"select string_agg(word || ' ' || current_user, ',') from papers","as_caller":true})";

TEST(as_caller, sees_the_rows_of_the_user_whose_token_it_was)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(papers));
        EXPECT_THAT(
            co_await call(w, R"({"sub":"ann","role":"paper_reader"})", query), HasSubstr("[[\"one paper_reader\"]]")
        );
        EXPECT_THAT(
            co_await call(w, R"({"sub":"bob","role":"paper_reader"})", query), HasSubstr("[[\"two paper_reader\"]]")
        );
        EXPECT_THAT(
            co_await call(
                w,
                R"({"sub":"ann","role":"paper_reader"})",
                R"j({"query":"insert into papers values ('eve', 'x')","as_caller":true})j"
            ),
            HasSubstr("denied")
        );
    });
}

TEST(as_caller, is_refused_without_the_claims_of_a_user)
{
    at_work([](workplace& w) -> io::task<> {
        for (const auto* claims :
             {"",
              "{}",
              R"({"sub":"ann"})",
              R"({"role":"paper_reader"})",
              "[]",
              R"({"sub":"ann","role":5})",
              R"({"sub":"ann","role":""})"})
            EXPECT_EQ(
                co_await call(w, claims, query),
                "denied: as_caller: this caller did not come with a token of a Supabase user"
            ) << claims;
    });
}

TEST(as_caller, takes_no_role_and_no_claims_from_the_arguments)
{
    at_work([](workplace& w) -> io::task<> {
        const std::string claims = R"({"sub":"ann","role":"paper_reader"})";
        EXPECT_THAT(
            co_await call(w, claims, R"({"query":"select 1","as_caller":true,"role":"postgres"})"),
            HasSubstr("not together with role or claims")
        );
        EXPECT_THAT(
            co_await call(w, claims, R"({"query":"select 1","as_caller":true,"claims":{"sub":"bob"}})"),
            HasSubstr("not together with role or claims")
        );
    });
}

} // namespace
} // namespace basekeeper::database
