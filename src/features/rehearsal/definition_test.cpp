// Variables in compose files, and services as containers are made of them.
#include "features/rehearsal/definition.hpp"
#include "features/rehearsal/env_references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::rehearsal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const variables values{{"A", "one"}, {"EMPTY", ""}};

TEST(definitions, hold_what_a_container_is_made_of)
{
    const auto read = read_definitions(
        "services:\n"
        "  db:\n"
        "    image: supabase/postgres:${A}\n"
        "    environment: [P=$A, A]\n"
        "    volumes: ['../files/a.sql:/x/a.sql:Z', 'data:/var/lib']\n"
        "    ports: ['127.0.0.1:5432:5432', '6543:6543/tcp']\n"
        "    healthcheck: {test: [CMD, 'true']}\n"
        "  rest:\n"
        "    image: postgrest/postgrest\n"
        "    depends_on: {db: {condition: service_healthy}}\n",
        values
    );
    ASSERT_TRUE(read) << read.error().message;
    const auto& db = read->services.front();
    EXPECT_EQ(db.image, "supabase/postgres:one");
    EXPECT_EQ(db.role, stack::role::database);
    EXPECT_THAT(db.env, ElementsAre("P=one", "A=one"));
    EXPECT_EQ(db.binds, (std::vector<bound_path>{{"../files/a.sql", "/x/a.sql"}}));
    EXPECT_THAT(db.published, ElementsAre("5432", "6543"));
    EXPECT_TRUE(db.is_checked);
    EXPECT_EQ(read->services.back().depends_on.front().second, waits_for::healthy);
}

TEST(definitions, refuse_what_docker_compose_refuses)
{
    EXPECT_THAT(
        read_definitions("services:\n  a:\n    image: x\n    depends_on: [b]\n", {}).error().message,
        HasSubstr("depends on undefined service \"b\"")
    );
    EXPECT_THAT(
        read_definitions("services:\n  a:\n    tty: true\n", {}).error().message, HasSubstr("neither an image")
    );
}

TEST(env_references, are_looked_up_in_project_environment_and_service)
{
    const auto got = resolve_references({
        .service = "A=${{project.X}}/${{ environment.Y }}/${{B}}\nB=b # comment",
        .environment = "Y=\"y y\"",
        .project = "X=x",
    });
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->at("A").reveal(), "x/y y/b");
    EXPECT_THAT(
        resolve_references({.service = "A=${{NOPE}}"}).error().message, HasSubstr("Invalid service environment")
    );
}

} // namespace
} // namespace basekeeper::rehearsal
