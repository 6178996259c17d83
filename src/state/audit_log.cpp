// The queue on the I/O thread and the one writer behind it.
#include "state/audit_log.hpp"

#include "base/text.hpp"
#include "io/offload.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <utility>

namespace basekeeper::state {
namespace {

constexpr std::size_t longest_text = 256; // bytes

} // namespace

/// Used on an offload thread, by one batch at a time.
class audit_log::writer
{
public:
    writer(std::filesystem::path dir, std::chrono::days retention) : dir_(std::move(dir)), retention_(retention) {}

    result<> append(std::span<const audit_entry> batch)
    {
        if (!trail_)
            trail_ = TRY(audit_trail::open(dir_));
        return trail_->append(batch);
    }

    /// Looks for old entries after the first batch and then once a day.
    result<> prune_when_due()
    {
        const auto now = system_clock().wall();
        if (pruned_at_ && now - *pruned_at_ < std::chrono::days{1})
            return {};
        TRY(trail_->prune(now - retention_, now));
        pruned_at_ = now;
        return {};
    }

private:
    std::filesystem::path dir_;
    std::chrono::days retention_;
    std::optional<audit_trail> trail_;
    std::optional<wall_time> pruned_at_;
};

audit_log::audit_log(
    io::executor where, io::offload_pool& pool, std::filesystem::path dir, log::logger& log, audit_log_options options
)
    : pool_(pool), log_(log), options_(options), writer_(std::make_unique<writer>(std::move(dir), options.retention)),
      wanted_(where), urgent_(where), settled_(where), background_(where, [this](std::exception_ptr) {
          health_.healthy = false;
          log_.error("the audit trail stopped because of a bug");
      })
{}

audit_log::~audit_log() = default;

void audit_log::start()
{
    background_.spawn(run());
}

void audit_log::record(audit_entry entry)
{
    // The queue is bounded by its entries, and so must be their size: some of these names come with a token.
    for (auto* text : {&entry.principal, &entry.instance, &entry.tool, &entry.decision, &entry.outcome})
        text->resize(utf8_prefix(*text, longest_text).size());
    if (queue_.size() + batch_.size() >= options_.capacity) {
        if (unreported_losses_ == 0)
            log_.error("the audit queue is full, entries are lost");
        ++health_.lost;
        ++unreported_losses_;
        return;
    }
    queue_.push_back(std::move(entry));
    ++accepted_;
    if (queue_.size() == 1)
        wanted_.set();
    if (queue_.size() == options_.batch_entries)
        urgent_.set();
}

bool audit_log::healthy() const
{
    return health_.healthy && unreported_losses_ == 0;
}

audit_health audit_log::health() const
{
    auto out = health_;
    out.healthy = healthy();
    out.queued = queue_.size() + batch_.size();
    out.written = durable_;
    const auto& oldest = batch_.empty() ? queue_ : batch_;
    if (!oldest.empty())
        out.lag = std::max(system_clock().wall() - oldest.front().time, std::chrono::microseconds{0});
    return out;
}

void audit_log::wake()
{
    urgent_.set();
    wanted_.set();
}

io::task<result<>> audit_log::flush(io::deadline until)
{
    const auto target = accepted_;
    while (durable_ < target) {
        wake();
        CO_TRY(co_await settled_.wait(until));
        if (health_.last_failure && durable_ < target)
            co_return fail(error(*health_.last_failure));
    }
    co_return result<>{};
}

io::task<result<>> audit_log::stop(io::deadline until)
{
    stopping_ = true;
    wake();
    CO_TRY(co_await background_.join(until));
    if (queue_.empty() && unreported_losses_ == 0)
        co_return result<>{};
    co_return fail(health_.last_failure.value_or(
        error(condition::internal, "audit entries were left unwritten", "report this as a bug")
    ));
}

io::task<> audit_log::run()
{
    while (true) {
        if (!co_await wanted_.wait(io::deadline::never()))
            co_return;
        // A little patience makes one transaction, and one wait for the disk, out of many entries.
        const auto patience = health_.last_failure ? options_.retry_interval : options_.batch_interval;
        if (!stopping_)
            static_cast<void>(co_await urgent_.wait(io::deadline::after(patience)));
        urgent_.reset();
        co_await write_queued();
        if (stopping_ && ((queue_.empty() && unreported_losses_ == 0) || health_.last_failure))
            co_return;
    }
}

void audit_log::add_loss_entry()
{
    // Only once the database is there again: one entry tells the whole loss.
    if (unreported_losses_ == 0 || health_.last_failure)
        return;
    queue_.push_back(
        {.time = system_clock().wall(),
         .principal = "basekeeper",
         .instance = {},
         .tool = "audit_log",
         .decision = "lost",
         .outcome = "unavailable",
         .rows = unreported_losses_}
    );
    ++accepted_;
    unreported_losses_ = 0;
}

io::task<> audit_log::write_queued()
{
    add_loss_entry();
    wanted_.reset();
    batch_.swap(queue_);
    if (batch_.empty())
        co_return;
    const auto written = co_await io::offload(pool_, [this] { return writer_->append(batch_); });
    note(written, batch_.size());
    if (!written) {
        // Back to the front, so that the order of the trail is the order of the calls.
        batch_.insert(batch_.end(), std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
        queue_.swap(batch_);
    }
    batch_.clear();
    if (!queue_.empty() || unreported_losses_ != 0)
        wanted_.set();
    settled_.set();
    settled_.reset();
    if (!written || stopping_)
        co_return;
    const auto pruned = co_await io::offload(pool_, [this] { return writer_->prune_when_due(); });
    if (!pruned)
        log_.warning("old audit entries could not be removed", {{"reason", pruned.error().message}});
}

void audit_log::note(const result<>& written, std::size_t entries)
{
    if (written) {
        if (health_.last_failure)
            log_.info("the audit trail can be written again");
        durable_ += entries;
        health_.healthy = true;
        health_.last_failure.reset();
        return;
    }
    if (!health_.last_failure)
        log_.error("the audit trail cannot be written", {{"reason", written.error().message}});
    health_.healthy = false;
    health_.last_failure = written.error();
}

} // namespace basekeeper::state
