// The registry keeps the order, finds by name and takes no name twice.
#include "mcp/registry.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace basekeeper::mcp {
namespace {

tool named_tool(std::string name)
{
    tool t;
    t.about.name = std::move(name);
    return t;
}

resource at(std::string uri)
{
    resource r;
    r.uri = std::move(uri);
    return r;
}

prompt named_prompt(std::string name)
{
    prompt p;
    p.name = std::move(name);
    return p;
}

TEST(registry, keeps_the_order_of_registration)
{
    registry all;
    all.add(named_tool("b"));
    all.add(named_tool("a"));
    ASSERT_EQ(all.tools().size(), 2U);
    EXPECT_EQ(all.tools()[0].about.name, "b");
    EXPECT_EQ(all.tools()[1].about.name, "a");
}

TEST(registry, finds_whole_names_only)
{
    registry all;
    all.add(named_tool("list_tables"));
    all.add(named_prompt("greet"));
    EXPECT_EQ(all.find_tool("list_tables"), &all.tools()[0]);
    EXPECT_EQ(all.find_prompt("greet"), &all.prompts()[0]);
    for (const auto* other : {"", "list_table", "list_tables ", "LIST_TABLES", "greet"})
        EXPECT_EQ(all.find_tool(other), nullptr) << other;
    EXPECT_EQ(all.find_prompt("list_tables"), nullptr);
}

TEST(registry, a_name_or_an_address_is_given_once)
{
    registry all;
    all.add(named_tool("a"));
    all.add(at("x://a"));
    all.add(named_prompt("a")); // a prompt may be called like a tool
    EXPECT_THROW(all.add(named_tool("a")), std::logic_error);
    EXPECT_THROW(all.add(at("x://a")), std::logic_error);
    EXPECT_THROW(all.add(named_prompt("a")), std::logic_error);
    EXPECT_EQ(all.tools().size() + all.resources().size() + all.prompts().size(), 3U);
}

} // namespace
} // namespace basekeeper::mcp
