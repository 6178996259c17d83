// Opening a connection: resolve the name on a thread, then each address in turn, without blocking.
#include "base/version.hpp"
#include "net/resolve.hpp"
#include "pg/connect_failure.hpp"
#include "pg/session.hpp"

#include <algorithm>

namespace basekeeper::pg {
namespace {

/// The addresses of the host; one empty address for a socket directory.
io::task<result<std::vector<std::string>>>
addresses_of(io::executor where, io::offload_pool& threads, const target& to, io::deadline until)
{
    if (to.host.starts_with('/'))
        co_return std::vector<std::string>{std::string{}};
    auto looked_up = co_await net::resolve(std::move(where), threads, to.host, until);
    if (!looked_up && looked_up.error().code == condition::timeout)
        co_return fail(
            condition::timeout,
            "cannot connect to " + describe(to) + ": the host name was not resolved in time",
            "check the name server of this machine"
        );
    if (!looked_up)
        co_return fail(std::move(looked_up).error());
    if (looked_up->addresses.empty())
        co_return fail(unknown_host(to, looked_up->reason));
    co_return std::move(looked_up->addresses);
}

/// Keywords and values for libpq; they point into `to` and into itself.
struct start_options
{
    start_options(const target& to, const std::string& address)
        : port(std::to_string(to.port)),
          name(
              to.application_name.empty() ? std::string(product_name) + "/" + std::string(product_version)
                                          : to.application_name
          ),
          sslmode(sslmode_name(to.tls)),
          root(to.root_certificate == "system" ? "/etc/ssl/certs/ca-certificates.crt" : to.root_certificate)
    {
        add("host", to.host);
        add("hostaddr", address);
        add("port", port);
        add("dbname", to.database);
        add("user", to.user);
        add("password", to.password.reveal());
        add("sslmode", sslmode);
        add("sslrootcert", root);
        add("application_name", name);
        add("options", to.options);
        keywords.push_back("client_encoding");
        values.push_back("UTF8");
        // Kerberos would look at files and block.
        keywords.push_back("gssencmode");
        values.push_back("disable");
        // libpq would otherwise read ~/.pgpass and complain about it on stderr.
        keywords.push_back("passfile");
        values.push_back("/dev/null/none");
        keywords.push_back(nullptr);
        values.push_back(nullptr);
    }

    start_options(const start_options&) = delete;
    start_options& operator=(const start_options&) = delete;

    void add(const char* keyword, const std::string& value)
    {
        if (value.empty())
            return;
        keywords.push_back(keyword);
        values.push_back(value.c_str());
    }

    std::string port;
    std::string name;
    std::string sslmode;
    std::string root;
    std::vector<const char*> keywords;
    std::vector<const char*> values;
};

/// The one family of all addresses, or nothing.
std::optional<address_family> only_family(const std::vector<std::string>& addresses)
{
    const auto ipv6 = std::ranges::count_if(addresses, [](const std::string& a) { return a.contains(':'); });
    if (ipv6 == std::ssize(addresses))
        return address_family::ipv6;
    return ipv6 == 0 ? std::optional(address_family::ipv4) : std::nullopt;
}

error not_in_time(const target& to)
{
    return {
        condition::timeout,
        "cannot connect to " + describe(to) + ": the server did not answer in time",
        "check network and firewall, or raise connect_timeout"
    };
}

} // namespace

io::task<result<>> connection::session::connect(const target& to, const std::string& address, io::deadline until)
{
    const start_options options(to, address);
    conn.reset(PQconnectStartParams(options.keywords.data(), options.values.data(), 0));
    if (!conn)
        co_return fail(condition::internal, "libpq could not allocate a connection", "free memory");
    PQsetNoticeReceiver(conn.get(), &session::collect_notice, this);
    PQsetErrorVerbosity(conn.get(), PQERRORS_VERBOSE); // the only way to learn the SQLSTATE of a refused login
    auto next = lost() ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK && next != PGRES_POLLING_FAILED) {
        {
            // libpq owns the descriptor and may close it between polls: watched for one wait only.
            io::descriptor watched(where, PQsocket(conn.get()), io::ownership::borrowed);
            const auto what = next == PGRES_POLLING_READING ? io::readiness::read : io::readiness::write;
            auto waited = co_await watched.wait(what, until);
            if (!waited && waited.error().code == condition::timeout)
                co_return fail(not_in_time(to));
            if (!waited)
                co_return fail(std::move(waited).error());
        }
        next = PQconnectPoll(conn.get());
    }
    if (next == PGRES_POLLING_FAILED)
        co_return fail(connect_failure(to, PQerrorMessage(conn.get())));
    PQsetErrorVerbosity(conn.get(), PQERRORS_DEFAULT);
    if (PQsetnonblocking(conn.get(), 1) != 0)
        co_return fail(condition::internal, "the connection could not be made non-blocking", "report this as a bug");
    socket.emplace(where, PQsocket(conn.get()), io::ownership::borrowed);
    encrypted = PQsslInUse(conn.get()) == 1;
    notices.clear();
    co_return result<>{};
}

io::task<result<connection>> connection::open(io::executor where, io::offload_pool& pool, target to, io::deadline until)
{
    until = until.capped(to.connect_timeout);
    const auto addresses = CO_TRY(co_await addresses_of(where, pool, to, until));
    error last;
    std::size_t no_network = 0;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        auto fresh = std::make_unique<session>(where, pool);
        // An address that swallows packets must leave time for the next ones.
        const auto share = until.remaining() / static_cast<int>(addresses.size() - i);
        auto opened = co_await fresh->connect(to, addresses[i], until.capped(share));
        if (opened)
            co_return connection(std::move(fresh));
        last = std::move(opened).error();
        no_network += lacks_network(last) ? 1U : 0U;
        if (!worth_another_address(last) || until.expired())
            break;
    }
    if (no_network == addresses.size() && !addresses.empty())
        if (const auto only = only_family(addresses))
            last = no_network_of_family(to, *only);
    co_return fail(std::move(last));
}

} // namespace basekeeper::pg
