// Cells by type, budgets, and what is said about rows that are missing.
#include "features/database/rows.hpp"
#include "json/text.hpp"

#include <gmock/gmock.h>

namespace basekeeper::database {
namespace {

using testing::HasSubstr;
using testing::Not;

rows_page page_of(pg::oid type, std::vector<std::optional<std::string>> cells)
{
    pg::row_set rows({{.name = "c", .type = type}});
    for (const auto& cell : cells)
        rows.append(cell ? std::optional<std::string_view>(*cell) : std::nullopt);
    const auto count = cells.size();
    return {
        .outcome =
            {.rows = std::move(rows),
             .command = "SELECT",
             .affected = count,
             .total_rows = count,
             .truncated = {},
             .notices = {}}
    };
}

std::string text_of(const rows_page& page)
{
    std::string out;
    page.write_json(out);
    EXPECT_TRUE(json::read(out)) << out;
    EXPECT_FALSE(out.contains('\n')) << out;
    return out;
}

/// The JSON of one cell.
std::string cell(std::string_view type, std::string_view text)
{
    const auto out = text_of(page_of(type_from_name(type), {std::string(text)}));
    const auto begin = out.find("\"rows\":[[") + 9;
    return out.substr(begin, out.find("]],\"", begin) - begin);
}

TEST(rows, whole_numbers_stay_numbers_up_to_53_bits)
{
    EXPECT_EQ(cell("int4", "-7"), "-7");
    EXPECT_EQ(cell("int2", "32767"), "32767");
    EXPECT_EQ(cell("oid", "4294967295"), "4294967295");
    EXPECT_EQ(cell("bigint", "9007199254740992"), "9007199254740992");
    EXPECT_EQ(cell("int8", "9007199254740993"), "\"9007199254740993\"");
    EXPECT_EQ(cell("int8", "-9223372036854775808"), "\"-9223372036854775808\"");
    EXPECT_EQ(cell("int8", "12x"), "\"12x\"");
    EXPECT_EQ(cell("int8", ""), "\"\"");
}

TEST(rows, numeric_keeps_every_digit_as_text)
{
    EXPECT_EQ(cell("numeric", "0.10000000000000000000001"), "\"0.10000000000000000000001\"");
    EXPECT_EQ(cell("decimal", "NaN"), "\"NaN\"");
}

TEST(rows, real_numbers_that_json_cannot_hold_are_text)
{
    EXPECT_EQ(cell("float8", "1e+300"), "1e+300");
    EXPECT_EQ(cell("float8", "Infinity"), cell("text", "Infinity"));
    EXPECT_THAT(cell("real", "NaN"), testing::StartsWith("\""));
}

TEST(rows, booleans_and_text)
{
    EXPECT_EQ(cell("bool", "t"), "true");
    EXPECT_EQ(cell("boolean", "f"), "false");
    EXPECT_EQ(cell("text", "a\"\\\n\x01"), "\"a\\\"\\\\\\n\\u0001\"");
    EXPECT_EQ(cell("text", "\xff"), "\"\xEF\xBF\xBD\"");
    EXPECT_EQ(cell("timestamptz", "2026-01-01 00:00:00+00"), "\"2026-01-01 00:00:00+00\"");
    EXPECT_EQ(cell("int4[]", "{1,2}"), "\"{1,2}\"");
}

TEST(rows, json_is_spliced_on_one_line_and_what_is_no_json_is_text)
{
    EXPECT_EQ(cell("jsonb", R"({"a": [1, null]})"), R"({"a": [1, null]})");
    EXPECT_EQ(cell("json", "{\n\"a\\n\"\r\n:1}"), "{ \"a\\n\"  :1}");
    EXPECT_EQ(cell("json", "{broken"), "\"{broken\"");
    EXPECT_EQ(cell("json", ""), "\"\"");
    const std::string deep = std::string(600, '[') + std::string(600, ']');
    EXPECT_EQ(cell("json", deep), '"' + deep + '"');
}

TEST(rows, null_is_null_in_every_type)
{
    for (const auto* type : {"int4", "text", "jsonb", "float8", "bool", "numeric"})
        EXPECT_THAT(text_of(page_of(type_from_name(type), {std::nullopt})), HasSubstr("\"rows\":[[null]]")) << type;
}

TEST(rows, a_page_over_its_budget_keeps_whole_rows_and_says_so)
{
    auto page = page_of(25, std::vector<std::optional<std::string>>(100, std::string(100, 'x')));
    page.budget_bytes = 1'000;
    const auto out = text_of(page);
    EXPECT_LE(out.size(), 1'600U);
    const auto read = json::read(out).value();
    EXPECT_LT(read.at("row_count").as_int64(), 10);
    EXPECT_EQ(read.at("rows").as_array().size(), static_cast<std::size_t>(read.at("row_count").as_int64()));
    EXPECT_TRUE(read.at("truncated").as_bool());
    EXPECT_EQ(read.at("truncated_by").as_string(), "max_bytes");
    EXPECT_EQ(read.at("total_rows").as_int64(), 100);
    EXPECT_THAT(std::string(read.at("next").as_string()), HasSubstr("OFFSET"));
    page.budget_bytes = 0;
    EXPECT_THAT(text_of(page), HasSubstr("\"rows\":[]"));
}

TEST(rows, a_cut_by_rows_tells_the_total_only_when_it_is_known)
{
    auto page = page_of(23, {"1", "2"});
    page.outcome.truncated = pg::truncation::rows;
    page.outcome.total_rows = 7;
    EXPECT_THAT(text_of(page), HasSubstr(R"("truncated":true,"total_rows":7,"truncated_by":"max_rows")"));
    page.outcome.total_rows.reset();
    EXPECT_THAT(text_of(page), Not(HasSubstr("total_rows")));
}

TEST(rows, a_page_of_a_tool_that_pages_names_the_next_offset)
{
    rows_page page;
    page.outcome.rows = pg::row_set({{.name = "n", .type = 23}});
    page.outcome.rows.append("1");
    page.outcome.rows.append("2");
    page.outcome.truncated = pg::truncation::rows;
    page.outcome.total_rows = 3;
    page.offset = 40;
    EXPECT_THAT(text_of(page), HasSubstr("call again with offset 42"));
    EXPECT_THAT(text_of(page), Not(HasSubstr("total_rows"))) << "of the page is not of the report";
}

TEST(rows, a_statement_without_rows_tells_its_command_and_count)
{
    rows_page page;
    page.outcome.command = "INSERT 0 3";
    page.outcome.affected = 3;
    page.outcome.notices = {{.severity = "NOTICE", .sqlstate = "00000", .message = "\"hm\""}};
    EXPECT_EQ(
        text_of(page), R"({"command":"INSERT 0 3","row_count":3,"truncated":false,"notices":["NOTICE: \"hm\""]})"
    );
}

TEST(types, names_and_numbers_go_both_ways)
{
    EXPECT_EQ(type_from_name("integer"), 23U);
    EXPECT_EQ(type_from_name("int4"), 23U);
    EXPECT_EQ(type_name(23), "int4");
    EXPECT_EQ(type_name(99'999), "oid:99999");
    EXPECT_EQ(type_from_name(""), 0U);
    EXPECT_EQ(type_from_name("int4; drop table x"), 0U);
    EXPECT_THAT(known_type_names(), HasSubstr("timestamptz"));
}

} // namespace
} // namespace basekeeper::database
