// A connection as people hold it: read from any shape, with all that the text tells about other ways in.
#pragma once

#include "pg/target.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::ways {

enum class shape
{
    url,
    keywords,
    jdbc,
    dotnet,
    variables
};
BOOST_DESCRIBE_ENUM(shape, url, keywords, jdbc, dotnet, variables)

/// What a text says. The password is in the targets, nowhere else.
struct connection_info
{
    ways::shape shape = ways::shape::url;
    pg::target given;                              ///< the connection itself, defaults filled in
    std::vector<pg::target> also;                  ///< further complete connections of the text, such as DIRECT_URL
    std::string tenant;                            ///< of the pooler: POOLER_TENANT_ID; empty when the text has none
    std::optional<std::uint16_t> session_port;     ///< as published; POSTGRES_PORT of a stack with a pooler
    std::optional<std::uint16_t> transaction_port; ///< as published: POOLER_PROXY_PORT_TRANSACTION
    std::string outside_host;                      ///< of SUPABASE_PUBLIC_URL: the stack as seen from outside
    std::string api_url;                           ///< SUPABASE_PUBLIC_URL or SUPABASE_URL itself
};

/// Reads a URL (`postgres://`, `postgresql://`), libpq keywords, `jdbc:postgresql://…`, .NET (`Host=…;Username=…`), or
/// variables: a pasted `.env`, or lines `PGHOST=…`, `POSTGRES_HOST=…`, `DATABASE_URL=…`. Fails with invalid_argument
/// that names the shape and the part that is wrong and says what was expected; no value of the text is repeated.
result<connection_info> read_connection(std::string_view text);

/// A text that read_connection reads back as the same, without anything else the original held: a URL where that says
/// it all, else lines of variables. It holds the password.
crypto::secret<std::string> to_text(const connection_info& info);

} // namespace basekeeper::ways
