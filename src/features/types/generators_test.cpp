// The generators on a small catalogue: what is written, in which order, and the oddities that are kept.
#include "features/types/generators.hpp"
#include "features/types/order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::types {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

catalogue shop()
{
    catalogue out;
    out.schemas = {"public"};
    out.types = {
        {.id = 25, .schema = "pg_catalog", .name = "text", .shown = "text"},
        {.id = 23, .schema = "pg_catalog", .name = "int4", .shown = "integer"},
        {.id = 100, .schema = "public", .name = "mood", .shown = "mood", .labels = {"sad", "a\"b"}},
        {.id = 101, .schema = "other", .name = "far", .shown = "other.far", .labels = {"x", "y"}},
        {.id = 102, .schema = "public", .name = "users", .shown = "users", .relation = 200},
        {.id = 103,
         .schema = "public",
         .name = "pair",
         .shown = "pair",
         .relation = 300,
         .attributes = {{.name = "b", .type = 23}, {.name = "a", .type = 25}}},
    };
    relation users{.id = 200, .schema = "public", .name = "users"};
    users.columns = {
        {.name = "name", .type = "text", .type_schema = "pg_catalog", .nullable = false},
        {.name = "id",
         .type = "int4",
         .type_schema = "pg_catalog",
         .nullable = false,
         .identity = true,
         .computed = true},
        {.name = "far", .type = "_far", .type_schema = "other"},
        {.name = "doc", .type = "jsonb", .type_schema = "pg_catalog", .nullable = false, .has_default = true},
    };
    out.relations.push_back(std::move(users));
    function overload{.id = 1, .schema = "public", .name = "f", .return_type = 23};
    overload.arguments = {{.name = "x", .type = 23}};
    out.functions.push_back(overload);
    overload.id = 2;
    overload.argument_types = "x text";
    overload.arguments = {{.name = "x", .type = 25}};
    out.functions.push_back(std::move(overload));
    out.functions.push_back({.id = 3, .schema = "public", .name = "full_name", .return_type = 25});
    out.functions.back().arguments = {{.name = "u", .type = 102}};
    sort(out, name_order());
    return out;
}

TEST(typescript, writes_rows_inputs_and_computed_fields)
{
    const auto text = to_typescript(shop());
    EXPECT_THAT(text, HasSubstr(R"(      users: {
        Row: {
          doc: NonNullable<Json>
          far: ("x" | "y")[] | null
          id: number
          name: string
          full_name: string | null
        }
        Insert: {
          doc?: NonNullable<Json>
          far?: ("x" | "y")[] | null
          id?: never
          name: string
        }
)"));
    EXPECT_THAT(text, HasSubstr("      mood: \"sad\" | 'a\"b'\n"));
    EXPECT_THAT(text, HasSubstr("      mood: [\"sad\", 'a\"b'],\n"));
}

TEST(typescript, overloads_that_cannot_be_told_apart_say_so)
{
    EXPECT_THAT(
        to_typescript(shop()),
        HasSubstr(
            "} & \"Could not choose the best candidate function between: public.f(x => int4), public.f(x => text)."
        )
    );
}

TEST(typescript, empty_sections_are_never)
{
    catalogue nothing;
    nothing.schemas = {"empty one"};
    EXPECT_THAT(
        to_typescript(nothing), HasSubstr("  \"empty one\": {\n    Tables: {\n      [_ in never]: never\n    }\n")
    );
}

TEST(go, aligns_fields_and_does_not_know_integer_in_composites)
{
    const auto text = to_go(shop());
    EXPECT_THAT(text, HasSubstr("type PublicUsersSelect struct {\n  Doc  interface{} `json:\"doc\"`\n"));
    EXPECT_THAT(
        text, HasSubstr("type PublicPair struct {\n  B interface{} `json:\"b\"`\n  A string      `json:\"a\"`\n}")
    );
}

TEST(swift, is_identifiable_by_an_identity_column)
{
    const auto text = to_swift(shop());
    EXPECT_THAT(text, HasSubstr("  internal struct UsersInsert: Codable, Hashable, Sendable, Identifiable {\n"));
    EXPECT_THAT(text, HasSubstr("    internal let id: Int32?\n"));
    EXPECT_THAT(text, HasSubstr("    case aB = \"a\\\"b\"\n"));
}

TEST(python, has_the_enums_of_all_schemas_and_composites_of_those_asked_for)
{
    const auto text = to_python(shop());
    EXPECT_THAT(text, HasSubstr("OtherFar: TypeAlias = Literal[\"x\", \"y\"]\n"));
    EXPECT_THAT(text, HasSubstr("    far: NotRequired[Annotated[Optional[List[OtherFar]], Field(alias=\"far\")]]\n"));
    EXPECT_THAT(text, Not(HasSubstr("class OtherFar")));
}

TEST(order, follows_the_ranks_and_keeps_labels_and_attributes)
{
    auto what = shop();
    sort(what, name_order({"name", "id", "far", "doc"}));
    EXPECT_EQ(what.relations[0].columns[0].name, "name");
    EXPECT_EQ(what.relations[0].columns[3].name, "doc");
    for (const auto& t : what.types)
        if (t.name == "pair")
            EXPECT_EQ(t.attributes[0].name, "b");
}

} // namespace
} // namespace basekeeper::types
