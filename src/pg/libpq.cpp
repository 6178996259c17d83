// From PGresult to error and notice; from statement to libpq's arrays.
#include "pg/libpq.hpp"

#include "base/text.hpp"

#include <boost/container/small_vector.hpp>

#include <charconv>

namespace basekeeper::pg::libpq {
namespace {

constexpr std::size_t max_notice_bytes = 1'024;

std::string field(const PGresult* of, int code)
{
    const char* text = PQresultErrorField(of, code);
    return text != nullptr ? std::string(utf8_prefix(text, max_server_text)) : std::string();
}

} // namespace

error error_of(const PGresult* failed)
{
    server_report said{
        .severity = field(failed, PG_DIAG_SEVERITY_NONLOCALIZED),
        .sqlstate = field(failed, PG_DIAG_SQLSTATE),
        .message = field(failed, PG_DIAG_MESSAGE_PRIMARY),
        .detail = field(failed, PG_DIAG_MESSAGE_DETAIL),
        .hint = field(failed, PG_DIAG_MESSAGE_HINT),
    };
    if (said.sqlstate.empty())
        return {
            condition::unavailable,
            "the connection to the database was lost",
            "try again; see the server's log when it happens often"
        };
    const auto position = field(failed, PG_DIAG_STATEMENT_POSITION);
    std::from_chars(position.data(), position.data() + position.size(), said.position);
    return to_error(said);
}

notice notice_of(const PGresult* said)
{
    return {
        field(said, PG_DIAG_SEVERITY_NONLOCALIZED),
        field(said, PG_DIAG_SQLSTATE),
        std::string(utf8_prefix(field(said, PG_DIAG_MESSAGE_PRIMARY), max_notice_bytes)),
    };
}

result<> check(const statement& what)
{
    if (what.params.size() > max_parameters)
        return fail(
            condition::invalid_argument,
            "the statement has " + std::to_string(what.params.size()) + " parameters, the protocol takes 65535",
            "send the rows in several statements, or as one array or JSON parameter"
        );
    if (what.sql.find('\0') != std::string::npos)
        return fail(condition::invalid_argument, "the statement holds a NUL byte", "remove it");
    for (std::size_t i = 0; i < what.params.size(); ++i)
        if (what.params[i].value && what.params[i].value->find('\0') != std::string::npos)
            return fail(
                condition::invalid_argument,
                "parameter $" + std::to_string(i + 1) + " holds a NUL byte, which text cannot store",
                "remove the byte, or send the value as bytea in hex (\\x00)"
            );
    return {};
}

bool send(PGconn* to, const statement& what)
{
    boost::container::small_vector<const char*, 8> values;
    boost::container::small_vector<Oid, 8> types;
    for (const auto& p : what.params) {
        values.push_back(p.value ? p.value->c_str() : nullptr);
        types.push_back(p.type);
    }
    return PQsendQueryParams(
               to, what.sql.c_str(), static_cast<int>(values.size()), types.data(), values.data(), nullptr, nullptr, 0
           ) == 1;
}

bool send_parse(PGconn* to, const statement& what)
{
    boost::container::small_vector<Oid, 8> types;
    for (const auto& p : what.params)
        types.push_back(p.type);
    return PQsendPrepare(to, "", what.sql.c_str(), static_cast<int>(types.size()), types.data()) == 1;
}

} // namespace basekeeper::pg::libpq
