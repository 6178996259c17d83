// A policy with everything around it scripted, for tests: instances, audit, the person, and three tools.
#pragma once

#include "json/text.hpp"
#include "mcp/policy.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::mcp::testing {

using namespace std::chrono_literals;

class audit_book final : public audit_sink
{
public:
    void record(audit_entry entry) override { entries.push_back(std::move(entry)); }

    bool healthy() const override { return well; }

    std::vector<audit_entry> entries;
    bool well = true;
};

/// Instances that may become more when somebody looks again.
class growing_catalog final : public instance_catalog
{
public:
    std::vector<std::string> names() const override { return known; }

    io::task<> refresh() override
    {
        ++refreshed;
        known.insert(known.end(), found_later.begin(), found_later.end());
        found_later.clear();
        co_return;
    }

    std::vector<std::string> known{"dev"};
    std::vector<std::string> found_later;
    int refreshed = 0;
};

/// A client whose person answers as the test says.
class scripted_peer final : public peer
{
public:
    void progress(double, std::optional<double>, std::string_view) override {}

    void log(log_level, std::string_view, std::string_view) override {}

    bool can_ask() const override { return next.has_value(); }

    io::task<result<answer>> ask(question q, io::deadline) override
    {
        asked.push_back(std::move(q));
        co_return *next;
    }

    std::optional<result<answer>> next;
    std::vector<question> asked;
};

inline answer saying(answer_action action, boost::json::object content = {})
{
    return {.action = action, .content = std::move(content)};
}

struct table_arguments
{
    std::string table = "t";
    bool harmless = false;

    static constexpr auto fields = std::tuple{
        json::optional("table", &table_arguments::table, "Which."),
        json::optional("harmless", &table_arguments::harmless),
    };
};

struct said
{
    std::string text;

    static constexpr auto fields = std::tuple{json::required("text", &said::text)};
};

struct project_arguments
{
    std::string project_id;

    static constexpr auto fields = std::tuple{json::required("project_id", &project_arguments::project_id)};
};

class policy_rules : public ::testing::Test
{
protected:
    policy_rules() { make({}); }

    void make(policy_settings settings)
    {
        rules.emplace(
            std::move(settings),
            catalog,
            audit,
            confirmation_tokens(crypto::secret<std::string>(std::string(32, 'k')), time),
            time
        );
    }

    io::task<result<said>> work(table_arguments in, call& c)
    {
        ++runs;
        worked_on = c.instance();
        c.tally().rows = 3;
        time.advance(5ms);
        if (in.table == "broken") {
            error e(condition::not_found, "table \"broken\" does not exist", "call list_tables");
            e.sqlstate = "42P01";
            e.server_text = "relation \"broken\" does not exist";
            co_return fail(std::move(e));
        }
        co_return said{in.table};
    }

    io::task<result<>> rehearse(std::string table)
    {
        ++rehearsals;
        if (table == "misspelt")
            co_return fail(condition::invalid_argument, "table \"misspelt\" cannot be", "spell it right");
        co_return result<>{};
    }

    tool make_one(std::string name, effect worst, origin words = origin::foreign)
    {
        const auto assess = [worst](const table_arguments& in) {
            return plan{in.harmless ? effect::reads : worst, "table " + in.table + " is lost"};
        };
        return make_tool<table_arguments, said>(
            {.name = std::move(name), .group = "test", .worst = worst, .words = words, .description = "For tests."},
            [this](table_arguments in, call& c) { return work(std::move(in), c); },
            tool_hooks<table_arguments>{
                .assess = assess,
                .rehearse = [this](const table_arguments& in, call&) { return rehearse(in.table); },
            }
        );
    }

    result<tool_reply> run(const tool& t, std::string_view arguments = "{}", std::string who = "stdio:test")
    {
        io::runtime on;
        call c({{std::move(who), rights}, sees}, client, io::deadline::after(10s));
        auto given = json::read(arguments).value().as_object();
        return test::run_task(on, rules->run(t, std::move(given), c));
    }

    /// What the client reads.
    std::string text(const tool& t, std::string_view arguments = "{}", std::string who = "stdio:test")
    {
        return run(t, arguments, std::move(who)).value().text;
    }

    /// The token in an answer that asks to confirm.
    static std::string token_in(std::string_view text)
    {
        const auto from = text.find("confirm=\"") + 9;
        return std::string(text.substr(from, text.find('"', from) - from));
    }

    static std::string with_token(std::string_view token, std::string_view rest = "")
    {
        return R"({"confirm":")" + std::string(token) + "\"" + std::string(rest) + "}";
    }

    /// Decision and outcome of the latest entry.
    std::string latest() const
    {
        return audit.entries.empty() ? "none" : audit.entries.back().decision + " " + audit.entries.back().outcome;
    }

    manual_clock time;
    growing_catalog catalog;
    audit_book audit;
    scripted_peer client;
    std::optional<policy> rules;
    std::shared_ptr<const authority> rights;
    view sees;
    int runs = 0;
    int rehearsals = 0;
    std::string worked_on;
    tool reader = make_one("look", effect::reads);
    tool writer = make_one("put", effect::writes);
    tool dropper = make_one("drop", effect::destroys);
};

} // namespace basekeeper::mcp::testing
