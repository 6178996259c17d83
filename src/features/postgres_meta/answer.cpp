// Rows come as JSON objects; errors as an object with the fields of PostgreSQL's report.
#include "features/postgres_meta/answer.hpp"

#include "base/text.hpp"
#include "json/text.hpp"
#include "pg/sqlstate.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace basekeeper::postgres_meta {
namespace {

constexpr std::size_t longest_answer = std::size_t{64} << 20U;
constexpr std::size_t deepest_answer = 512;

// Numbers of pg_type.
constexpr pg::oid boolean_type = 16;
constexpr pg::oid integer_type = 20;
constexpr pg::oid text_type = 25;
constexpr pg::oid json_type = 114;
constexpr pg::oid real_type = 701;

pg::oid type_of(const boost::json::value& v)
{
    switch (v.kind()) {
    case boost::json::kind::null:
        return 0;
    case boost::json::kind::bool_:
        return boolean_type;
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
        return integer_type;
    case boost::json::kind::double_:
        return real_type;
    case boost::json::kind::string:
        return text_type;
    case boost::json::kind::array:
    case boost::json::kind::object:
        break;
    }
    return json_type;
}

/// What values of both can be shown as.
pg::oid both(pg::oid a, pg::oid b)
{
    if (a == b || b == 0)
        return a;
    if (a == 0)
        return b;
    const auto is_number = [](pg::oid t) { return t == integer_type || t == real_type; };
    // A bigint beyond what JSON numbers hold comes as text.
    if ((a == integer_type && b == text_type) || (a == text_type && b == integer_type))
        return text_type;
    return is_number(a) && is_number(b) ? real_type : json_type;
}

std::string cell(const boost::json::value& v, pg::oid column)
{
    if (column == json_type)
        return json::to_text(v);
    if (v.is_string())
        return std::string(v.get_string());
    if (v.is_bool())
        return v.get_bool() ? "t" : "f";
    return json::to_text(v);
}

std::unexpected<error> not_understood()
{
    return fail(
        condition::unavailable,
        "what answers at the gateway's /pg/query is not postgres-meta",
        "check url of the instance: it must be the address of the API gateway; a login page of a proxy in front of it "
        "must let /pg/ through"
    );
}

result<pg::statement_result> rows_of(const boost::json::array& all, pg::caps keep)
{
    pg::statement_result out;
    out.total_rows = all.size();
    if (all.empty())
        return out;
    std::vector<pg::column> columns;
    if (!all.front().is_object())
        return not_understood();
    for (const auto& [name, value] : all.front().get_object())
        columns.push_back({.name = std::string(name)});
    for (const auto& row : all) {
        if (!row.is_object() || row.get_object().size() != columns.size())
            return not_understood();
        std::size_t at = 0;
        for (const auto& [name, value] : row.get_object()) {
            columns[at].type = both(columns[at].type, type_of(value));
            ++at;
        }
    }
    for (auto& c : columns)
        c.type = c.type == 0 ? text_type : c.type;
    out.rows = pg::row_set(columns);
    for (const auto& row : all) {
        if (out.rows.size() >= keep.max_rows || out.rows.bytes() >= keep.max_bytes) {
            out.truncated = out.rows.size() >= keep.max_rows ? pg::truncation::rows : pg::truncation::bytes;
            break;
        }
        if (columns.empty())
            out.rows.append_empty_row();
        std::size_t at = 0;
        for (const auto& [name, value] : row.get_object()) {
            if (value.is_null())
                out.rows.append(std::nullopt);
            else
                out.rows.append(cell(value, columns[at].type));
            ++at;
        }
    }
    return out;
}

std::string text_in(const boost::json::object& from, std::string_view key)
{
    const auto* found = from.if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

error refused_by_database(const boost::json::object& said, std::size_t characters_before)
{
    pg::server_report report{
        .severity = text_in(said, "severity"),
        .sqlstate = text_in(said, "code"),
        .message = text_in(said, "message"),
        .detail = text_in(said, "detail"),
        .hint = text_in(said, "hint"),
    };
    const auto where = text_in(said, "position");
    std::size_t position = 0;
    std::from_chars(where.data(), where.data() + where.size(), position);
    if (position > characters_before)
        report.position = static_cast<int>(std::min<std::size_t>(position - characters_before, 1U << 30U));
    return pg::to_error(report);
}

error by_status(int status)
{
    switch (status) {
    case 401:
    case 403:
        return {
            condition::denied,
            fmt::format("the gateway refused the service role key (HTTP {})", status),
            "set service_role_key to SERVICE_ROLE_KEY of the stack's .env; the anon key does not open /pg/"
        };
    case 404:
        return {
            condition::not_found,
            "the gateway has no route /pg/query (HTTP 404)",
            "check url of the instance; a stack whose gateway does not publish postgres-meta needs database_url"
        };
    case 408:
    case 504:
        return {
            condition::timeout,
            fmt::format("the gateway gave up waiting for postgres-meta (HTTP {})", status),
            "ask for less, or set database_url, which has no limit but your own"
        };
    case 502:
    case 503:
        return {
            condition::unavailable,
            fmt::format("the gateway does not reach postgres-meta, or that is full (HTTP {})", status),
            "look whether the container of postgres-meta (meta) runs and is healthy, then call again"
        };
    default:
        return {
            status < 400 ? condition::invalid_argument : condition::unavailable,
            fmt::format("the gateway answered /pg/query with HTTP {}", status),
            "check url of the instance: it must be the address of the API gateway itself, without a redirect"
        };
    }
}

} // namespace

result<pg::statement_result>
read_answer(int status, std::string_view body, pg::caps keep, std::size_t characters_before)
{
    const auto read = json::read(body, {.max_bytes = longest_answer, .max_depth = deepest_answer});
    if (status == 200)
        return read && read->is_array() ? rows_of(read->get_array(), keep) : not_understood();
    const auto* said = read ? read->if_object() : nullptr;
    if (said != nullptr && text_in(*said, "code").size() == 5)
        return fail(refused_by_database(*said, characters_before));
    auto failed = by_status(status);
    if (status == 400 && said != nullptr)
        failed = {
            condition::unavailable,
            "postgres-meta did not get an answer of its database",
            "look whether the database runs, and at PG_META_DB_* of the container of postgres-meta"
        };
    failed.http_status = status;
    failed.server_text = std::string(utf8_prefix(body, pg::max_server_text));
    return fail(std::move(failed));
}

} // namespace basekeeper::postgres_meta
