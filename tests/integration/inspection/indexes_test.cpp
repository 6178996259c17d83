// Plans with indexes that do not exist, and advice that PostgreSQL's own estimates confirm.
#include "inspected.hpp"

namespace basekeeper::inspection {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view shop = R"(
create table "Orders" (id int primary key, customer int, state text, created timestamptz, note text);
insert into "Orders" select n, n % 5000, (array['open', 'paid', 'sent'])[n % 3 + 1], now() - n * interval '1 minute',
  repeat('x', 50) from generate_series(1, 60000) n;
create table tiny (id int, a int); insert into tiny select n, n from generate_series(1, 50) n;
analyze)";

constexpr std::string_view by_customer = "select * from \"Orders\" where customer = 42";

io::task<result<database::imagined_plan>> imagine(workplace& w, std::string query, std::vector<std::string> texts)
{
    std::vector<sql::index_definition> indexes;
    for (const auto& text : texts)
        indexes.push_back(sql::read_index(text).value());
    co_return co_await w.db.imagine(
        "shop", {.sql = std::move(query)}, std::move(indexes), database::parameter_values::given, soon()
    );
}

io::task<index_advice> advice(workplace& w, std::vector<std::string> queries, std::int64_t bytes = 1 << 30)
{
    engine e(sources_of(w), w.db);
    auto got = co_await e.advise(
        "shop", {.queries = std::move(queries), .size_budget_bytes = bytes, .time_budget = 15s}, soon()
    );
    EXPECT_TRUE(got) << (got ? "" : describe(got.error()));
    co_return got ? *std::move(got) : index_advice{};
}

std::vector<std::string> texts(const index_advice& of)
{
    std::vector<std::string> out;
    for (const auto& index : of.indexes)
        out.push_back(index.create);
    return out;
}

TEST(hypothetical_indexes, are_used_by_the_plan_and_leave_nothing_behind)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(shop));
        const auto missing = co_await imagine(w, std::string(by_customer), {"create index on \"Orders\" (customer)"});
        EXPECT_FALSE(missing);
        EXPECT_EQ(missing.error().code, condition::not_found);
        EXPECT_THAT(missing.error().hint, HasSubstr("create extension hypopg"));
        co_await w.script("create schema \"Ex\"; create extension hypopg schema \"Ex\"");
        for (const bool hardened : {false, true}) {
            if (hardened) {
                co_await w.harden();
                const auto closed = co_await imagine(w, std::string(by_customer), {});
                EXPECT_TRUE(closed) << "harden opens schemas of users";
            }
            const auto plain = co_await imagine(w, std::string(by_customer), {});
            EXPECT_TRUE(plain) << (plain ? "" : describe(plain.error()) + plain.error().server_text);
            const auto with = co_await imagine(w, std::string(by_customer), {"create index on \"Orders\" (customer)"});
            EXPECT_TRUE(with) << (with ? "" : describe(with.error()) + with.error().server_text);
            if (!plain || !with)
                co_return;
            EXPECT_THAT(plain->plan, HasSubstr("Seq Scan"));
            EXPECT_EQ(with->names.size(), 1U);
            EXPECT_THAT(with->plan, HasSubstr(with->names.at(0)));
            EXPECT_GT(with->bytes.at(0), 100'000);
            EXPECT_EQ(w.open.states().at("shop").owner.leased, 0U);
            const auto after = co_await imagine(w, std::string(by_customer), {});
            EXPECT_TRUE(after && !after->plan.contains("btree")) << "a session that is lent again knows no such index";
        }
        EXPECT_EQ(co_await w.value("select count(*) from pg_indexes where tablename = 'Orders'"), "1");
    });
}

TEST(hypothetical_indexes, obey_the_rules_of_a_read)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(shop));
        co_await w.script("create extension hypopg; create function act() returns int language plpgsql immutable as "
                          "'begin perform pg_notify(''x'', ''y''); return 1; end'");
        const auto acts = co_await imagine(w, "select * from \"Orders\" where customer = act()", {});
        EXPECT_FALSE(acts) << "planning would call an immutable function of the database";
        EXPECT_EQ(acts.error().code, condition::denied);
        const auto none = co_await imagine(w, std::string(by_customer), {"create index on \"Orders\" (nowhere)"});
        EXPECT_FALSE(none);
        const auto hostile =
            co_await imagine(w, std::string(by_customer), {"create index on \"x\"\"; drop table tiny; --\" (a)"});
        EXPECT_FALSE(hostile);
        EXPECT_EQ(co_await w.value("select count(*) from tiny"), "50");
        EXPECT_TRUE(co_await imagine(w, std::string(by_customer), {})) << "the pool is well after failures";
    });
}

TEST(index_advice_for_queries, is_measured_and_makes_them_cheaper)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(shop));
        co_await w.script("create extension hypopg");
        const auto got = co_await advice(
            w,
            {std::string(by_customer),
             "select * from \"Orders\" o where o.id = 7",
             "select * from tiny where a = 5",
             "delete from tiny",
             "select * from \"Orders\" where state = $1 order by created desc limit 5"}
        );
        EXPECT_THAT(
            texts(got), Contains(R"(create index concurrently on "public"."Orders" using "btree" ("customer"))")
        );
        for (const auto& index : got.indexes) {
            EXPECT_TRUE(index.measured);
            EXPECT_THAT(index.create, AllOf(Not(HasSubstr("tiny")), Not(HasSubstr("(\"id\")"))));
            EXPECT_GT(index.gain_percent.value_or(0), 50);
            EXPECT_GT(index.bytes, 100'000);
        }
        EXPECT_EQ(got.queries.size(), 5U);
        EXPECT_LT(got.queries.at(0).cost_after.value_or(1e9) * 5, got.queries.at(0).cost_before.value_or(0));
        EXPECT_EQ(got.queries.at(1).cost_after, got.queries.at(1).cost_before);
        EXPECT_TRUE(got.queries.at(3).left_out);
        EXPECT_TRUE(got.queries.at(4).cost_before) << "parameters without values are planned too";
        // What was advised does what was promised.
        co_await w.script("create index on \"Orders\" (customer)");
        EXPECT_THAT(texts(co_await advice(w, {std::string(by_customer)})), IsEmpty());
    });
}

TEST(index_advice_for_queries, keeps_to_its_budgets)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(shop));
        co_await w.script("create extension hypopg");
        EXPECT_THAT(texts(co_await advice(w, {std::string(by_customer)}, 1'000)), IsEmpty());
        engine e(sources_of(w), w.db);
        const auto began = std::chrono::steady_clock::now();
        const auto hasty =
            co_await e.advise("shop", {.queries = {std::string(by_customer)}, .time_budget = 0s}, soon());
        EXPECT_TRUE(hasty);
        EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
        EXPECT_THAT(hasty->notes, Contains(HasSubstr("stopped after 0 s")));
    });
}

TEST(index_advice_for_queries, follows_rules_where_hypopg_is_missing_and_says_so)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(shop));
        const auto got = co_await advice(
            w, {"select * from \"Orders\" where customer = $1 and created > $2", "select * from tiny where a = 1"}
        );
        EXPECT_THAT(
            texts(got),
            ElementsAre(R"(create index concurrently on "public"."Orders" using "btree" ("customer", "created"))")
        );
        EXPECT_FALSE(got.indexes.at(0).measured);
        EXPECT_FALSE(got.indexes.at(0).gain_percent);
        EXPECT_THAT(
            got.notes, Contains(AllOf(HasSubstr("nothing was measured"), HasSubstr("create extension hypopg")))
        );
    });
}

TEST(index_advice_for_the_workload, comes_from_recorded_statements)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(shop));
        engine e(sources_of(w), w.db);
        const auto unrecorded = co_await e.advise("shop", {}, soon());
        EXPECT_EQ(unrecorded.error().code, condition::not_found);
        co_await w.script("create extension hypopg; create extension pg_stat_statements; create table fresh (a int)");
        auto db = co_await session(w);
        for (int i = 0; i < 20; ++i)
            EXPECT_TRUE(
                co_await db.query("select id from \"Orders\" where customer = $1", {{std::to_string(i)}}, soon())
            );
        EXPECT_TRUE(co_await db.query("select * from fresh where a = 3", {}, soon()));
        EXPECT_TRUE(co_await db.query("select created + interval '1 day' from \"Orders\" where id = 1", {}, soon()));
        const auto got = co_await advice(w, {});
        EXPECT_THAT(texts(got), Contains(HasSubstr(R"("Orders" using "btree" ("customer"))")));
        EXPECT_THAT(got.queries, Contains(testing::Field(&advised_query::calls, std::optional<std::int64_t>(20))));
        EXPECT_THAT(got.notes, Contains(HasSubstr("public.fresh was never analysed")));
    });
}

} // namespace
} // namespace basekeeper::inspection
