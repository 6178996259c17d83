// Looking after a stack: its logs as one, its health with what was last known of it.
#include "clients/dokploy/redact.hpp"
#include "features/deploy/engine.hpp"
#include "features/deploy/found_stack.hpp"
#include "io/offload.hpp"
#include "io/together.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <iterator>
#include <memory>

namespace basekeeper::deploy {
namespace {

constexpr int fewest_lines_each = 100;
constexpr int lines_each = 1'000;
/// Where a filter chooses, more is read, so that some pass; Dokploy answers no megabyte.
constexpr int lines_to_choose_from = 5'000;
constexpr int most_lines_each = 10'000;

/// How many of the last lines of each container are read so that `wanted` of them may pass.
int lines_to_read(const log_filter& which, std::uint32_t wanted)
{
    const bool chooses = which.least != log_level::debug || !which.contains.empty() || !which.until.empty();
    return chooses ? lines_to_choose_from
                   : static_cast<int>(std::clamp<std::uint32_t>(wanted, fewest_lines_each, lines_each));
}

/// The last lines of what passes, within a number of lines and bytes.
class newest
{
public:
    newest(std::size_t lines, std::size_t bytes) : lines_(lines), bytes_(bytes) {}

    void add(shown_line line)
    {
        held_ += line.text.size();
        kept_.push_back(std::move(line));
        while (kept_.size() > lines_ || (held_ > bytes_ && kept_.size() > 1)) {
            held_ -= kept_.front().text.size();
            kept_.pop_front();
            dropped_ = true;
        }
    }

    bool dropped() const { return dropped_; }

    std::vector<shown_line> take() { return {std::move_iterator(kept_.begin()), std::move_iterator(kept_.end())}; }

private:
    std::size_t lines_;
    std::size_t bytes_;
    std::size_t held_ = 0;
    bool dropped_ = false;
    std::deque<shown_line> kept_;
};

shown_line shown(const log_line& line, const std::vector<crypto::secret<>>& secrets)
{
    return {
        .time = std::string(line.time),
        .service = std::string(line.service),
        .level = level_of(line.text),
        .text = dokploy::redact(plain(line.text), secrets)
    };
}

io::task<> look_into(
    const server& on,
    io::offload_pool& threads,
    std::string host,
    wall_time now,
    certificate_state& into,
    io::deadline until
)
{
    into = co_await look_at_certificate(on, threads, std::move(host), now, until);
}

struct close_file
{
    void operator()(std::FILE* f) const { (void)std::fclose(f); }
};

/// Only its owner may read it: logs tell much of a stack.
result<std::uint64_t> write_lines(
    log_spool& spool,
    const log_filter& what,
    const std::vector<crypto::secret<>>& secrets,
    const std::filesystem::path& to
)
{
    const auto failed = [&] {
        return fail(
            condition::unavailable,
            fmt::format("writing {}: {}", to.string(), std::strerror(errno)),
            "give a file that does not exist yet, in a folder that may be written"
        );
    };
    const int fd = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed();
    const std::unique_ptr<std::FILE, close_file> out(::fdopen(fd, "w"));
    if (!out) {
        ::close(fd);
        return failed();
    }
    std::uint64_t count = 0;
    bool good = true;
    TRY(spool.merge(what, [&](const log_line& line) {
        const auto one = shown(line, secrets);
        const auto text = fmt::format("{} {} {}\n", one.time, one.service, one.text);
        good = std::fwrite(text.data(), 1, text.size(), out.get()) == text.size();
        ++count;
        return good;
    }));
    if (!good || std::fflush(out.get()) != 0) {
        auto why = failed();
        // Half a file would stand in the way of the next attempt.
        ::unlink(to.c_str());
        return why;
    }
    return count;
}

/// The certificate of each domain that is meant to have one.
io::task<std::vector<certificate_state>>
certificates_of(const server& on, io::offload_pool& threads, const setup& of, wall_time now, io::deadline until)
{
    std::vector<std::string> hosts;
    for (const auto& d : of.domains)
        if (d.https)
            hosts.push_back(d.host);
    std::vector<certificate_state> out(hosts.size());
    const auto look = [&](std::size_t i) -> io::task<> { return look_into(on, threads, hosts[i], now, out[i], until); };
    co_await io::together(hosts.size(), 4, look);
    co_return out;
}

std::string state_of(const health_report& h)
{
    const bool well = !h.containers.empty() && std::ranges::all_of(h.containers, [](const auto& c) {
        return c.condition == container_condition::healthy;
    });
    const bool trusted = std::ranges::all_of(h.certificates, [](const auto& c) { return c.problem.empty(); });
    return well && trusted ? "healthy" : "degraded";
}

} // namespace

io::task<result<log_page>> engine::logs(stack_name which, log_question what, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    const auto secrets = CO_TRY(secrets_of(in.now));
    auto read = CO_TRY(co_await fetch_logs(
        *in.on,
        with_.threads,
        in.row.id,
        in.row.app_name,
        containers_in(in.now.compose.reveal(), in.now.env.reveal()),
        {.lines_each = lines_to_read(what.which, what.newest), .which = what.which},
        until
    ));
    newest kept(what.newest, what.most_bytes);
    const auto merge = [&]() -> result<> {
        return read.spool.merge(what.which, [&](const log_line& line) {
            kept.add(shown(line, secrets));
            return true;
        });
    };
    CO_TRY(co_await io::offload(with_.threads, merge));
    log_page out{.older_left = kept.dropped() || read.cut, .missing = std::move(read.missing)};
    out.lines = kept.take();
    if (out.older_left && !out.lines.empty() && !out.lines.front().time.empty())
        out.next = fmt::format("for earlier lines repeat with until={}", out.lines.front().time);
    co_return out;
}

io::task<result<exported_logs>>
engine::export_logs(stack_name which, log_filter what, std::filesystem::path to, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    const auto secrets = CO_TRY(secrets_of(in.now));
    auto read = CO_TRY(co_await fetch_logs(
        *in.on,
        with_.threads,
        in.row.id,
        in.row.app_name,
        containers_in(in.now.compose.reveal(), in.now.env.reveal()),
        {.lines_each = most_lines_each, .which = what},
        until
    ));
    const auto write = [&]() -> result<std::uint64_t> { return write_lines(read.spool, what, secrets, to); };
    const auto lines = CO_TRY(co_await io::offload(with_.threads, write));
    co_return exported_logs{.lines = lines, .cut = read.cut, .missing = std::move(read.missing)};
}

io::task<result<health_report>> engine::look(stack_name which, io::deadline until)
{
    const auto in = CO_TRY(co_await find(std::move(which), until));
    health_report out{.server = in.on->name, .name = in.row.name};
    out.containers = CO_TRY(co_await look_at_containers(
        *in.on, in.row.app_name, containers_in(in.now.compose.reveal(), in.now.env.reveal()), until
    ));
    co_await explain(*in.on, in.row.id, out.containers, until);
    // What Docker tells of use is an extra: without it the rest still stands.
    if (const auto use = co_await dokploy::list_container_usage(in.on->api, until))
        for (const auto& one : *use)
            if (one.name.starts_with(in.row.app_name + "-"))
                out.use.push_back({service_of(one.name, in.row.app_name), one.processor, one.memory, one.network});
    out.certificates = co_await certificates_of(*in.on, with_.threads, in.now, with_.time.wall(), until);
    out.state = state_of(out);
    co_return out;
}

io::task<result<health_report>> engine::health(stack_name which, io::deadline until)
{
    const auto* on = CO_TRY(with_.on.find(which.server));
    auto now = co_await look(which, until);
    auto* memory = now ? &seen_.seen(which.name, *now) : seen_.find(on->name, which.name);
    if (!now && (memory == nullptr || !retryable(now.error().code)))
        co_return now;
    if (!now)
        memory->missed(now.error());
    const bool alert = memory->take_alert();
    const auto seen = memory->look();
    auto out =
        seen.value != nullptr ? *seen.value : health_report{.server = on->name, .name = which.name, .state = "unknown"};
    out.seen = seen.fresh;
    out.alert = alert;
    if (seen.fresh != dokploy::freshness::current && seen.age)
        out.age_seconds = seen.age->count();
    if (seen.away_for)
        out.away_for_seconds = seen.away_for->count();
    if (seen.why)
        out.away_because = seen.why->message;
    co_return out;
}

} // namespace basekeeper::deploy
