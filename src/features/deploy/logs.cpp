// One unlinked file for each container, merged through small windows.
#include "features/deploy/logs.hpp"

#include "base/text.hpp"
#include "clients/dokploy/compose_lifecycle.hpp"
#include "io/offload.hpp"
#include "io/together.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace basekeeper::deploy {
namespace {

constexpr int fewest_lines = 100;
constexpr std::size_t window_bytes = std::size_t{16} << 10U;

struct close_file
{
    void operator()(std::FILE* f) const { (void)std::fclose(f); }
};

std::unexpected<error> disk_failure()
{
    return fail(
        condition::unavailable,
        "logs could not be kept on disk while they are put in order",
        "free some space in the folder for temporary files, or ask for fewer lines"
    );
}

} // namespace

/// One log and the window on it.
struct log_spool::run
{
    std::string service;
    std::unique_ptr<std::FILE, close_file> file;
    std::string window;
    std::size_t at = 0; ///< in the window
    bool ended = false;
    bool in_long_line = false; ///< its beginning was given, the rest is passed over
    std::string last_time;     ///< of the last line that had one
    std::optional<log_line> next;

    result<> begin_again()
    {
        if (std::fseek(file.get(), 0, SEEK_SET) != 0)
            return disk_failure();
        window.clear();
        at = 0;
        ended = false;
        in_long_line = false;
        last_time.clear();
        advance();
        return {};
    }

    /// Makes sure that a whole line stands in the window, or as much as it holds, or all that there is.
    void fill()
    {
        if (ended || window.find('\n', at) != std::string::npos)
            return;
        window.erase(0, at);
        at = 0;
        const auto before = window.size();
        if (before == window_bytes)
            return;
        window.resize(window_bytes);
        const auto got = std::fread(window.data() + before, 1, window.size() - before, file.get());
        window.resize(before + got);
        ended = got == 0;
    }

    /// Behind the end of the line that was too long for the window.
    void pass_over_rest()
    {
        while (in_long_line) {
            at = window.size();
            fill();
            const auto end = window.find('\n', at);
            in_long_line = end == std::string::npos && !ended;
            at = end == std::string::npos ? window.size() : end + 1;
        }
    }

    void advance()
    {
        pass_over_rest();
        fill();
        if (at >= window.size()) {
            next.reset();
            return;
        }
        auto rest = std::string_view(window).substr(at);
        const auto size = rest.size();
        in_long_line = !ended && size == window_bytes && !rest.contains('\n');
        next = take_line(rest, service);
        at += size - rest.size();
        if (in_long_line)
            next->text = utf8_prefix(next->text, next->text.size() - 1);
        if (!next->time.empty())
            last_time = next->time;
        next->time = last_time;
    }
};

log_spool::log_spool() = default;
log_spool::~log_spool() = default;
log_spool::log_spool(log_spool&&) noexcept = default;
log_spool& log_spool::operator=(log_spool&&) noexcept = default;

result<std::unique_ptr<log_spool::run>> log_spool::write(std::string service, std::string_view text)
{
    auto one = std::make_unique<run>();
    one->service = std::move(service);
    one->file.reset(std::tmpfile());
    if (!one->file || std::fwrite(text.data(), 1, text.size(), one->file.get()) != text.size() ||
        std::fflush(one->file.get()) != 0)
        return disk_failure();
    return one;
}

void log_spool::add(std::unique_ptr<run> one)
{
    const auto place = std::ranges::upper_bound(runs_, one->service, {}, [](const auto& r) -> const std::string& {
        return r->service;
    });
    runs_.insert(place, std::move(one));
}

result<> log_spool::add(std::string service, std::string_view text)
{
    add(TRY(write(std::move(service), text)));
    return {};
}

result<> log_spool::merge(const log_filter& which, const std::function<bool(const log_line&)>& sink)
{
    for (const auto& one : runs_)
        TRY(one->begin_again());
    for (;;) {
        run* first = nullptr;
        for (const auto& one : runs_)
            if (one->next && (first == nullptr || is_before(one->next->time, first->next->time)))
                first = one.get();
        if (first == nullptr)
            return {};
        if (passes(which, *first->next) && !sink(*first->next))
            return {};
        first->advance();
    }
}

namespace {

/// Reads one container after another into a spool, or several at once.
struct reader
{
    server& on;
    io::offload_pool& pool;
    std::string compose_id;
    int lines_each;
    bool over_http;
    io::deadline until;
    read_logs out{};
    std::optional<error> failed{};

    io::task<result<std::string>> fetch(std::string container_id)
    {
        dokploy::log_request question{
            .compose_id = compose_id, .container_id = std::move(container_id), .lines = lines_each
        };
        if (!over_http)
            co_return co_await dokploy::listen_to_container_log(on.api, on.threads, std::move(question), until);
        for (;;) {
            auto text = co_await dokploy::read_container_log(on.api, question, until);
            // Dokploy fails where the answer would be over a megabyte, whatever of it is wanted.
            if (text || text.error().http_status != 500 || question.lines / 2 < fewest_lines)
                co_return text;
            question.lines /= 2;
            out.cut = true;
        }
    }

    io::task<> read(const container_report& one)
    {
        if (one.id.empty()) {
            out.missing.push_back(one.service + ": it has no container");
            co_return;
        }
        auto text = co_await fetch(one.id);
        if (!text) {
            out.missing.push_back(fmt::format("{}: {}", one.service, text.error().message));
            co_return;
        }
        out.cut = out.cut || std::ranges::count(*text, '\n') + 1 >= lines_each;
        const auto spool = [service = one.service, held = *std::move(text)] { return log_spool::write(service, held); };
        if (auto written = co_await io::offload(pool, spool))
            out.spool.add(*std::move(written));
        else if (!failed)
            failed = std::move(written).error();
    }
};

} // namespace

io::task<result<read_logs>> fetch_logs(
    server& on,
    io::offload_pool& pool,
    std::string compose_id,
    std::string app_name,
    std::vector<wanted_container> wanted,
    log_request what,
    io::deadline until
)
{
    constexpr std::size_t listened_to_at_once = 4;
    auto all = CO_TRY(co_await look_at_containers(on, app_name, std::move(wanted), until));
    if (const auto& asked = what.which.services; !asked.empty())
        std::erase_if(all, [&](const container_report& one) {
            return std::ranges::find(asked, one.service) == asked.end();
        });
    reader each{
        .on = on,
        .pool = pool,
        .compose_id = std::move(compose_id),
        .lines_each = what.lines_each,
        .over_http = dokploy::supports(CO_TRY(co_await on.api.version(until)), dokploy::feature::container_logs),
        .until = until
    };
    const auto read = [&](std::size_t i) { return each.read(all[i]); };
    co_await io::together(all.size(), each.over_http ? 1 : listened_to_at_once, read);
    if (each.failed)
        co_return std::unexpected(*std::move(each.failed));
    std::ranges::sort(each.out.missing);
    co_return std::move(each.out);
}

} // namespace basekeeper::deploy
