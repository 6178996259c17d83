// Drives libpq without blocking: sends, waits for the socket, collects results, gives up cleanly.
#include "pg/session.hpp"

#include "io/abandonable.hpp"
#include "io/event.hpp"
#include "pg/bounded_receive.hpp"

#include <boost/asio/this_coro.hpp>

#include <array>

namespace basekeeper::pg {
namespace {

constexpr std::size_t max_notices = 20;

/// Between two looks at what came. Large enough for throughput, small against max_row_bytes.
constexpr std::size_t bytes_per_read = std::size_t{256} << 10U;

/// What the caller is told when libpq could not even take the statement.
error not_sent(PGconn* conn)
{
    if (PQstatus(conn) == CONNECTION_BAD)
        return {condition::unavailable, "the connection to the database was lost", "try again"};
    return {condition::internal, "libpq did not take the statement", "report this as a bug of basekeeper"};
}

bool is_copy(ExecStatusType status)
{
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

} // namespace

error copy_refused()
{
    return {
        condition::invalid_argument,
        "copy to or from the client is not possible here",
        "use select to read and insert ... select * from jsonb_to_recordset($1) to write many rows"
    };
}

error row_too_large(std::size_t max_row_bytes)
{
    return {
        condition::invalid_argument,
        "a row of the answer is larger than " + std::to_string(max_row_bytes) +
            " bytes, the statement was cancelled and its connection closed",
        "select fewer or shorter columns: left(column, 1000) or substring(column from 1 for 1000)"
    };
}

void connection::session::collect_notice(void* self, const PGresult* said)
{
    auto& notices = static_cast<session*>(self)->notices;
    if (notices.size() < max_notices)
        notices.push_back(libpq::notice_of(said));
}

std::vector<notice> connection::session::take_notices()
{
    return std::exchange(notices, {});
}

result<> connection::session::ready_to_send() const
{
    if (broken || lost())
        return fail(condition::unavailable, "the connection to the database was lost", "try again");
    if (in_flight)
        return fail(condition::internal, "a connection was used by two callers at once", "report this as a bug");
    return {};
}

bool connection::session::consume(std::size_t max_row_bytes)
{
    if (bytes_since_row > max_row_bytes)
        return false;
    bounded_receive reading(PQsocket(conn.get()), bytes_per_read);
    PQconsumeInput(conn.get()); // a failure shows as lost()
    // libpq keeps a row until it is complete, so what was read since the last complete one is what it holds.
    bytes_since_row += reading.received();
    more_waiting = encrypted && reading.received() > 0;
    return true;
}

io::task<result<>> connection::session::wait_for_result(std::size_t max_row_bytes, io::deadline until)
{
    while (!lost() && PQisBusy(conn.get()) == 1) {
        const bool unsent = PQflush(conn.get()) == 1;
        if (more_waiting) {
            // No event would tell, so there is nothing to wait for that a cancellation could interrupt.
            if (until.expired())
                co_return fail(condition::timeout, "the deadline passed while reading a result");
            co_await io::yield();
            if (heeds_cancellation && co_await io::was_cancelled())
                co_return fail(condition::cancelled, "reading a result was cancelled");
        } else {
            CO_TRY(co_await socket->wait(unsent ? io::readiness::either : io::readiness::read, until));
        }
        if (!consume(max_row_bytes))
            co_return fail(row_too_large(max_row_bytes));
    }
    co_return result<>{};
}

io::task<result<>> connection::session::request_cancel(io::deadline until)
{
    const std::shared_ptr<PGcancel> request(PQgetCancel(conn.get()), libpq::releaser{});
    if (!request)
        co_return fail(condition::unavailable, "the connection to the database was lost");
    // PQcancel blocks: it connects anew and waits until the server has passed the request on.
    const bool taken = CO_TRY(co_await io::run_abandonable<bool>(
        where,
        *threads,
        [request] {
            std::array<char, 256> ignored{};
            return PQcancel(request.get(), ignored.data(), static_cast<int>(ignored.size())) == 1;
        },
        until
    ));
    if (!taken)
        co_return fail(condition::unavailable, "the server did not take the cancel request");
    co_return result<>{};
}

io::task<> connection::session::cancel_and_drain()
{
    heeds_cancellation = false;
    const auto until = io::deadline::after(drain_patience);
    // The request must have arrived before the session is used again, or it would hit the next statement.
    auto asked = co_await request_cancel(until);
    const bool pipelined = PQpipelineStatus(conn.get()) != PQ_PIPELINE_OFF;
    while (asked && !lost() && !until.expired()) {
        if (!co_await wait_for_result(SIZE_MAX, until))
            break;
        const libpq::owner<PGresult> part(PQgetResult(conn.get()));
        bytes_since_row = 0;
        if (part && is_copy(PQresultStatus(part.get())))
            break;
        // A pipeline ends with its sync, a single statement with no further result.
        const bool end = pipelined ? part && PQresultStatus(part.get()) == PGRES_PIPELINE_SYNC : !part;
        if (end) {
            in_flight = pipelined && PQexitPipelineMode(conn.get()) != 1;
            co_return;
        }
    }
    broken = true;
}

io::task<error> connection::session::give_up(error why)
{
    if (why.code == condition::invalid_argument) {
        // A huge row is on its way: reading it to the end is what must not happen.
        broken = true;
        static_cast<void>(co_await request_cancel(io::deadline::after(drain_patience)));
        co_return why;
    }
    co_await cancel_and_drain();
    if (why.code == condition::timeout)
        co_return error(
            condition::timeout,
            "the statement did not finish before its deadline and was cancelled",
            "raise the timeout, or make the statement cheaper: explain shows where the time goes"
        );
    if (why.code == condition::cancelled)
        co_return error(condition::cancelled, "the statement was cancelled on request", "");
    co_return why;
}

io::task<result<>>
connection::session::collect(result_builder& into, overflow policy, io::deadline until, std::size_t max_row_bytes)
{
    std::optional<error> failed;
    for (;;) {
        CO_TRY(co_await wait_for_result(max_row_bytes, until));
        const libpq::owner<PGresult> part(PQgetResult(conn.get()));
        if (!part)
            break;
        bytes_since_row = 0;
        const auto status = PQresultStatus(part.get());
        if (is_copy(status)) {
            broken = true;
            co_return fail(copy_refused());
        }
        if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
            if (!failed)
                failed = libpq::error_of(part.get());
            continue;
        }
        into.add(part.get());
        if (policy == overflow::stop && into.truncated()) {
            co_await cancel_and_drain();
            co_return result<>{};
        }
    }
    in_flight = false;
    if (failed)
        co_return fail(*std::move(failed));
    co_return result<>{};
}

io::task<> connection::session::prepare()
{
    notices.clear();
    bytes_since_row = 0;
    more_waiting = false;
    heeds_cancellation = !co_await io::was_cancelled();
}

io::task<result<statement_result>>
connection::session::query(const statement& what, caps keep, overflow policy, io::deadline until)
{
    CO_TRY(ready_to_send());
    CO_TRY(libpq::check(what));
    co_await prepare();
    if (!libpq::send(conn.get(), what))
        co_return fail(not_sent(conn.get()));
    in_flight = true;
    PQsetSingleRowMode(conn.get());
    result_builder rows(keep);
    auto ended = co_await collect(rows, policy, until, keep.max_row_bytes);
    if (!ended && in_flight)
        co_return fail(co_await give_up(std::move(ended).error()));
    if (!ended)
        co_return fail(std::move(ended).error());
    const bool stopped = policy == overflow::stop && rows.truncated();
    auto done = stopped ? std::move(rows).stopped() : std::move(rows).finish();
    done.notices = take_notices();
    co_return done;
}

io::task<result<>>
connection::session::collect_pipeline(pipeline_result& into, std::size_t count, caps keep, io::deadline until)
{
    std::optional<result_builder> rows;
    bool started = false;
    for (;;) {
        if (!started) {
            // Per statement, and only before any of its results was read.
            started = true;
            rows.emplace(keep);
            PQsetSingleRowMode(conn.get());
        }
        CO_TRY(co_await wait_for_result(keep.max_row_bytes, until));
        const libpq::owner<PGresult> part(PQgetResult(conn.get()));
        bytes_since_row = 0;
        if (!part) {
            if (lost())
                co_return fail(condition::unavailable, "the connection to the database was lost", "try again");
            if (!into.failure && into.results.size() < count) {
                into.results.push_back(std::move(*rows).finish());
                into.results.back().notices = take_notices();
            }
            started = false;
            continue;
        }
        const auto status = PQresultStatus(part.get());
        if (status == PGRES_PIPELINE_SYNC)
            co_return result<>{};
        if (is_copy(status)) {
            broken = true;
            co_return fail(copy_refused());
        }
        if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
            auto e = libpq::error_of(part.get());
            if (lost())
                co_return fail(std::move(e));
            if (!into.failure)
                into.failure = std::move(e);
        } else if (status != PGRES_PIPELINE_ABORTED) {
            rows->add(part.get());
        }
    }
}

io::task<result<pipeline_result>>
connection::session::run(const std::vector<statement>& what, caps keep, io::deadline until)
{
    CO_TRY(ready_to_send());
    for (const auto& each : what)
        CO_TRY(libpq::check(each));
    co_await prepare();
    if (PQenterPipelineMode(conn.get()) != 1)
        co_return fail(not_sent(conn.get()));
    in_flight = true;
    for (const auto& each : what)
        if (!libpq::send(conn.get(), each)) {
            broken = true;
            co_return fail(not_sent(conn.get()));
        }
    if (PQpipelineSync(conn.get()) != 1) {
        broken = true;
        co_return fail(not_sent(conn.get()));
    }
    pipeline_result out;
    out.results.reserve(what.size());
    auto ended = co_await collect_pipeline(out, what.size(), keep, until);
    if (!ended && (lost() || broken))
        co_return fail(std::move(ended).error());
    if (!ended)
        co_return fail(co_await give_up(std::move(ended).error()));
    in_flight = PQexitPipelineMode(conn.get()) != 1;
    co_return out;
}

io::task<result<>> connection::session::parse(const statement& what, io::deadline until)
{
    CO_TRY(ready_to_send());
    CO_TRY(libpq::check(what));
    co_await prepare();
    if (!libpq::send_parse(conn.get(), what))
        co_return fail(not_sent(conn.get()));
    in_flight = true;
    result_builder nothing(caps{.max_rows = 0, .max_bytes = 0});
    auto ended = co_await collect(nothing, overflow::drain, until, caps::unlimited().max_row_bytes);
    if (!ended && in_flight)
        co_return fail(co_await give_up(std::move(ended).error()));
    co_return ended;
}

io::task<result<>> connection::session::script(const std::string& sql, io::deadline until)
{
    CO_TRY(ready_to_send());
    if (sql.find('\0') != std::string::npos)
        co_return fail(condition::invalid_argument, "the script holds a NUL byte", "remove it");
    co_await prepare();
    if (PQsendQuery(conn.get(), sql.c_str()) != 1)
        co_return fail(not_sent(conn.get()));
    in_flight = true;
    PQsetSingleRowMode(conn.get());
    result_builder nothing(caps{.max_rows = 0, .max_bytes = 0});
    auto ended = co_await collect(nothing, overflow::drain, until, caps::unlimited().max_row_bytes);
    if (!ended && in_flight)
        co_return fail(co_await give_up(std::move(ended).error()));
    co_return ended;
}

} // namespace basekeeper::pg
