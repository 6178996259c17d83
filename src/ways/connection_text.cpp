// Finds the shape of a text and brings its names to those of libpq; pg::apply_setting judges every value.
#include "ways/connection_text.hpp"

#include "pg/host_kind.hpp"
#include "ways/named_values.hpp"
#include "ways/variables.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::ways {
namespace {

using secret_text = crypto::secret<std::string>;

std::string_view trimmed(std::string_view s)
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (s.starts_with(byte_order_mark))
        s.remove_prefix(byte_order_mark.size());
    const auto first = s.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    s = s.substr(first, s.find_last_not_of(" \t\r\n") - first + 1);
    // Quotes come along when a string is copied out of code or a .env.
    if (s.size() > 1 && (s.front() == '"' || s.front() == '\'' || s.front() == '`') && s.back() == s.front() &&
        s.substr(1, s.size() - 2).find(s.front()) == std::string_view::npos)
        return trimmed(s.substr(1, s.size() - 2));
    return s;
}

/// How another driver calls what libpq calls `means`; empty: a setting that changes neither where nor how we connect.
struct foreign_name
{
    std::string_view name;
    std::string_view means;
};

/// Keys of Npgsql, in lower case without spaces.
constexpr auto dotnet_names = std::to_array<foreign_name>({
    {"host", "host"},
    {"server", "host"},
    {"datasource", "host"},
    {"port", "port"},
    {"database", "dbname"},
    {"db", "dbname"},
    {"initialcatalog", "dbname"},
    {"username", "user"},
    {"user", "user"},
    {"userid", "user"},
    {"uid", "user"},
    {"password", "password"},
    {"pwd", "password"},
    {"psw", "password"},
    {"sslmode", "sslmode"},
    {"rootcertificate", "sslrootcert"},
    {"timeout", "connect_timeout"},
    {"applicationname", "application_name"},
    {"options", "options"},
    {"trustservercertificate", ""},
    {"pooling", ""},
    {"minimumpoolsize", ""},
    {"minpoolsize", ""},
    {"maximumpoolsize", ""},
    {"maxpoolsize", ""},
    {"connectionidlelifetime", ""},
    {"connectionlifetime", ""},
    {"connectionpruninginterval", ""},
    {"commandtimeout", ""},
    {"cancellationtimeout", ""},
    {"internalcommandtimeout", ""},
    {"keepalive", ""},
    {"tcpkeepalive", ""},
    {"tcpkeepalivetime", ""},
    {"tcpkeepaliveinterval", ""},
    {"searchpath", ""},
    {"encoding", ""},
    {"clientencoding", ""},
    {"timezone", ""},
    {"enlist", ""},
    {"multiplexing", ""},
    {"maxautoprepare", ""},
    {"autoprepareminusages", ""},
    {"noresetonclose", ""},
    {"includeerrordetail", ""},
    {"includeerrordetails", ""},
    {"logparameters", ""},
    {"persistsecurityinfo", ""},
    {"integratedsecurity", ""},
    {"channelbinding", ""},
    {"loadtablecomposites", ""},
    {"readbuffersize", ""},
    {"writebuffersize", ""},
    {"targetsessionattributes", ""},
    {"loadbalancehosts", ""},
    {"gssencryptionmode", ""},
    {"checkcertificaterevocation", ""},
});

/// Properties of the PostgreSQL JDBC driver.
constexpr auto jdbc_names = std::to_array<foreign_name>({
    {"user", "user"},
    {"username", "user"},
    {"password", "password"},
    {"ssl", "ssl"},
    {"sslmode", "sslmode"},
    {"sslrootcert", "sslrootcert"},
    {"ApplicationName", "application_name"},
    {"connectTimeout", "connect_timeout"},
    {"options", "options"},
    {"loginTimeout", ""},
    {"socketTimeout", ""},
    {"tcpKeepAlive", ""},
    {"currentSchema", ""},
    {"searchpath", ""},
    {"prepareThreshold", ""},
    {"preparedStatementCacheQueries", ""},
    {"preparedStatementCacheSizeMiB", ""},
    {"binaryTransfer", ""},
    {"stringtype", ""},
    {"reWriteBatchedInserts", ""},
    {"defaultRowFetchSize", ""},
    {"readOnly", ""},
    {"autosave", ""},
    {"cleanupSavepoints", ""},
    {"sslfactory", ""},
    {"sslhostnameverifier", ""},
    {"gssEncMode", ""},
    {"channelBinding", ""},
    {"targetServerType", ""},
    {"loadBalanceHosts", ""},
    {"assumeMinServerVersion", ""},
    {"charSet", ""},
    {"escapeSyntaxCallMode", ""},
    {"preferQueryMode", ""},
    {"pgbouncer", ""},
});

/// Npgsql writes VerifyFull where libpq has verify-full.
std::string sslmode_value(std::string_view s)
{
    std::string out;
    for (const char c : s)
        if (c != ' ' && c != '-' && c != '_')
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out == "verifyfull" ? "verify-full" : out == "verifyca" ? "verify-ca" : out;
}

std::unexpected<error> wrong(ways::shape read_as, error why)
{
    constexpr auto words =
        std::to_array<std::string_view>({"a URL", "keywords", "a JDBC URL", "a .NET string", "variables"});
    constexpr std::string_view common = "the connection string is wrong: ";
    std::string_view what = why.message;
    if (what.starts_with(common))
        what.remove_prefix(common.size());
    return fail(
        condition::invalid_argument,
        fmt::format("the connection string, read as {}, is wrong: {}", words[static_cast<std::size_t>(read_as)], what),
        std::move(why.hint)
    );
}

std::unexpected<error> wrong(ways::shape read_as, std::string what, std::string hint)
{
    return wrong(read_as, error(condition::invalid_argument, std::move(what), std::move(hint)));
}

template <class T>
result<T> as_read(ways::shape read_as, result<T> got)
{
    if (!got)
        return wrong(read_as, std::move(got).error());
    return got;
}

/// `?user=…&password=…` behind a JDBC URL. '+' stands for a space there, as the driver reads it.
result<pg::target> read_jdbc(std::string_view s)
{
    const auto question = std::min(s.find('?'), s.size());
    auto place = s.substr(0, question);
    if (place.starts_with("//"))
        place.remove_prefix(2);
    else
        place = place.substr(0, 0); // `jdbc:postgresql:database`
    auto to = TRY(pg::parse_target("postgresql://" + std::string(place)));
    if (!s.starts_with("//") && question > 0)
        TRY(pg::apply_setting(to, "dbname", std::string(s.substr(s.starts_with("/") ? 1 : 0, question))));
    auto query = s.substr(std::min(question + 1, s.size()));
    for (std::size_t number = 1; !query.empty(); ++number) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = pair.find('=');
        const auto* known = std::ranges::find(jdbc_names, pair.substr(0, equals), &foreign_name::name);
        if (known == jdbc_names.end())
            return fail(
                condition::invalid_argument,
                fmt::format("setting {} after '?' is not understood", number),
                "use user, password, ssl, sslmode; write '&' in a password as %26"
            );
        if (known->means.empty())
            continue;
        const auto value = secret_text::filled_by([&](std::string& into) {
            into = equals == std::string_view::npos ? "true" : pair.substr(equals + 1);
            std::ranges::replace(into, '+', ' ');
        });
        const secret_text decoded(pg::percent_decoded(value.reveal()));
        TRY(pg::apply_setting(to, known->means, decoded.reveal()));
    }
    return to;
}

result<pg::target> read_dotnet(const std::vector<std::pair<std::string, secret_text>>& pairs)
{
    pg::target to;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto& [key, value] = pairs[i];
        const auto* known = std::ranges::find(dotnet_names, key, &foreign_name::name);
        if (known == dotnet_names.end())
            return fail(
                condition::invalid_argument,
                fmt::format("the key of part {} between ';' is not understood", i + 1),
                "use Host, Port, Database, Username, Password, SSL Mode; put a value that holds ';' in double quotes"
            );
        if (known->means.empty() || value.empty())
            continue;
        if (known->means == "sslmode") {
            TRY(pg::apply_setting(to, "sslmode", sslmode_value(value.reveal())));
            continue;
        }
        // Npgsql takes a port behind the host.
        const auto colon = value.reveal().find(':');
        if (known->means == "host" && colon != std::string::npos &&
            value.reveal().find(':', colon + 1) == std::string::npos)
        {
            TRY(pg::apply_setting(to, "port", value.reveal().substr(colon + 1)));
            TRY(pg::apply_setting(to, "host", value.reveal().substr(0, colon)));
            continue;
        }
        TRY(pg::apply_setting(to, known->means, value.reveal()));
    }
    return to;
}

/// True when the text is pairs of .NET: all keys are known, or at least the first and it is written with a capital.
bool looks_like_dotnet(std::string_view text, const result<std::vector<std::pair<std::string, secret_text>>>& pairs)
{
    const auto known = [](std::string_view key) {
        return std::ranges::find(dotnet_names, key, &foreign_name::name) != dotnet_names.end();
    };
    const bool has_separator = text.contains(';');
    if (pairs && has_separator && std::ranges::all_of(*pairs, known, &std::pair<std::string, secret_text>::first))
        return true;
    auto key = text.substr(0, text.find('='));
    std::string plain;
    for (const char c : key)
        if (c != ' ')
            plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return !key.empty() && key.front() >= 'A' && key.front() <= 'Z' && known(plain);
}

/// Dashboards put `[YOUR-PASSWORD]` into the string that is copied.
result<> refuse_placeholder(ways::shape read_as, const pg::target& to)
{
    const auto held = secret_text::filled_by([&](std::string& lower) {
        lower = to.password.reveal();
        std::ranges::transform(lower, lower.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        });
    });
    const auto& s = held.reveal();
    const bool marked =
        s.size() > 2 && ((s.front() == '[' && s.back() == ']') || (s.front() == '<' && s.back() == '>') ||
                         (s.front() == '{' && s.back() == '}'));
    if (marked && s.contains("your") && s.contains("password"))
        return wrong(
            read_as,
            "the password is still the placeholder of the template",
            "put the database's password in its place, without the brackets"
        );
    return {};
}

/// The one connection of a text that is no list of variables.
struct single
{
    ways::shape shape;
    pg::target target;
};

result<single> read_single(std::string_view text)
{
    constexpr std::string_view jdbc = "jdbc:";
    if (text.starts_with(jdbc)) {
        for (const std::string_view scheme : {"jdbc:postgresql:", "jdbc:postgres:"})
            if (text.starts_with(scheme))
                return single{shape::jdbc, TRY(as_read(shape::jdbc, read_jdbc(text.substr(scheme.size()))))};
        return wrong(
            shape::jdbc,
            "it is of another database than PostgreSQL",
            "it begins with jdbc:postgresql://HOST:5432/DATABASE"
        );
    }
    const bool url = text.starts_with("postgres://") || text.starts_with("postgresql://");
    if (!url && !text.substr(0, text.find('=')).contains("://")) {
        const auto pairs = read_pairs(text);
        if (looks_like_dotnet(text, pairs)) {
            if (!pairs)
                return wrong(shape::dotnet, pairs.error());
            return single{shape::dotnet, TRY(as_read(shape::dotnet, read_dotnet(*pairs)))};
        }
    }
    // Frameworks name their driver in the scheme: postgresql+asyncpg://, postgres+psycopg2://.
    const auto scheme_end = text.find("://");
    const auto plus = text.find('+');
    if (!url && scheme_end != std::string_view::npos && plus < scheme_end && text.starts_with("postgres")) {
        const secret_text plain(std::string(text.substr(0, plus)) + std::string(text.substr(scheme_end)));
        return single{shape::url, TRY(as_read(shape::url, pg::parse_target(plain.reveal())))};
    }
    auto to = pg::parse_target(text);
    if (url)
        return single{shape::url, TRY(as_read(shape::url, std::move(to)))};
    if (!to && !text.contains('='))
        return std::unexpected(std::move(to).error());
    return single{shape::keywords, TRY(as_read(shape::keywords, std::move(to)))};
}

} // namespace

result<connection_info> read_connection(std::string_view text)
{
    if (text.size() > max_text)
        return fail(
            condition::invalid_argument,
            fmt::format("the connection string is longer than {} KiB", max_text / 1'024),
            "give the lines that hold the connection"
        );
    text = trimmed(text);
    if (looks_like_variables(text)) {
        const auto values = TRY(as_read(shape::variables, read_variables(text)));
        const auto read_value = [](std::string_view one) -> result<pg::target> {
            return TRY(read_single(trimmed(one))).target;
        };
        auto info = TRY(as_read(shape::variables, read_named(values, read_value)));
        TRY(refuse_placeholder(shape::variables, info.given));
        return info;
    }
    auto one = TRY(read_single(text));
    TRY(refuse_placeholder(one.shape, one.target));
    connection_info info{.shape = one.shape, .given = std::move(one.target)};
    return info;
}

crypto::secret<std::string> to_text(const connection_info& info)
{
    auto url = pg::to_url(info.given);
    const bool url_says_all = info.also.empty() && info.tenant.empty() && !info.session_port &&
                              !info.transaction_port && info.outside_host.empty() && info.api_url.empty();
    if (url_says_all)
        return url;
    std::string out;
    out.reserve((info.also.size() + 1) * 4'096);
    const auto add = [&](std::string_view name, std::string_view value) {
        out += name;
        out += "='";
        out += value;
        out += "'\n";
    };
    add("DATABASE_URL", url.reveal());
    for (std::size_t i = 0; i < info.also.size() && i < further_names.size(); ++i)
        add(further_names[i], pg::to_url(info.also[i]).reveal());
    if (!info.tenant.empty())
        add("POOLER_TENANT_ID", info.tenant);
    if (info.session_port)
        add("POSTGRES_PORT", std::to_string(*info.session_port));
    if (info.transaction_port)
        add("POOLER_PROXY_PORT_TRANSACTION", std::to_string(*info.transaction_port));
    if (!info.api_url.empty())
        add("SUPABASE_PUBLIC_URL", info.api_url);
    return crypto::secret<std::string>(std::move(out));
}

} // namespace basekeeper::ways
