// postgres-meta knows a handful of statements here; Studio is a page.
#include "features/simulated_stack/small_services.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace basekeeper::simulated_stack {
namespace {

constexpr std::string_view version_text =
    "PostgreSQL 17.6 on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit";

/// Lower case, single blanks, no semicolon.
std::string plain(std::string_view statement)
{
    std::string out;
    for (const char c : statement) {
        if (c == ';')
            continue;
        const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (blank && (out.empty() || out.back() == ' '))
            continue;
        out += blank ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (out.ends_with(' '))
        out.pop_back();
    return out;
}

answer one_row(std::string_view column, const boost::json::value& value)
{
    return json_answer(200, boost::json::array{boost::json::object{{column, value}}});
}

answer refused(std::string_view text)
{
    return json_answer(400, boost::json::object{{"error", text}, {"message", text}});
}

} // namespace

answer meta_answer(const call& what)
{
    if (what.path == "/health")
        return json_answer(200, boost::json::object{{"date", "2026-01-01T00:00:00.000Z"}});
    if (what.path != "/query" || what.asked.method != "POST")
        return json_answer(
            404,
            boost::json::object{
                {"message", "Route " + what.asked.method + ":" + std::string(what.path) + " not found"},
                {"error", "Not Found"},
                {"statusCode", 404},
            }
        );
    if (what.database != service_state::up)
        return refused("connect ECONNREFUSED: connection to the database was refused");
    const auto statement = plain(text_member(body_object(what.asked), "query"));
    if (statement == "select 1")
        return one_row("?column?", 1);
    if (statement.starts_with("select 1 as ") && !statement.substr(12).contains(' '))
        return one_row(std::string_view(statement).substr(12), 1);
    if (statement == "select version()")
        return one_row("version", boost::json::string(version_text));
    if (statement == "select current_user")
        return one_row("current_user", "postgres");
    return refused("ERROR: this statement is not known to the simulated database");
}

answer studio_answer(const call& what)
{
    if (what.path == "/")
        return {307, {{"Location", "/project/default"}}, "/project/default"};
    if (what.path == "/api/platform/profile")
        return json_answer(200, boost::json::object{{"id", 1}, {"username", "johndoe"}});
    if (what.path == "/project/default")
        return {200, {{"Content-Type", "text/html; charset=utf-8"}}, "<!DOCTYPE html><title>Supabase Studio</title>"};
    return {404, {{"Content-Type", "text/html; charset=utf-8"}}, "<!DOCTYPE html><title>404</title>"};
}

} // namespace basekeeper::simulated_stack
