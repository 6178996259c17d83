// Values into parameters: what is taken, and what is refused by name.
#include "features/database/engine.hpp"
#include "features/database/text_array.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

namespace basekeeper::database {
namespace {

using testing::HasSubstr;

TEST(bind, takes_every_kind_of_value_as_its_text)
{
    const auto bound = bind(
        {.sql = "select 1",
         .params = {nullptr, true, 7, -1.5, "it's", boost::json::object{{"a", 1}}, boost::json::array{1, "x"}},
         .param_types = {}}
    );
    ASSERT_TRUE(bound);
    EXPECT_EQ(bound->sql, "select 1");
    EXPECT_FALSE(bound->params[0].value);
    EXPECT_EQ(bound->params[1].value, "true");
    EXPECT_EQ(bound->params[2].value, "7");
    EXPECT_EQ(bound->params[4].value, "it's");
    EXPECT_EQ(bound->params[5].value, R"({"a":1})");
    EXPECT_EQ(bound->params[6].value, R"([1,"x"])");
    EXPECT_EQ(bound->params[6].type, 0U);
}

TEST(bind, an_array_with_an_array_type_becomes_an_array_literal)
{
    const auto bound = bind(
        {.sql = "",
         .params = {boost::json::array{"a\"b", nullptr, "NULL", "", boost::json::array{1, 2}}, boost::json::array{}},
         .param_types = {"text[]", "int4[]"}}
    );
    ASSERT_TRUE(bound);
    EXPECT_EQ(bound->params[0].value, R"({"a\"b",NULL,"NULL","",{"1","2"}})");
    EXPECT_EQ(bound->params[0].type, 1009U);
    EXPECT_EQ(bound->params[1].value, "{}");
}

TEST(bind, names_the_type_it_does_not_know)
{
    const auto bound = bind({.sql = "", .params = {1, 2}, .param_types = {"int4", "intt"}});
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().code, condition::invalid_argument);
    EXPECT_THAT(bound.error().message, HasSubstr("param_types.1"));
    EXPECT_THAT(bound.error().message, HasSubstr("uuid"));
    EXPECT_THAT(bound.error().hint, HasSubstr("$2::"));
}

TEST(bind, refuses_more_types_than_values)
{
    const auto bound = bind({.sql = "", .params = {1}, .param_types = {"", "int4"}});
    ASSERT_FALSE(bound);
    EXPECT_THAT(bound.error().message, HasSubstr("2 types for 1 params"));
}

TEST(bind, refuses_the_character_nul_wherever_it_hides)
{
    const std::string nul("a\0b", 3);
    EXPECT_THAT(
        bind({.sql = "", .params = {1, boost::json::string(nul)}, .param_types = {}}).error().message,
        HasSubstr("params.1")
    );
    EXPECT_FALSE(bind({.sql = "", .params = {boost::json::array{boost::json::string(nul)}}, .param_types = {"text[]"}})
    );
}

TEST(text_array, quotes_what_would_end_an_item)
{
    EXPECT_EQ(text_array({}), "{}");
    EXPECT_EQ(text_array({"a", "", "b\"c\\d", "{x,y}", "NULL"}), R"({"a","","b\"c\\d","{x,y}","NULL"})");
}

} // namespace
} // namespace basekeeper::database
