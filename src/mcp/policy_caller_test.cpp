// What callers see and may do: views of a connection, scopes of a credential.
#include "mcp/test_policy.hpp"

#include <gmock/gmock.h>

namespace basekeeper::mcp::testing {
namespace {

using ::testing::HasSubstr;

/// Grants effects up to a limit in one group, on one instance or all.
class limited final : public authority
{
public:
    limited(std::string group, effect upto, std::string instance = "")
        : group_(std::move(group)), upto_(upto), instance_(std::move(instance))
    {}

    bool allows(std::string_view group, effect what, std::string_view instance) const override
    {
        return group == group_ && what <= upto_ && (instance_.empty() || instance.empty() || instance == instance_);
    }

    std::string_view key() const override { return group_; }

private:
    std::string group_;
    effect upto_;
    std::string instance_;
};

class policy_caller : public policy_rules
{};

TEST_F(policy_caller, without_the_scope_nothing_runs_and_the_scope_is_named)
{
    rights = std::make_shared<limited>("other", effect::destroys);
    EXPECT_FALSE(rules->offers(reader, {{"key:1", rights}}));
    EXPECT_THAT(text(reader), HasSubstr("this needs the scope test:read"));
    EXPECT_EQ(latest(), "refused_scope denied");
    EXPECT_EQ(runs, 0);
}

TEST_F(policy_caller, a_scope_to_read_is_not_enough_for_a_tool_that_can_write_even_when_a_call_seems_to_read)
{
    rights = std::make_shared<limited>("test", effect::reads);
    EXPECT_TRUE(rules->offers(reader, {{"key:1", rights}}));
    EXPECT_FALSE(rules->offers(writer, {{"key:1", rights}}));
    EXPECT_EQ(text(reader).find("scope"), std::string::npos);
    EXPECT_THAT(text(dropper, R"({"harmless":true})"), HasSubstr("test:write"));
    EXPECT_EQ(runs, 1);
}

/// Like a comparison: reads of two instances, or writes when it is not `harmless`.
struct comparing
{
    std::string to;
    bool harmless = true;

    static constexpr auto fields = std::tuple{
        json::optional("to", &comparing::to, "Which."),
        json::optional("harmless", &comparing::harmless),
    };
};

tool make_comparer()
{
    return make_tool<comparing, said>(
        {.name = "compare", .group = "test", .worst = effect::writes, .description = "Compares.", .least = effect::reads
        },
        [](comparing in, call&) -> io::task<result<said>> { co_return said{in.to}; },
        {.assess = [](const comparing& in
                   ) { return plan{in.harmless ? effect::reads : effect::writes, "a copy is made", {in.to}}; }}
    );
}

TEST_F(policy_caller, every_instance_that_a_call_reads_must_be_within_reach)
{
    catalog.known = {"dev", "prod"};
    const auto compare = make_comparer();
    rights = std::make_shared<limited>("test", effect::reads, "dev");
    auto existing = text(compare, R"({"instance":"dev","to":"prod"})");
    EXPECT_THAT(existing, HasSubstr("test:read on instance \"prod\" too"));
    EXPECT_EQ(latest(), "refused_scope denied");
    const auto made_up = text(compare, R"({"instance":"dev","to":"what"})");
    EXPECT_EQ(existing.replace(existing.find("prod"), 4, "what"), made_up);
    EXPECT_EQ(run(compare, R"({"instance":"dev","to":"dev"})")->failed, std::nullopt);
    rights = nullptr;
    sees.instance = "dev";
    EXPECT_THAT(text(compare, R"({"to":"prod"})"), HasSubstr("limited to instance \"dev\""));
    sees = {};
    make({.pinned_instance = "dev"});
    EXPECT_THAT(text(compare, R"({"to":"prod"})"), HasSubstr("limited to instance \"dev\""));
    make({});
    EXPECT_EQ(run(compare, R"({"instance":"dev","to":"prod"})")->failed, std::nullopt);
}

TEST_F(policy_caller, a_tool_whose_arguments_tell_for_certain_reads_in_read_only_mode_and_with_a_scope_to_read)
{
    const auto compare = make_comparer();
    const auto refused = [&] { return text(compare, R"({"to":"dev","harmless":false})"); };
    rights = std::make_shared<limited>("test", effect::reads);
    EXPECT_TRUE(rules->offers(compare, {{"key:1", rights}}));
    EXPECT_EQ(run(compare, R"({"to":"dev"})")->failed, std::nullopt);
    EXPECT_THAT(refused(), HasSubstr("test:write"));
    rights = nullptr;
    make({.mode = access::read_only});
    EXPECT_TRUE(rules->offers(compare));
    EXPECT_EQ(run(compare, R"({"to":"dev"})")->failed, std::nullopt);
    EXPECT_THAT(refused(), HasSubstr("would write here (a copy is made)"));
    EXPECT_THAT(refused(), HasSubstr("without --read-only"));
    EXPECT_EQ(latest(), "refused_read_only denied");
    make({});
    sees.mode = access::read_only;
    EXPECT_THAT(refused(), HasSubstr("without read_only=true"));
    EXPECT_FALSE(rules->offers(writer, {{"x"}, sees})) << "others are hidden as before";
}

TEST_F(policy_caller, destroying_needs_its_own_scope)
{
    client.next = saying(answer_action::accept, {{"confirm", true}});
    rights = std::make_shared<limited>("test", effect::writes);
    EXPECT_TRUE(rules->offers(dropper, {{"key:1", rights}})) << "calls that do not destroy are allowed";
    EXPECT_THAT(text(dropper), HasSubstr("test:destroy"));
    EXPECT_TRUE(client.asked.empty()) << "nobody is asked to confirm what is refused";
    rights = std::make_shared<limited>("test", effect::destroys);
    EXPECT_EQ(run(dropper)->failed, std::nullopt);
    EXPECT_EQ(runs, 1);
}

TEST_F(policy_caller, a_scope_may_be_for_one_instance)
{
    catalog.known = {"dev", "prod"};
    rights = std::make_shared<limited>("test", effect::reads, "dev");
    EXPECT_THAT(text(reader, R"({"instance":"prod"})"), HasSubstr("test:read on instance \"prod\""));
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(run(reader, R"({"instance":"dev"})")->failed, std::nullopt);
    EXPECT_EQ(worked_on, "dev");
}

/// A tool about the server itself that says which instances it may show.
tool make_lister()
{
    return make_tool<no_arguments, said>(
        {.name = "list", .group = "test", .about = subject::server, .description = "Lists."},
        [](no_arguments, call& c) -> io::task<result<said>> {
            std::string all;
            for (const auto& name : c.shown_instances())
                all += name + " ";
            co_return said{all};
        }
    );
}

TEST_F(policy_caller, only_hears_of_instances_within_its_rights_its_view_and_the_servers_limit)
{
    catalog.known = {"dev", "prod"};
    catalog.found_later = {"stage"};
    const auto lister = make_lister();
    EXPECT_THAT(text(lister), HasSubstr("dev prod stage "));
    rights = std::make_shared<limited>("test", effect::reads, "dev");
    EXPECT_THAT(text(lister), HasSubstr("\"dev \""));
    rights = nullptr;
    sees.instance = "prod";
    EXPECT_THAT(text(lister), HasSubstr("\"prod \""));
    sees = {};
    make({.pinned_instance = "stage"});
    EXPECT_THAT(text(lister), HasSubstr("\"stage \""));
}

TEST_F(policy_caller, is_told_the_same_of_instances_out_of_reach_whether_they_exist_or_not)
{
    catalog.known = {"dev", "prod", "stage"};
    rights = std::make_shared<limited>("test", effect::reads, "dev");
    EXPECT_EQ(run(reader)->failed, std::nullopt) << "the only one that the caller may use is meant";
    EXPECT_EQ(worked_on, "dev");
    auto existing = text(reader, R"({"instance":"prod"})");
    auto made_up = text(reader, R"({"instance":"what"})");
    EXPECT_THAT(existing, HasSubstr("needs the scope test:read"));
    EXPECT_EQ(existing.replace(existing.find("prod"), 4, "what"), made_up);
    EXPECT_THAT(made_up, Not(HasSubstr("stage")));
}

TEST_F(policy_caller, names_of_instances_that_do_not_exist_stay_out_of_the_audit_trail)
{
    resource r{.uri = "test://{instance}", .name = "r", .group = "test", .read = {}, .complete = {}};
    io::runtime on;
    call c({{"key:1"}}, client, io::deadline::after(10s));
    const auto got = test::run_task(on, rules->read(r, {{"instance", std::string(100'000, 'a')}}, c));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::not_found);
    EXPECT_LT(got.error().message.size(), 300U);
    EXPECT_EQ(audit.entries.back().instance, "");
}

TEST_F(policy_caller, a_view_leaves_groups_out)
{
    sees.features = {"backups"};
    EXPECT_FALSE(rules->offers(reader, {{"x"}, sees}));
    EXPECT_THAT(text(reader), HasSubstr("which this connection left out"));
    sees.features = {"backups", "test"};
    EXPECT_TRUE(rules->offers(reader, {{"x"}, sees}));
    EXPECT_EQ(run(reader)->failed, std::nullopt);
}

TEST_F(policy_caller, a_view_can_only_narrow_the_mode_and_the_instance)
{
    catalog.known = {"dev", "prod"};
    sees.mode = access::read_only;
    sees.instance = "prod";
    EXPECT_FALSE(rules->offers(writer, {{"x"}, sees}));
    EXPECT_THAT(text(writer), HasSubstr("connect without read_only=true"));
    EXPECT_EQ(run(reader)->failed, std::nullopt);
    EXPECT_EQ(worked_on, "prod");
    EXPECT_FALSE(rules->published_schema(reader, sees).at("properties").as_object().contains("instance"));
    EXPECT_THAT(text(reader, R"({"instance":"dev"})"), HasSubstr("limited to instance \"prod\""));
    make({.pinned_instance = "dev"});
    EXPECT_EQ(run(reader)->failed, std::nullopt);
    EXPECT_EQ(worked_on, "dev") << "the server's own limit is the stronger one";
}

} // namespace
} // namespace basekeeper::mcp::testing
