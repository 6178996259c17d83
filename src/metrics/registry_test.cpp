// What is counted shows under its name with bounded labels, and the operator's guide lists exactly what there is.
#include "metrics/catalog.hpp"
#include "metrics/process.hpp"
#include "metrics/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace basekeeper::metrics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(metrics_catalog, is_in_order_and_its_names_are_well_formed)
{
    const auto all = catalog();
    EXPECT_TRUE(std::ranges::is_sorted(all, {}, &description::name));
    for (const auto& m : all) {
        EXPECT_TRUE(std::regex_match(std::string(m.name), std::regex("(basekeeper|process)_[a-z_]+"))) << m.name;
        EXPECT_EQ(m.name.ends_with("_total"), m.what == kind::counter) << m.name;
        EXPECT_TRUE(m.meaning.ends_with('.')) << m.name;
        EXPECT_EQ(find(m.name), &m);
    }
    EXPECT_EQ(find("nothing"), nullptr);
}

TEST(metrics_registry, calls_are_counted_by_tool_decision_and_outcome_with_their_duration)
{
    registry r({"execute_sql"});
    r.call_ended({"execute_sql", "allowed", "ok", 3ms});
    r.call_ended({"execute_sql", "allowed", "ok", 300ms});
    r.call_ended({"execute_sql", "declined", "denied", 1ms});
    const auto text = r.render();
    EXPECT_THAT(text, HasSubstr("# TYPE basekeeper_calls_total counter\n"));
    const auto value = [&](const std::string& labels) {
        std::smatch found;
        // The order of labels is not part of the format.
        const std::regex line("basekeeper_calls_total\\{[^}]*" + labels + "[^}]*\\} (\\d+)");
        return std::regex_search(text, found, line) ? found[1].str() : "none";
    };
    EXPECT_EQ(value("outcome=\"ok\""), "2");
    EXPECT_EQ(value("outcome=\"denied\""), "1");
    EXPECT_EQ(value("decision=\"declined\""), "1");
    EXPECT_THAT(text, HasSubstr("basekeeper_call_duration_seconds_count{tool=\"execute_sql\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("basekeeper_call_duration_seconds_bucket{tool=\"execute_sql\",le=\"0.005\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("basekeeper_call_duration_seconds_bucket{tool=\"execute_sql\",le=\"+Inf\"} 3\n"));
}

TEST(metrics_registry, no_text_from_outside_becomes_a_label)
{
    registry r({"execute_sql"});
    r.call_ended({"drop table secrets", "hunter2", "postgres://u:p@h", 1ms});
    r.call_ended({"resources/read customers of acme", "allowed", "ok", 1ms});
    const auto text = r.render();
    for (const auto* said : {"secrets", "hunter2", "postgres", "acme"})
        EXPECT_THAT(text, Not(HasSubstr(said)));
    EXPECT_THAT(text, HasSubstr("tool=\"other\""));
    EXPECT_THAT(text, HasSubstr("decision=\"other\""));
    EXPECT_THAT(text, HasSubstr("outcome=\"other\""));
    EXPECT_THAT(text, HasSubstr("tool=\"resources/read\""));
}

TEST(metrics_registry, the_sixty_fifth_instance_is_counted_with_all_further_ones)
{
    registry r({});
    const error away(condition::unavailable, "away");
    for (int i = 0; i < 70; ++i)
        r.statement_ended("db-" + std::to_string(i), 1ms, i % 2 == 0 ? nullptr : &away);
    const auto text = r.render();
    EXPECT_THAT(text, HasSubstr("basekeeper_statement_duration_seconds_count{instance=\"db-63\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("basekeeper_statement_duration_seconds_count{instance=\"other\"} 6\n"));
    EXPECT_THAT(text, Not(HasSubstr("db-64")));
    EXPECT_THAT(text, HasSubstr("outcome=\"unavailable\""));
}

TEST(metrics_registry, counts_what_is_refused)
{
    registry r({});
    r.rate_limited(rate_limit::address);
    r.rate_limited(rate_limit::address);
    r.request_refused(refusal::origin);
    const auto by_server = r.add([](samples& into) { into.add("basekeeper_requests_refused_total", {"overload"}, 3); });
    const auto text = r.render();
    EXPECT_THAT(text, HasSubstr("basekeeper_rate_limited_total{by=\"address\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("basekeeper_rate_limited_total{by=\"principal\"} 0\n")) << "known before it happens";
    EXPECT_THAT(text, HasSubstr("basekeeper_requests_refused_total{reason=\"origin\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("basekeeper_requests_refused_total{reason=\"overload\"} 3\n"));
    const auto first = text.find("# TYPE basekeeper_requests_refused_total");
    EXPECT_EQ(text.find("# TYPE basekeeper_requests_refused_total", first + 1), std::string::npos) << "one family";
}

TEST(metrics_registry, providers_are_asked_each_time_until_their_registration_ends)
{
    registry r({});
    int sessions = 2;
    {
        const auto kept = r.add([&](samples& s) { s.add("basekeeper_sessions", {"stdio"}, sessions); });
        const auto more = r.add([&](samples& s) { s.add("basekeeper_sessions", {"stdio"}, 1); });
        EXPECT_THAT(r.render(), HasSubstr("basekeeper_sessions{transport=\"stdio\"} 3\n")) << "the same series adds up";
        sessions = 7;
        EXPECT_THAT(r.render(), HasSubstr("basekeeper_sessions{transport=\"stdio\"} 8\n"));
    }
    EXPECT_THAT(r.render(), Not(HasSubstr("basekeeper_sessions{")));
}

TEST(metrics_registry, a_sample_that_the_catalogue_does_not_know_is_a_bug)
{
    registry r({});
    const auto unknown = r.add([](samples& s) { s.add("basekeeper_nonsense", {}, 1); });
    EXPECT_THROW(r.render(), std::logic_error);
}

TEST(metrics_registry, a_sample_with_too_few_labels_is_a_bug)
{
    registry r({});
    const auto wrong = r.add([](samples& s) { s.add("basekeeper_sessions", {}, 1); });
    EXPECT_THROW(r.render(), std::logic_error);
}

TEST(metrics_registry, every_line_has_the_form_of_the_text_format)
{
    registry r({"a"});
    r.call_ended({"a", "allowed", "ok", 1ms});
    r.statement_ended("shop", 1ms, nullptr);
    const auto kept = r.add(sample_process);
    std::istringstream lines(r.render());
    const std::regex form(R"re(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="[^"\\\n]*",?)*\})? [-+0-9.eInf]+)re");
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count)
        EXPECT_TRUE(std::regex_match(line, form)) << line;
    EXPECT_GT(count, 50);
}

TEST(metrics_process, memory_descriptors_and_times_are_plausible)
{
    bounded_names names(1);
    samples s(names);
    sample_process(s);
    const auto value = [&](std::string_view name) {
        const auto at = std::ranges::find(s.all(), name, &sample::metric);
        return at == s.all().end() ? -1.0 : at->value;
    };
    EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
    EXPECT_GE(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
    EXPECT_GE(value("process_open_fds"), 3);
    EXPECT_GE(value("process_max_fds"), value("process_open_fds"));
    EXPECT_GE(value("process_threads"), 1);
    EXPECT_GE(value("process_cpu_seconds_total"), 0);
    const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    EXPECT_NEAR(value("process_start_time_seconds"), now, 600);
}

/// The rows of the guide's table of metrics: "| `name` | kind | labels | meaning |".
std::set<std::string> documented()
{
    std::ifstream guide(BASEKEEPER_DOCS_DIR "/operations.md");
    std::set<std::string> out;
    for (std::string line; std::getline(guide, line);)
        if (line.starts_with("| `basekeeper_") || line.starts_with("| `process_"))
            out.insert(line);
    return out;
}

TEST(metrics_catalog, the_guide_for_operators_lists_exactly_these)
{
    std::set<std::string> expected;
    for (const auto& m : catalog()) {
        std::string labels;
        for (std::size_t i = 0; i < m.label_count(); ++i)
            labels += (i == 0 ? "`" : ", `") + std::string(m.labels.at(i)) + "`";
        expected.insert(
            "| `" + std::string(m.name) + "` | " + std::string(to_string(m.what)) + " | " + labels +
            (labels.empty() ? "| " : " | ") + std::string(m.meaning) + " |"
        );
    }
    EXPECT_EQ(documented(), expected);
}

} // namespace
} // namespace basekeeper::metrics
