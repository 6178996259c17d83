// Lines by service: those of the start, those of its daily work, those of its trouble.
#include "features/rehearsal/container_logs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::rehearsal {
namespace {

using namespace std::chrono_literals;
using stack::role;

/// A line of work comes this often: a container that runs for ten minutes has said 2,400.
constexpr auto pace = 250ms;

std::string stamp(wall_time t)
{
    auto out = to_rfc3339(t);
    out.pop_back();
    return out + "000Z"; // Docker counts nanoseconds
}

std::string clock_text(wall_time t)
{
    return to_rfc3339(t).substr(11, 12);
}

std::string date_and_clock(wall_time t)
{
    auto out = to_rfc3339(t).substr(0, 23);
    out[10] = ' ';
    return out;
}

std::string plain_second(wall_time t)
{
    return to_rfc3339(t).substr(0, 19) + "Z";
}

std::string nginx_time(wall_time t)
{
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(t)};
    return fmt::format(
        "{:02}/{}/{}:{} +0000",
        static_cast<unsigned>(day.day()),
        months.at(static_cast<unsigned>(day.month()) - 1),
        static_cast<int>(day.year()),
        to_rfc3339(t).substr(11, 8)
    );
}

/// A number that is the same for the same line, and differs between lines.
std::size_t variety(const container& c, std::size_t number, std::size_t below)
{
    return std::hash<std::string>{}(c.name + std::to_string(number)) % below;
}

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& from, const container& c, std::size_t number)
{
    return from.at(variety(c, number, N));
}

constexpr std::array<std::string_view, 6> api_paths{
    "/auth/v1/token?grant_type=password",
    "/rest/v1/orders?select=*",
    "/rest/v1/rpc/search",
    "/storage/v1/object/public/images/a.png",
    "/auth/v1/user",
    "/functions/v1/hello"
};
constexpr std::array<std::string_view, 5> statuses{"200", "200", "200", "404", "401"};

std::string gateway_line(const container& c, wall_time t, std::size_t n)
{
    return fmt::format(
        "172.18.0.{} - - [{}] \"{} {} HTTP/1.1\" {} {} \"-\" \"node\"",
        2 + variety(c, n, 9),
        nginx_time(t),
        n % 3 == 0 ? "POST" : "GET",
        pick(api_paths, c, n),
        pick(statuses, c, n + 1),
        100 + variety(c, n, 4'000)
    );
}

std::string auth_line(const container& c, wall_time t, std::size_t n)
{
    constexpr std::array<std::string_view, 4> paths{"/token", "/user", "/health", "/signup"};
    const bool bad = variety(c, n, 12) == 0;
    return fmt::format(
        R"j({{"component":"api","duration":{},"level":"{}","method":"{}","msg":"{}","path":"{}","referer":"","remote_addr":"172.18.0.9","request_id":"{:016x}","status":{},"time":"{}"}})j",
        1'000'000 + variety(c, n, 9'000'000),
        bad ? "error" : "info",
        n % 2 == 0 ? "POST" : "GET",
        bad ? "400: Invalid login credentials" : "request completed",
        pick(paths, c, n),
        variety(c, n, 1U << 30U),
        bad ? 400 : 200,
        plain_second(t)
    );
}

std::string rest_line(const container& c, wall_time t, std::size_t n)
{
    return fmt::format(
        "172.18.0.3 - authenticated [{}] \"GET {} HTTP/1.1\" {} - \"\" \"node\"",
        nginx_time(t),
        n % 2 == 0 ? "/orders?select=*" : "/rpc/search",
        pick(statuses, c, n)
    );
}

std::string realtime_line(const container& c, wall_time t, std::size_t n)
{
    return n % 3 == 0
               ? fmt::format(
                     "{} project=realtime external_id=realtime [info] CONNECTED TO RealtimeWeb.UserSocket in {}ms",
                     clock_text(t),
                     1 + variety(c, n, 30)
                 )
               : fmt::format("{} [info] HEAD /api/tenants/realtime-dev/health", clock_text(t));
}

std::string storage_line(const container& c, wall_time t, std::size_t n)
{
    const bool bad = variety(c, n, 9) == 0;
    return fmt::format(
        R"j({{"level":{},"time":"{}","pid":1,"hostname":"{}","reqId":"req-{}","tenantId":"stub","project":"stub","type":"request","req":{{"method":"GET","url":"/object/images/a.png"}},"responseTime":{},"msg":"stub | GET | {} | 172.18.0.3 | req-{} | /object/images/a.png | node"}})j",
        bad ? 40 : 30,
        plain_second(t),
        c.id.substr(0, 12),
        n,
        1 + variety(c, n, 80),
        bad ? 400 : 200,
        n
    );
}

std::string database_line(const container& c, wall_time t, std::size_t n)
{
    constexpr std::array<std::string_view, 4> said{
        "LOG:  checkpoint starting: time",
        "LOG:  checkpoint complete: wrote 42 buffers (0.3%); 0 WAL file(s) added, 0 removed, 0 recycled",
        "ERROR:  duplicate key value violates unique constraint \"orders_pkey\"",
        "LOG:  connection authorized: user=authenticator database=postgres application_name=postgrest"
    };
    const auto text = said.at(variety(c, n, said.size()));
    return fmt::format(
        " 172.18.0.{} {} UTC [{}] {}postgres@postgres {}",
        2 + variety(c, n, 9),
        date_and_clock(t),
        60 + variety(c, n, 900),
        text.starts_with("ERROR") ? "authenticator" : "",
        text
    );
}

std::string vector_line(const container&, wall_time t, std::size_t n)
{
    return n % 20 == 7
               ? fmt::format(
                     "{} ERROR transform{{component_kind=\"transform\" component_id=kong_logs}}: "
                     "vector::internal_events::remap: Mapping failed with event. error=\"function call error for "
                     "parse_nginx_log\" error_type=\"conversion_failed\"",
                     plain_second(t)
                 )
               : fmt::format(
                     "{}  INFO vector::internal_events::docker_logs: Started watching for container logs. number={}",
                     plain_second(t),
                     n
                 );
}

std::string analytics_line(const container&, wall_time t, std::size_t n)
{
    return n % 2 == 0 ? fmt::format("{} [info] POST /api/logs", clock_text(t))
                      : fmt::format("{} [info] Sent 200 in {}ms", clock_text(t), 2 + n % 7);
}

std::string pooler_line(const container&, wall_time t, std::size_t n)
{
    return fmt::format(
        "{} project=pooler user=postgres mode=transaction region=local [info] ClientHandler: Connection authenticated "
        "number={}",
        clock_text(t),
        n
    );
}

std::string meta_line(const container&, wall_time t, std::size_t n)
{
    return fmt::format(
        R"j({{"level":"info","time":"{}","pid":1,"hostname":"meta","reqId":"req-{}","req":{{"method":"POST","url":"/query"}},"res":{{"statusCode":200}},"msg":"request completed"}})j",
        plain_second(t),
        n
    );
}

std::string other_line(const container& c, wall_time t, std::size_t n)
{
    return fmt::format("{} {} is at work, line {}", plain_second(t), c.of.name, n);
}

std::string work_line(const container& c, wall_time t, std::size_t n)
{
    switch (c.of.role) {
    case role::gateway:
        return gateway_line(c, t, n);
    case role::auth:
        return auth_line(c, t, n);
    case role::rest:
        return rest_line(c, t, n);
    case role::realtime:
        return realtime_line(c, t, n);
    case role::storage:
        return storage_line(c, t, n);
    case role::database:
        return database_line(c, t, n);
    case role::vector:
        return vector_line(c, t, n);
    case role::analytics:
        return analytics_line(c, t, n);
    case role::pooler:
        return pooler_line(c, t, n);
    case role::meta:
        return meta_line(c, t, n);
    default:
        return other_line(c, t, n);
    }
}

/// Without the backslashes that a JSON text needs.
std::string unescaped(std::string_view text)
{
    std::string out(text);
    std::erase(out, '\\');
    return out;
}

/// What a service says that cannot log in, or cannot read what it wrote.
std::string database_trouble(const container& c, wall_time t, std::string_view why)
{
    switch (c.of.role) {
    case role::auth:
        return fmt::format(
            R"j({{"level":"fatal","msg":"running db migrations: error executing migrations: failed to connect to `host=db user=supabase_auth_admin database=postgres`: server error ({})","time":"{}"}})j",
            why,
            plain_second(t)
        );
    case role::rest:
        return fmt::format(
            R"j({}: {{"code":"PGRST000","details":"connection to server at \"db\" failed: {}\n","hint":null,"message":"Database connection error. Retrying the connection."}})j",
            nginx_time(t),
            why
        );
    case role::realtime:
    case role::pooler:
    case role::analytics:
        return fmt::format(
            "{} [error] Postgrex.Protocol (#PID<0.312.0>) failed to connect: ** (Postgrex.Error) {}",
            clock_text(t),
            unescaped(why)
        );
    case role::storage:
        return fmt::format(
            R"j({{"level":50,"time":"{}","type":"db","error":{{"message":"{}"}},"msg":"error connecting to the database"}})j",
            plain_second(t),
            why
        );
    case role::meta:
        return fmt::format(
            R"j({{"level":"error","time":"{}","error":{{"message":"{}"}},"request":{{"method":"POST","url":"/query"}}}})j",
            plain_second(t),
            why
        );
    default:
        return fmt::format("{} {}: {}", plain_second(t), c.of.name, why);
    }
}

std::string trouble_line(const container& c, wall_time t, trouble what)
{
    switch (what) {
    case trouble::wrong_password:
        return database_trouble(
            c,
            t,
            fmt::format(
                "FATAL: password authentication failed for user \\\"{}\\\" (SQLSTATE 28P01)", database_role(c.of.role)
            )
        );
    case trouble::database_away:
        return database_trouble(c, t, "connection refused: could not translate host name or connect to db:5432");
    case trouble::wrong_encryption_key:
        return fmt::format(
            "{} [error] GenServer terminating ** (ErlangError) Erlang error: {{:error, 'cipher.c', 'Unknown cipher or "
            "invalid key: decryption of the tenant failed'}}",
            clock_text(t)
        );
    case trouble::missing_file:
        return fmt::format(
            "{} ERROR {}: could not read its configuration: Is a directory (os error 21)", plain_second(t), c.of.name
        );
    case trouble::injected:
        return fmt::format("{} ERROR {}: health check failed: connection refused", plain_second(t), c.of.name);
    case trouble::none:
        break;
    }
    return work_line(c, t, 0);
}

std::vector<std::string> start_lines(const container& c, wall_time t)
{
    switch (c.of.role) {
    case role::database:
        return {
            fmt::format("{} UTC [1] LOG:  starting PostgreSQL 17.6 on x86_64-pc-linux-gnu", date_and_clock(t)),
            fmt::format("{} UTC [1] LOG:  listening on IPv4 address \"0.0.0.0\", port 5432", date_and_clock(t)),
            fmt::format("{} UTC [1] LOG:  database system is ready to accept connections", date_and_clock(t)),
        };
    case role::auth:
        return {
            fmt::format(
                R"j({{"level":"info","msg":"Go runtime metrics collection started","time":"{}"}})j", plain_second(t)
            ),
            fmt::format(
                R"j({{"level":"info","msg":"GoTrue API started on: 0.0.0.0:9999","time":"{}"}})j", plain_second(t)
            ),
        };
    case role::rest:
        return {
            fmt::format("{}: Starting PostgREST 14.12...", nginx_time(t)),
            fmt::format("{}: Listening on port 3000", nginx_time(t)),
        };
    case role::realtime:
        return {fmt::format("{} [info] Running RealtimeWeb.Endpoint with cowboy at :::4000 (http)", clock_text(t))};
    case role::gateway:
        return {fmt::format("{} [notice] 1#0: start worker processes", date_and_clock(t))};
    case role::vector:
        return {fmt::format("{}  INFO vector: Vector has started. version=\"0.53.0\"", plain_second(t))};
    default:
        return {fmt::format("{} {} started", plain_second(t), c.of.name)};
    }
}

} // namespace

std::vector<std::string>
container_log(const stack_on_host& in, const container& c, const fault_plan& faults, log_range range)
{
    std::vector<std::string> out;
    if (phase_of(c, range.to) == container_phase::created)
        return out;
    const auto begin = *c.started_at;
    const auto end = c.stopped_at ? std::min(*c.stopped_at, range.to) : range.to;
    const auto beats = static_cast<std::size_t>(std::max(end - begin, std::chrono::microseconds{0}) / pace);
    const auto first_lines = start_lines(c, begin);
    const auto what = trouble_of(in, c, faults, range.to);
    // Line 0 is the oldest; of the newest `most` only those that are new enough.
    const auto total = first_lines.size() + beats;
    const auto skipped = total - std::min(total, range.most);
    out.reserve(total - skipped);
    for (auto i = skipped; i < total; ++i) {
        const bool at_start = i < first_lines.size();
        const auto beat = at_start ? 0 : static_cast<std::int64_t>(i - first_lines.size() + 1);
        const wall_time t = begin + beat * pace;
        if (t < range.from)
            continue;
        if (at_start && what != trouble::missing_file)
            out.push_back(stamp(t) + " " + first_lines[i]);
        else
            out.push_back(stamp(t) + " " + (what == trouble::none ? work_line(c, t, i) : trouble_line(c, t, what)));
    }
    return out;
}

} // namespace basekeeper::rehearsal
