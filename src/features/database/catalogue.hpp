// What the catalogue of a database tells: tables, the schema as a model reads it, extensions. Paged and lazy.
#pragma once

#include "json/fields.hpp"
#include "pg/connection.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::database {

/// A JSON array whose items the server made; they are spliced into the result as they are.
struct json_items
{
    std::vector<std::string> items;

    static boost::json::object json_schema() { return {{"type", "array"}, {"items", {{"type", "object"}}}}; }

    void write_json(std::string& out) const;
};

struct table_request
{
    std::vector<std::string> schemas; ///< empty: every schema that is not the platform's own
    std::string pattern;              ///< LIKE pattern of the table name; empty: all
    bool verbose = false;             ///< with columns, primary keys and foreign keys
    std::size_t limit = 100;
    std::string cursor;
    std::size_t budget_bytes = 65'536;
};

struct table_page
{
    json_items tables;
    std::optional<std::string> next_cursor;

    static constexpr auto fields = std::tuple{
        json::required("tables", &table_page::tables),
        json::optional("next_cursor", &table_page::next_cursor),
    };
};

/// How much is told of each object.
enum class detail
{
    names,   ///< names and kinds only
    summary, ///< columns with types, keys
    full,    ///< indexes, constraints, policies, triggers, partitions, publications too
    source   ///< the text of functions and views too
};
BOOST_DESCRIBE_ENUM(detail, names, summary, full, source)

struct schema_request
{
    std::vector<std::string> schemas;
    std::string pattern;
    database::detail level = detail::summary;
    std::size_t budget_bytes = 32'768;
    std::string cursor;
};

struct schema_page
{
    json_items objects;
    std::optional<std::string> next_cursor;

    static constexpr auto fields = std::tuple{
        json::required("objects", &schema_page::objects),
        json::optional("next_cursor", &schema_page::next_cursor),
    };
};

struct extension_list
{
    json_items extensions;

    static constexpr auto fields = std::tuple{json::required("extensions", &extension_list::extensions)};
};

/// The schemas of the platform and its extensions as a name[] literal: left out unless they are named.
std::string_view platform_schemas();

/// Asks one of our own queries, by whatever leads to the database.
using asker = std::function<
    io::task<result<pg::statement_result>>(std::string sql, std::vector<pg::parameter> params, io::deadline until)>;

io::task<result<table_page>> list_tables(asker ask, table_request what, io::deadline until);
io::task<result<schema_page>> describe_schema(asker ask, schema_request what, io::deadline until);
io::task<result<extension_list>> list_extensions(asker ask, io::deadline until);

} // namespace basekeeper::database
