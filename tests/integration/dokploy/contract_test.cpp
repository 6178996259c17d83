// The simulated procedures against the published contract of Dokploy v0.30.2: methods, and what each of them requires.
#include "features/rehearsal/wire.hpp"
#include "json/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace basekeeper::rehearsal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

row contract()
{
    std::ifstream file(BASEKEEPER_DOKPLOY_CONTRACT);
    std::stringstream text;
    text << file.rdbuf();
    auto parsed = json::read(text.str());
    EXPECT_TRUE(parsed) << BASEKEEPER_DOKPLOY_CONTRACT;
    return parsed ? parsed->get_object() : row{};
}

boost::json::value sample(const std::string& kind)
{
    constexpr std::string_view choice = "one of ";
    if (kind.starts_with(choice))
        return boost::json::value(kind.substr(choice.size()));
    if (kind == "boolean")
        return true;
    if (kind == "number")
        return 1;
    if (kind == "object")
        return row{{"organizationId", "x"}};
    if (kind == "array")
        return boost::json::array{};
    return "x";
}

struct contract_keeper
{
    contract_keeper() : inside({}, wall_time{std::chrono::seconds{1'800'000'000}}), through(inside) {}

    answer ask(const std::string& name, const std::string& method, const row& given)
    {
        asked what{.method = method, .path = "/api/" + name, .key = inside.keys.all().front().text};
        if (method == "GET") {
            for (const auto& [member, value] : given)
                what.query.emplace_back(
                    member, value.is_string() ? std::string(value.get_string()) : json::to_text(value)
                );
        } else {
            what.content_type = "application/json";
            what.body = json::to_text(given);
        }
        return through.respond(what);
    }

    world inside;
    wire through;
};

TEST(contract, every_simulated_procedure_is_one_of_dokploy)
{
    const auto all = contract();
    contract_keeper on;
    for (const auto& [name, p] : on.through.procedures()) {
        ASSERT_TRUE(all.contains(name)) << name;
        EXPECT_EQ(all.at(name).at("method"), p.kind == procedure_kind::query ? "GET" : "POST") << name;
    }
    EXPECT_EQ(all.size(), on.through.procedures().size());
}

TEST(contract, what_is_required_is_required_and_enough)
{
    for (const auto& [name, told] : contract()) {
        const std::string method(told.at("method").as_string());
        row whole;
        for (const auto& [member, kind] : told.at("required").as_object())
            whole[member] = sample(std::string(kind.as_string()));
        contract_keeper on;
        EXPECT_THAT(on.ask(name, method, whole).body, Not(HasSubstr("Input validation failed"))) << name;
        for (const auto& [member, kind] : told.at("required").as_object()) {
            auto lacking = whole;
            lacking.erase(member);
            const auto came = contract_keeper().ask(name, method, lacking);
            if (kind == "boolean") {
                EXPECT_NE(came.status, 400U) << name << " without " << member << ", which counts as false";
                continue;
            }
            EXPECT_EQ(came.status, 400U) << name << " without " << member;
            EXPECT_THAT(came.body, HasSubstr("\"path\":[\"" + std::string(member) + "\"]")) << name;
        }
    }
}

TEST(contract, the_other_method_is_no_procedure)
{
    for (const auto& [name, told] : contract()) {
        contract_keeper on;
        EXPECT_EQ(on.ask(name, told.at("method") == "GET" ? "POST" : "GET", {}).status, 404U) << name;
    }
}

} // namespace
} // namespace basekeeper::rehearsal
