// The database engine: statements, read-only queries and the catalogue of one instance, without any MCP type.
#pragma once

#include "features/database/carrier.hpp"
#include "features/database/catalogue.hpp"
#include "features/database/catalogue_cache.hpp"
#include "features/database/right_role.hpp"
#include "features/database/rows.hpp"
#include "instances/connections.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"
#include "sql/check_cache.hpp"
#include "sql/classify.hpp"
#include "sql/index_definition.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::database {

/// Limits of one call; arguments may lower them and, for rows, raise them up to `most_rows`.
struct limits
{
    std::chrono::milliseconds statement_timeout{30'000};
    std::size_t default_rows = 1'000;
    std::size_t most_rows = 50'000;
    std::size_t result_bytes = 262'144; ///< of the encoded result
};

/// One statement with its `$n` values.
struct query_text
{
    std::string sql;
    std::vector<boost::json::value> params; ///< any JSON; objects and arrays are passed as their text
    std::vector<std::string> param_types;   ///< names of built-in types, by position; empty: inferred
};

/// Told after each of several statements; runs on the I/O thread and must outlive the call.
using statement_progress = std::function<void(std::size_t done, std::size_t total)>;

/// What execute runs.
struct execution
{
    std::vector<query_text> statements;        ///< one, or several in one transaction
    std::string role;                          ///< empty: the login's own
    std::optional<boost::json::object> claims; ///< becomes request.jwt.claims for the transaction
    transaction_end end = transaction_end::commit;
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::size_t> max_rows;
    statement_progress after_each{}; ///< of several statements; may be empty
};

/// Where the values of `$n` come from when a statement is only planned.
enum class parameter_values
{
    given,
    unknown ///< none are known: the plan that fits any values
};

/// A plan with indexes that do not exist.
struct imagined_plan
{
    std::string plan;                ///< PostgreSQL's JSON
    std::vector<std::string> names;  ///< of the indexes in the plan, in the order they were given
    std::vector<std::int64_t> bytes; ///< estimated size of each
};

/// What query runs.
struct read_query
{
    query_text what;
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::size_t> max_rows;
};

/// One per server; lives on the I/O thread. Every function opens the instance at first use and fails with its errors.
class engine
{
public:
    /// `without_connection`, which may be null and must outlive the engine, serves instances that have no database
    /// connection.
    engine(instances::connections& open, limits caps, carrier* without_connection = nullptr);

    const limits& caps() const { return caps_; }

    /// What a text would do, from the cache or by parsing it.
    const sql::statement_effect& assess(std::string_view text);

    /// Runs statements as the login, or as `role`. Rows beyond the caps are counted and dropped: what writes runs to
    /// its end. What works on Supabase's own schemas runs as the role that owns them where this login leads there, and
    /// says so (rows_page::ran_as). One result per statement. Several run one after the other in one transaction, so
    /// that the caller can be told how far they are.
    io::task<result<std::vector<rows_page>>> execute(std::string instance, execution what, io::deadline until);

    /// Lets the server parse and analyse one statement without running it: syntax, names and types are checked.
    io::task<result<>> parse(std::string instance, query_text what, io::deadline until);

    /// Runs one read. By the narrow login when it exists; else only what the check proves harmless. Always in a READ
    /// ONLY transaction that is rolled back; the session is thrown away when it may have been touched.
    io::task<result<rows_page>> query(std::string instance, read_query what, io::deadline until);

    /// The plan of one statement. With `analyze` it is executed, which is allowed for reads only.
    enum class measure
    {
        estimate,
        analyze
    };
    io::task<result<std::string>> explain(std::string instance, query_text what, measure how, io::deadline until);

    /// The estimated plan of one statement as if these indexes existed, by the extension hypopg; by the same rules as a
    /// read. Fails with not_found where hypopg is missing, with the way to install it in the hint.
    io::task<result<imagined_plan>> imagine(
        std::string instance,
        query_text what,
        std::vector<sql::index_definition> indexes,
        parameter_values values,
        io::deadline until
    );

    /// Pages of the catalogue. The same question is answered from memory for a few seconds, unless something ran
    /// through this engine that may have changed the catalogue; who changes it by other ways calls forget_catalogue()
    /// after it.
    io::task<result<table_page>> tables(std::string instance, table_request what, io::deadline until);
    io::task<result<schema_page>> schema(std::string instance, schema_request what, io::deadline until);
    io::task<result<extension_list>> extensions(std::string instance, io::deadline until);

    void forget_catalogue(const std::string& instance) { catalogue_.forget(instance); }

private:
    /// Remembers which plain reads were answered quickly: only those may share a lane with others, and only once the
    /// catalogue has confirmed that nothing behind them touches the session. That is asked when a text comes again.
    class quick_texts
    {
    public:
        enum class standing
        {
            unknown,
            quick,
            restless, ///< quick, but code of the database runs behind it
            proven
        };

        standing of(std::string_view text) const;

        /// Notes how long a text took; `at_best` is what it may become when it was quick.
        void note(std::string_view text, std::chrono::steady_clock::duration took, standing at_best);

    private:
        struct known_text
        {
            std::list<std::string>::iterator place;
            standing is;
        };

        std::list<std::string> order_; // oldest first
        std::map<std::string_view, known_text> known_;
    };

    /// A session inside a READ ONLY transaction, after everything that is asked of a read was found good.
    struct checked_session
    {
        pg::lease lease;
    };

    io::task<result<checked_session>> begin_read(std::string instance, std::string sql, io::deadline until);
    static io::task<> end_read(checked_session& begun, io::deadline until);

    platform_work platform_work_of(const execution& what);
    io::task<result<std::vector<rows_page>>>
    execute_as_login(pg::pool& db, execution what, pg::caps keep, io::deadline until);
    io::task<result<std::vector<rows_page>>> execute_on_platform(
        std::string instance,
        instances::pools& open,
        execution what,
        platform_work on,
        pg::caps keep,
        io::deadline until
    );
    bool is_carried(const std::string& instance) const;
    io::task<result<>> may_read_carried(const std::string& instance, const std::string& sql, io::deadline until);
    io::task<result<rows_page>> query_carried(std::string instance, read_query what, io::deadline until);
    io::task<result<std::vector<rows_page>>> execute_carried(std::string instance, execution what, io::deadline until);
    io::task<result<>> parse_carried(std::string instance, query_text what, io::deadline until);
    asker asks(const std::string& instance);
    io::task<result<pg::statement_result>>
    ask_carried(std::string instance, std::string sql, std::vector<pg::parameter> params, io::deadline until);
    io::task<result<pg::statement_result>>
    ask_owner(std::string instance, std::string sql, std::vector<pg::parameter> params, io::deadline until);
    io::task<bool> leaves_session_alone(pg::connection& db, sql::read_verdict seen, io::deadline until);
    io::task<result<std::vector<rows_page>>>
    execute_alone(pg::pool& db, pg::statement s, pg::caps keep, io::deadline u);
    io::task<result<std::vector<rows_page>>>
    execute_in_transaction(pg::pool& db, execution what, pg::caps keep, io::deadline until);
    static io::task<result<>> verify_sometimes(instances::pools& open, pg::connection& db, io::deadline until);
    pg::caps caps_for(std::optional<std::size_t> max_rows) const;
    io::deadline deadline_for(std::optional<std::chrono::milliseconds> timeout, io::deadline until) const;

    instances::connections& open_;
    limits caps_;
    carrier* carrier_;
    sql::check_cache checks_{1'024, std::size_t{4} << 20U};
    quick_texts quick_;
    catalogue_cache catalogue_{system_clock()};
};

/// Turns JSON values into parameters. Fails with invalid_argument that names `params.N` or `param_types.N`.
result<pg::statement> bind(const query_text& what);

} // namespace basekeeper::database
