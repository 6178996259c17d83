// Encodes server text as JSON by type.
#include "features/database/rows.hpp"

#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace basekeeper::database {
namespace {

enum class form
{
    text,
    boolean,
    integer,
    real,
    json
};

struct known_type
{
    pg::oid number;
    std::string_view name;
    std::string_view alias;
    form as;
};

/// pg_type.oid of the types that have a JSON form of their own or that parameters are often declared with.
constexpr std::array known_types{
    known_type{16, "bool", "boolean", form::boolean},
    known_type{17, "bytea", "", form::text},
    known_type{18, "char", "", form::text},
    known_type{19, "name", "", form::text},
    known_type{20, "int8", "bigint", form::integer},
    known_type{21, "int2", "smallint", form::integer},
    known_type{23, "int4", "integer", form::integer},
    known_type{25, "text", "", form::text},
    known_type{26, "oid", "", form::integer},
    known_type{114, "json", "", form::json},
    known_type{700, "float4", "real", form::real},
    known_type{701, "float8", "double precision", form::real},
    known_type{1000, "bool[]", "boolean[]", form::text},
    known_type{1005, "int2[]", "smallint[]", form::text},
    known_type{1007, "int4[]", "integer[]", form::text},
    known_type{1009, "text[]", "", form::text},
    known_type{1015, "varchar[]", "", form::text},
    known_type{1016, "int8[]", "bigint[]", form::text},
    known_type{1042, "bpchar", "character", form::text},
    known_type{1043, "varchar", "character varying", form::text},
    known_type{1082, "date", "", form::text},
    known_type{1083, "time", "", form::text},
    known_type{1114, "timestamp", "timestamp without time zone", form::text},
    known_type{1184, "timestamptz", "timestamp with time zone", form::text},
    known_type{1186, "interval", "", form::text},
    known_type{1700, "numeric", "decimal", form::text},
    known_type{2205, "regclass", "", form::text},
    known_type{2278, "void", "", form::text},
    known_type{2950, "uuid", "", form::text},
    known_type{2951, "uuid[]", "", form::text},
    known_type{3802, "jsonb", "", form::json},
};

const known_type* find_type(pg::oid number)
{
    const auto at = std::ranges::find(known_types, number, &known_type::number);
    return at == known_types.end() ? nullptr : &*at;
}

constexpr std::int64_t largest_exact = std::int64_t{1} << 53U;

void write_cell(std::string& out, std::string_view text, form as)
{
    switch (as) {
    case form::boolean:
        out += text == "t" ? "true" : "false";
        return;
    case form::integer: {
        std::int64_t n = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), n);
        if (read.ec == std::errc{} && read.ptr == text.data() + text.size() && n <= largest_exact &&
            n >= -largest_exact)
        {
            out += text;
            return;
        }
        break;
    }
    case form::real: {
        double n = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), n);
        if (read.ec == std::errc{} && read.ptr == text.data() + text.size()) {
            json::write_number(out, n);
            return;
        }
        break;
    }
    case form::json: {
        // The server checked it; reading it again keeps our own output valid whatever the type really is.
        // Line ends can only stand between its tokens; messages are lines, so they become blanks.
        if (json::read(text, {.max_bytes = std::size_t{64} << 20U, .max_depth = 512})) {
            for (const char c : text)
                out += c == '\n' || c == '\r' ? ' ' : c;
            return;
        }
        break;
    }
    case form::text:
        break;
    }
    json::write_string(out, text);
}

void write_columns(std::string& out, const std::vector<pg::column>& columns)
{
    out += "\"columns\":[";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        out += i == 0 ? "{\"name\":" : ",{\"name\":";
        json::write_string(out, columns[i].name);
        out += ",\"type\":";
        json::write_string(out, type_name(columns[i].type));
        out += '}';
    }
    out += ']';
}

/// Writes rows until they are through or `out` has reached `most_bytes`; returns how many.
std::size_t write_rows(std::string& out, const pg::row_set& rows, std::size_t most_bytes)
{
    const auto& columns = rows.columns();
    std::vector<form> forms;
    forms.reserve(columns.size());
    for (const auto& c : columns) {
        const auto* known = find_type(c.type);
        forms.push_back(known == nullptr ? form::text : known->as);
    }
    out += "\"rows\":[";
    std::size_t r = 0;
    for (; r < rows.size(); ++r) {
        const auto before = out.size();
        out += r == 0 ? "[" : ",[";
        for (std::size_t c = 0; c < columns.size(); ++c) {
            if (c != 0)
                out += ',';
            if (const auto cell = rows.value(r, c))
                write_cell(out, *cell, forms[c]);
            else
                out += "null";
        }
        out += ']';
        if (out.size() > most_bytes) {
            out.resize(before);
            break;
        }
    }
    out += ']';
    return r;
}

/// How to get what a cap cut off.
std::string how_to_get_the_rest(pg::truncation why, std::size_t kept)
{
    const std::string more = why == pg::truncation::bytes ? "select fewer or shorter columns, or " : "";
    return fmt::format(
        "{}add ORDER BY with LIMIT and OFFSET {}, or a WHERE on the last key seen; max_rows can be raised", more, kept
    );
}

} // namespace

std::string type_name(pg::oid type)
{
    const auto* known = find_type(type);
    return known == nullptr ? fmt::format("oid:{}", type) : std::string(known->name);
}

pg::oid type_from_name(std::string_view name)
{
    for (const auto& t : known_types)
        if (t.name == name || (!t.alias.empty() && t.alias == name))
            return t.number;
    return 0;
}

std::string known_type_names()
{
    std::string out;
    for (const auto& t : known_types)
        out += (out.empty() ? "" : ", ") + std::string(t.name);
    return out;
}

boost::json::object rows_page::json_schema()
{
    return {
        {"type", "object"},
        {"properties",
         {{"columns", {{"type", "array"}}},
          {"rows", {{"type", "array"}, {"items", {{"type", "array"}}}}},
          {"row_count", {{"type", "integer"}}},
          {"truncated", {{"type", "boolean"}}}}},
        {"required", {"row_count", "truncated"}},
    };
}

void rows_page::write_json(std::string& out) const
{
    const auto start = out.size();
    const bool returns_rows = !outcome.rows.columns().empty();
    std::size_t kept = outcome.rows.size();
    auto why = outcome.truncated;
    out.reserve(start + std::min(budget_bytes, outcome.rows.bytes() + outcome.rows.bytes() / 2) + 512);
    out += '{';
    if (returns_rows) {
        write_columns(out, outcome.rows.columns());
        out += ',';
        kept = write_rows(out, outcome.rows, budget_bytes == SIZE_MAX ? SIZE_MAX : start + budget_bytes);
        if (kept < outcome.rows.size())
            why = pg::truncation::bytes;
        out += ',';
    }
    if (!outcome.command.empty()) {
        out += "\"command\":";
        json::write_string(out, outcome.command);
        out += ',';
    }
    out += "\"row_count\":";
    json::write_number(out, std::uint64_t{returns_rows ? kept : outcome.affected});
    const bool cut = why != pg::truncation::none;
    out += cut ? ",\"truncated\":true" : ",\"truncated\":false";
    if (cut) {
        if (outcome.total_rows && !offset) {
            out += ",\"total_rows\":";
            json::write_number(out, *outcome.total_rows);
        }
        out += ",\"truncated_by\":";
        json::write_string(out, why == pg::truncation::rows ? "max_rows" : "max_bytes");
        out += ",\"next\":";
        json::write_string(
            out, offset ? fmt::format("call again with offset {}", *offset + kept) : how_to_get_the_rest(why, kept)
        );
    }
    if (!ran_as.empty()) {
        out += ",\"ran_as\":";
        json::write_string(out, ran_as);
    }
    if (!outcome.notices.empty()) {
        out += ",\"notices\":[";
        for (std::size_t i = 0; i < outcome.notices.size(); ++i) {
            out += i == 0 ? "" : ",";
            json::write_string(out, outcome.notices[i].severity + ": " + outcome.notices[i].message);
        }
        out += ']';
    }
    out += '}';
}

} // namespace basekeeper::database
