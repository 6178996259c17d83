// One unlinked file for each container, merged through small windows.
#include "features/deploy/logs.hpp"

#include "clients/dokploy/compose_lifecycle.hpp"
#include "clients/dokploy/redact.hpp"
#include "features/deploy/containers.hpp"
#include "io/offload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace basekeeper::deploy {
namespace {

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
    std::string last_time; ///< of the last line that had one
    std::optional<log_line> next;

    void rewind()
    {
        std::rewind(file.get());
        window.clear();
        at = 0;
        ended = false;
        last_time.clear();
        advance();
    }

    /// Makes sure that a whole line stands in the window, or all that there is.
    void fill()
    {
        if (ended || window.find('\n', at) != std::string::npos)
            return;
        window.erase(0, at);
        at = 0;
        const auto before = window.size();
        window.resize(std::max(window_bytes, before));
        const auto got = std::fread(window.data() + before, 1, window.size() - before, file.get());
        window.resize(before + got);
        ended = got == 0;
    }

    void advance()
    {
        fill();
        if (at >= window.size()) {
            next.reset();
            return;
        }
        auto rest = std::string_view(window).substr(at);
        const auto size = rest.size();
        next = take_line(rest, service);
        at += size - rest.size();
        if (!next->time.empty())
            last_time = next->time;
        next->time = last_time;
    }
};

log_spool::log_spool() = default;
log_spool::~log_spool() = default;
log_spool::log_spool(log_spool&&) noexcept = default;
log_spool& log_spool::operator=(log_spool&&) noexcept = default;

result<> log_spool::add(std::string service, std::string_view text)
{
    auto one = std::make_unique<run>();
    one->service = std::move(service);
    one->file.reset(std::tmpfile());
    if (!one->file || std::fwrite(text.data(), 1, text.size(), one->file.get()) != text.size() ||
        std::fflush(one->file.get()) != 0)
        return disk_failure();
    runs_.push_back(std::move(one));
    return {};
}

result<> log_spool::merge(const log_filter& which, const std::function<bool(const log_line&)>& sink)
{
    for (const auto& one : runs_)
        one->rewind();
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

io::task<result<read_logs>> fetch_logs(
    server& on,
    io::offload_pool& pool,
    std::string compose_id,
    std::string app_name,
    log_request what,
    io::deadline until
)
{
    const bool over_http = dokploy::supports(CO_TRY(co_await on.api.version(until)), dokploy::feature::container_logs);
    read_logs out;
    for (const auto& one : CO_TRY(co_await look_at_containers(on, app_name, {}, until))) {
        const auto& wanted = what.which.services;
        if (!wanted.empty() && std::ranges::find(wanted, one.service) == wanted.end())
            continue;
        dokploy::log_request asked{.compose_id = compose_id, .container_id = one.id, .lines = what.lines_each};
        auto text = over_http ? co_await dokploy::read_container_log(on.api, std::move(asked), until)
                              : co_await dokploy::listen_to_container_log(on.api, on.threads, std::move(asked), until);
        if (!text) {
            out.missing.push_back(fmt::format("{}: {}", one.service, text.error().message));
            continue;
        }
        const auto spool = [&] { return out.spool.add(one.service, *text); };
        CO_TRY(co_await io::offload(pool, spool));
    }
    co_return out;
}

} // namespace basekeeper::deploy
