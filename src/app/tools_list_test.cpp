// What clients see of all tools is written down, so that every change of a name, a text or a schema is reviewed.
#include "app/services.hpp"
#include "json/text.hpp"
#include "mcp/listing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

namespace basekeeper::app {
namespace {

/// What a client without limits reads of the tools that work on one database.
constexpr std::size_t largest_list = 14'000;

/// Of groups that have a limit of their own; they can be left out with the setting `features`.
const std::map<std::string, std::size_t> largest_groups{{"dokploy", 9'000}, {"jobs", 2'500}};

config::loaded settings_for(const std::filesystem::path& root)
{
    config::loaded out;
    out.values.state_dir.value = root / "state";
    out.values.log.level.value = log::level::error;
    out.values.instances["dev"].database_url.value = crypto::secret<>(std::string("postgres://a@localhost/d"));
    out.values.dokploy["home"].url.value = "https://dokploy.example.com";
    out.values.dokploy["home"].api_key.value = crypto::secret<>(std::string("key"));
    return out;
}

/// The tools of the program with one instance and one Dokploy server configured, as the newest version publishes them.
class published_tools : public ::testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "tools_list_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root = name;
        auto built = services::build(settings_for(root));
        ASSERT_TRUE(built) << describe(built.error());
        with = *std::move(built);
        mcp::tool_listing listing(with->offers(), with->rules(), with->catalog());
        for (const auto& item : listing.items(mcp::traits_of(mcp::protocol_version::v2026_07_28), {}))
            tools.push_back(item);
    }

    void TearDown() override
    {
        with.reset();
        std::filesystem::remove_all(root);
    }

    std::filesystem::path root;
    std::unique_ptr<services> with;
    std::vector<mcp::list_item> tools;
};

std::string read_file(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(published_tools, are_those_of_the_golden_file)
{
    const std::filesystem::path golden = std::filesystem::path(BASEKEEPER_GOLDEN_DIR) / "tools.json";
    // One tool per line, so that a difference shows which.
    std::string text = "{\"tools\":[\n";
    for (const auto& t : tools)
        text += t.json + (&t == &tools.back() ? "\n" : ",\n");
    text += "]}\n";
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    if (const char* update = std::getenv("BASEKEEPER_UPDATE_GOLDEN"); update != nullptr && std::string(update) == "1") {
        std::ofstream(golden, std::ios::binary) << text;
        GTEST_SKIP() << "wrote " << golden;
    }
    EXPECT_EQ(read_file(golden), text) << "if that is meant: BASEKEEPER_UPDATE_GOLDEN=1 app_test, then review the diff";
}

TEST_F(published_tools, cost_a_model_little_to_read)
{
    std::size_t size = std::string_view(R"({"tools":[]})").size();
    std::map<std::string, std::size_t> sizes;
    for (const auto& t : tools) {
        const auto* one = with->offers().find_tool(t.key);
        ASSERT_NE(one, nullptr) << t.key;
        auto& of = largest_groups.contains(one->about.group) ? sizes[one->about.group] : size;
        of += t.json.size() + 1;
    }
    EXPECT_LE(size, largest_list);
    for (const auto& [group, largest] : largest_groups)
        EXPECT_LE(sizes[group], largest) << group;
}

TEST_F(published_tools, have_names_texts_and_closed_schemas)
{
    std::set<std::string> names;
    for (const auto& t : tools) {
        const auto tree = json::read(t.json);
        ASSERT_TRUE(tree) << t.key;
        const std::string name(tree->at("name").as_string());
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << name;
        EXPECT_FALSE(tree->at("description").as_string().empty()) << name;
        EXPECT_EQ(tree->at("inputSchema").at("type"), "object") << name;
        EXPECT_EQ(tree->at("inputSchema").at("additionalProperties"), false) << name;
        EXPECT_EQ(tree->at("outputSchema").at("type"), "object") << name;
    }
    EXPECT_THAT(
        names,
        ::testing::IsSupersetOf(
            {"list_instances",
             "get_instance",
             "test_connection",
             "list_tables",
             "get_schema",
             "list_extensions",
             "get_advisors",
             "execute_sql",
             "query_database",
             "explain_query",
             "generate_typescript_types",
             "monitor_connections",
             "inspect_database",
             "advise_indexes",
             "generate_diff",
             "list_migrations",
             "apply_migration",
             "rollback_migration",
             "list_jobs",
             "get_job",
             "cancel_job",
             "resume_job"}
        )
    );
}

} // namespace
} // namespace basekeeper::app
