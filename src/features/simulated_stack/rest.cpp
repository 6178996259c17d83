// The table has the columns id, task, is_complete and inserted_at; filters are `eq`.
#include "features/simulated_stack/rest.hpp"

#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

namespace basekeeper::simulated_stack {
namespace {

constexpr std::string_view table_name = "todos";
constexpr auto columns = std::to_array<std::string_view>({"id", "task", "is_complete", "inserted_at"});
/// Parameters that are no filters.
constexpr auto own_parameters = std::to_array<std::string_view>({"select", "order", "limit", "offset", "columns"});

struct complaint
{
    std::string_view code;
    std::string message;
    std::optional<std::string> details{};
    std::optional<std::string> hint{};
};

boost::json::value text_or_null(const std::optional<std::string>& text)
{
    return text ? boost::json::value(boost::json::string(*text)) : boost::json::value(nullptr);
}

answer rest_error(int status, const complaint& what)
{
    return json_answer(
        status,
        boost::json::object{
            {"code", what.code},
            {"details", text_or_null(what.details)},
            {"hint", text_or_null(what.hint)},
            {"message", what.message}
        }
    );
}

answer token_error(const complaint& what)
{
    auto out = rest_error(401, what);
    out.headers.emplace_back(
        "WWW-Authenticate", fmt::format(R"(Bearer error="invalid_token", error_description="{}")", what.message)
    );
    return out;
}

bool knows(std::span<const std::string_view> names, std::string_view one)
{
    return std::ranges::find(names, one) != names.end();
}

std::string text_of(const boost::json::value& v)
{
    return v.is_string() ? std::string(v.get_string()) : json::to_text(v);
}

bool fits(const boost::json::object& row, const fields& asked)
{
    return std::ranges::all_of(asked, [&](const auto& one) {
        const auto& [name, value] = one;
        if (knows(own_parameters, name))
            return true;
        return value.starts_with("eq.") && text_of(row.at(name)) == value.substr(3);
    });
}

/// The first parameter that names no column.
const std::string* unknown_column(const fields& asked)
{
    for (const auto& [name, value] : asked)
        if (!knows(own_parameters, name) && !knows(columns, name))
            return &name;
    return nullptr;
}

answer no_such_column(std::string_view name)
{
    return rest_error(400, {"42703", fmt::format("column {}.{} does not exist", table_name, name)});
}

boost::json::object selected(const boost::json::object& row, std::string_view columns_asked)
{
    if (columns_asked.empty() || columns_asked == "*")
        return row;
    boost::json::object out;
    while (!columns_asked.empty()) {
        const auto end = std::min(columns_asked.find(','), columns_asked.size());
        const auto name = columns_asked.substr(0, end);
        if (const auto* value = row.if_contains(name))
            out[name] = *value;
        columns_asked.remove_prefix(std::min(end + 1, columns_asked.size()));
    }
    return out;
}

bool wants_one(const request& asked)
{
    const auto* accept = find_header(asked.headers, "accept");
    return accept != nullptr && accept->starts_with("application/vnd.pgrst.object");
}

bool wants_rows_back(const request& asked)
{
    const auto* prefer = find_header(asked.headers, "prefer");
    return prefer != nullptr && prefer->contains("return=representation");
}

/// Rows as the caller asked for them.
answer rows_answer(int status, const request& asked, const boost::json::array& rows)
{
    const auto columns_asked = parameter(asked.query, "select").value_or("*");
    boost::json::array shown;
    for (const auto& one : rows)
        shown.emplace_back(selected(one.get_object(), columns_asked));
    if (wants_one(asked)) {
        if (shown.size() != 1)
            return rest_error(
                406,
                {"PGRST116",
                 "Cannot coerce the result to a single JSON object",
                 fmt::format("The result contains {} rows", shown.size())}
            );
        return json_answer(status, shown.front());
    }
    auto out = json_answer(status, shown);
    out.headers.emplace_back(
        "Content-Range", shown.empty() ? std::string("*/*") : fmt::format("0-{}/*", shown.size() - 1)
    );
    return out;
}

answer written(int status, const request& asked, const boost::json::array& rows)
{
    if (wants_rows_back(asked))
        return rows_answer(status == 204 ? 200 : status, asked, rows);
    return {.status = status};
}

} // namespace

void rest_service::start(const env_text::values& in_effect)
{
    values_ = in_effect;
    keys_ = token_keys::of_set_or_secret(in_effect, "JWT_JWKS");
}

std::optional<answer> rest_service::refusal(const call& what) const
{
    switch (keys_.read(what.token(), time_.wall()).state) {
    case token_state::malformed:
        return token_error({"PGRST301", "Expected 3 parts in JWT; got 1"});
    case token_state::bad_signature:
        return token_error({"PGRST301", "JWSError JWSInvalidSignature"});
    case token_state::expired:
        return token_error({"PGRST303", "JWT expired"});
    default:
        break;
    }
    if (what.database != service_state::up)
        return rest_error(503, {"PGRST002", "Could not query the database for the schema cache. Retrying."});
    const auto* schema = find_header(what.asked.headers, "accept-profile");
    const auto exposed = std::string(variable(values_, "PGRST_DB_SCHEMAS", "public,graphql_public"));
    if (schema != nullptr && !("," + exposed + ",").contains("," + *schema + ","))
        return rest_error(
            406,
            {"PGRST106",
             fmt::format("Invalid schema: {}", *schema),
             std::nullopt,
             fmt::format("Only the following schemas are exposed: {}", exposed)}
        );
    return std::nullopt;
}

answer rest_service::respond(const call& what)
{
    if (auto refused = refusal(what))
        return *std::move(refused);
    const auto parts = path_parts(what.path);
    if (parts.empty())
        return openapi();
    if (parts.front() == "rpc")
        return rest_error(
            404,
            {"PGRST202",
             fmt::format(
                 "Could not find the function public.{} without parameters in the schema cache",
                 parts.size() > 1 ? parts[1] : std::string{}
             )}
        );
    if (parts.size() > 1)
        return rest_error(404, {"PGRST125", "Invalid path specified in request URL"});
    if (parts.front() != table_name)
        return rest_error(
            404, {"PGRST205", fmt::format("Could not find the table 'public.{}' in the schema cache", parts.front())}
        );
    return table(what);
}

answer rest_service::openapi() const
{
    boost::json::object properties{
        {"id", boost::json::object{{"type", "integer"}, {"format", "bigint"}}},
        {"task", boost::json::object{{"type", "string"}, {"format", "text"}}},
        {"is_complete", boost::json::object{{"type", "boolean"}, {"format", "boolean"}}},
        {"inserted_at", boost::json::object{{"type", "string"}, {"format", "timestamp with time zone"}}},
    };
    auto out = json_answer(
        200,
        boost::json::object{
            {"swagger", "2.0"},
            {"info", boost::json::object{{"title", "standard public schema"}, {"version", "14.12"}}},
            {"paths", boost::json::object{{"/", boost::json::object{}}, {"/todos", boost::json::object{}}}},
            {"definitions",
             boost::json::object{{table_name, boost::json::object{{"properties", std::move(properties)}}}}},
        }
    );
    out.headers.front().second = "application/openapi+json; charset=utf-8";
    return out;
}

answer rest_service::table(const call& what)
{
    const auto asked = parameters(what.asked.query);
    if (const auto* name = unknown_column(asked))
        return no_such_column(*name);
    const auto& method = what.asked.method;
    if (method == "POST")
        return insert(what);
    if (method == "PATCH")
        return update(what);
    if (method == "DELETE")
        return remove(what);
    if (method != "GET" && method != "HEAD")
        return rest_error(405, {"PGRST117", fmt::format("Unsupported HTTP method: {}", method)});
    boost::json::array found;
    for (const auto& one : rows_)
        if (fits(one, asked))
            found.emplace_back(one);
    auto out = rows_answer(200, what.asked, found);
    if (method == "HEAD")
        out.body.clear();
    return out;
}

bool rest_service::add(const boost::json::object& given)
{
    if (rows_.size() >= most_rows)
        return false;
    row made{{"id", ++last_id_}, {"task", nullptr}, {"is_complete", false}, {"inserted_at", to_rfc3339(time_.wall())}};
    for (const auto& [name, value] : given)
        made[name] = value;
    rows_.push_back(std::move(made));
    return true;
}

answer rest_service::insert(const call& what)
{
    const auto read = json::read(what.asked.body);
    if (!read || !(read->is_object() || read->is_array()))
        return rest_error(400, {"PGRST102", "Empty or invalid json"});
    const auto given = read->is_array() ? read->get_array() : boost::json::array{*read};
    for (const auto& one : given)
        for (const auto& [name, value] : one.is_object() ? one.get_object() : boost::json::object{})
            if (!knows(columns, name))
                return rest_error(
                    400,
                    {"PGRST204",
                     fmt::format(
                         "Could not find the '{}' column of '{}' in the schema cache",
                         std::string_view(name),
                         table_name
                     )}
                );
    boost::json::array made;
    for (const auto& one : given) {
        if (!one.is_object())
            return rest_error(400, {"PGRST102", "Empty or invalid json"});
        if (!add(one.get_object()))
            return rest_error(500, {"53100", "could not extend file: No space left on device"});
        made.emplace_back(rows_.back());
    }
    return written(201, what.asked, made);
}

answer rest_service::update(const call& what)
{
    const auto asked = parameters(what.asked.query);
    boost::json::array changed;
    for (auto& one : rows_) {
        if (!fits(one, asked))
            continue;
        for (const auto& [name, value] : body_object(what.asked))
            if (knows(columns, name))
                one[name] = value;
        changed.emplace_back(one);
    }
    return written(204, what.asked, changed);
}

answer rest_service::remove(const call& what)
{
    const auto asked = parameters(what.asked.query);
    if (std::ranges::all_of(asked, [](const auto& one) { return knows(own_parameters, one.first); }))
        return rest_error(400, {"21000", "DELETE requires a WHERE clause"});
    boost::json::array gone;
    std::erase_if(rows_, [&](const row& one) {
        if (!fits(one, asked))
            return false;
        gone.emplace_back(one);
        return true;
    });
    return written(204, what.asked, gone);
}

} // namespace basekeeper::simulated_stack
