// Compose files: both forms of everything are read, and a change leaves all else as it was.
#include "stack/compose_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using testing::ElementsAre;

compose_file parsed(std::string text)
{
    return *compose_file::parse(std::move(text));
}

constexpr auto two_services = "services:\n  a: # first\n    image: supabase/gotrue:v1\n    environment:\n      A: 1\n"
                              "    container_name: x # c\n  b:\n    image: other/thing\n    environment: [\"A=1\"]\n";

TEST(image_of, takes_names_apart)
{
    EXPECT_EQ(image_of("kong:3.9.1").tag, "3.9.1");
    EXPECT_EQ(image_of("r.example.com:5000/a/b").tag, "");
    EXPECT_EQ(image_of("r.example.com:5000/a/b:1@sha256:00").repository, "r.example.com:5000/a/b");
    EXPECT_EQ(role_of(image_of("public.ecr.aws/supabase/gotrue:v1")), role::auth);
    EXPECT_EQ(role_of(image_of("kong:3")), role::gateway);
    EXPECT_EQ(role_of(image_of("evil/gotrue")), role::other);
    EXPECT_EQ(role_of(image_of("")), role::other);
}

TEST(references, know_defaults_and_escapes)
{
    std::vector<std::string> seen;
    for (const auto& one : references("${A} $B ${C:-x} ${D-} $$E ${A:-y} ${F:?needed} ${G:-${H}} $1 ${"))
        seen.push_back(one.name + (one.has_default ? "?" : ""));
    EXPECT_THAT(seen, ElementsAre("A", "B", "C?", "D?", "F", "G?", "H"));
}

TEST(compose_file, comments_refer_to_nothing)
{
    const auto file = parsed("services:\n  a: # ${NO}\n    image: x:${TAG}\n    # ${NEITHER}\n");
    ASSERT_EQ(file.references().size(), 1U);
    EXPECT_EQ(file.references()[0].name, "TAG");
}

TEST(compose_file, reads_binds_and_ports_in_both_forms)
{
    const auto file = parsed("services:\n  a:\n    volumes:\n      - ./x:/y:ro\n      - ${SOCKET:-/s}:/t\n      - "
                             "data:/d\n      - type: bind\n        source: ../f\n        target: /g\n"
                             "    ports:\n      - 5432:5432\n      - \"127.0.0.1:${P:-1}:8000/tcp\"\n      - target: "
                             "80\n        published: 8080\n");
    std::vector<std::string> binds;
    for (const auto& one : file.binds())
        binds.push_back(one.source + " " + one.target);
    EXPECT_THAT(binds, ElementsAre("./x /y", "${SOCKET:-/s} /t", "data /d", "../f /g"));
    std::vector<int> ports;
    for (const auto& one : file.ports())
        ports.push_back(one.inside);
    EXPECT_THAT(ports, ElementsAre(5432, 8000, 80));
}

TEST(compose_file, changes_one_value_and_nothing_else)
{
    auto file = parsed(two_services);
    ASSERT_TRUE(file.set_image("a", {"supabase/gotrue", "v2"}));
    ASSERT_TRUE(file.set_variable("a", "A", "${X}"));
    ASSERT_TRUE(file.set_variable("a", "B", "it's: #1"));
    ASSERT_TRUE(file.remove({"services", "a", "container_name"}));
    EXPECT_EQ(
        file.text(),
        "services:\n  a: # first\n    image: supabase/gotrue:v2\n    environment:\n      B: 'it''s: #1'\n      A: "
        "${X}\n"
        "  b:\n    image: other/thing\n    environment: [\"A=1\"]\n"
    );
    EXPECT_EQ(*file.variable(*file.find("a"), "B"), "it's: #1");
}

TEST(compose_file, makes_an_environment_where_there_is_none)
{
    auto file = parsed("services:\n  a:\n    image: x/y:1\n");
    ASSERT_TRUE(file.set_variable("a", "A", "b"));
    EXPECT_EQ(file.text(), "services:\n  a:\n    environment:\n      A: b\n    image: x/y:1\n");
}

TEST(compose_file, takes_lists_of_variables)
{
    auto file = parsed("services:\n  a:\n    environment:\n    - A=1\n    - B\n");
    ASSERT_TRUE(file.set_variable("a", "A", "x y"));
    ASSERT_TRUE(file.set_variable("a", "C", "3"));
    EXPECT_EQ(file.text(), "services:\n  a:\n    environment:\n    - C=3\n    - 'A=x y'\n    - B\n");
}

TEST(compose_file, an_empty_value_can_be_set)
{
    auto file = parsed("services:\n  a:\n    environment:\n      A:\n      B: 1\n");
    ASSERT_TRUE(file.set_variable("a", "A", "x"));
    EXPECT_EQ(file.text(), "services:\n  a:\n    environment:\n      A: x\n      B: 1\n");
}

TEST(compose_file, refuses_places_it_cannot_change_and_keeps_the_text)
{
    auto file = parsed(two_services);
    EXPECT_FALSE(file.set_variable("b", "A", "2"));
    EXPECT_FALSE(file.set_variable("c", "A", "2"));
    auto flow = parsed("services: {a: {image: x, ports: [1]}}");
    EXPECT_FALSE(flow.remove({"services", "a", "ports"}));
    auto aliased = parsed("x: &e {A: 1}\nservices:\n  a:\n    environment: *e\n  b:\n    <<: {image: x}\n");
    EXPECT_FALSE(aliased.set_variable("a", "A", "2"));
    EXPECT_EQ(file.text(), two_services);
}

TEST(compose_file, replaces_parts_of_values_but_not_of_comments_or_longer_paths)
{
    auto file = parsed("services:\n  a:\n    volumes:\n      - ./v:/x # ./v\n      - ../v2:/y\n      - './v:/z'\n");
    ASSERT_TRUE(file.replace_below({"services", "a", "volumes"}, "./v", "../files/v"));
    EXPECT_EQ(
        file.text(),
        "services:\n  a:\n    volumes:\n      - ../files/v:/x # ./v\n      - ../v2:/y\n      - '../files/v:/z'\n"
    );
}

TEST(compose_file, the_key_above_the_last_member_stays)
{
    auto file = parsed("services:\n  a:\n    image: x\nvolumes:\n  d:\n    name: y\n");
    ASSERT_TRUE(file.remove({"volumes", "d", "name"}));
    EXPECT_EQ(file.text(), "services:\n  a:\n    image: x\nvolumes:\n  d:\n");
    EXPECT_TRUE(file.remove({"nothing", "here"}));
}

TEST(compose_file, refuses_what_is_none)
{
    EXPECT_FALSE(compose_file::parse("a: 1"));
    EXPECT_FALSE(compose_file::parse("services: []"));
    EXPECT_FALSE(compose_file::parse("<html>"));
    EXPECT_FALSE(compose_file::parse(": ["));
}

} // namespace
} // namespace basekeeper::stack
