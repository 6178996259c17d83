// Takes audit entries on the I/O thread without waiting and writes them in batches on an offload thread.
#pragma once

#include "io/event.hpp"
#include "io/nursery.hpp"
#include "io/runtime.hpp"
#include "log/logger.hpp"
#include "state/audit_trail.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace basekeeper::state {

struct audit_log_options
{
    std::chrono::milliseconds batch_interval{100}; ///< the longest an entry waits before writing begins
    std::chrono::milliseconds retry_interval{250}; ///< between attempts while the database cannot be written
    std::size_t batch_entries = 8'192;             ///< writing begins at once with this many
    std::size_t capacity = 200'000;                ///< entries kept while the database cannot be written
    std::chrono::days retention{90};               ///< older entries are pruned with the first batch, then daily
};

/// What operators and the policy look at.
struct audit_health
{
    bool healthy = true;              ///< false: writing fails or the queue is full; calls that write must be refused
    std::size_t queued = 0;           ///< not yet durable
    std::chrono::microseconds lag{0}; ///< age of the oldest entry that is not durable
    std::uint64_t written = 0;        ///< since start
    std::uint64_t lost = 0;           ///< came while the queue was full; the trail gets an entry that says so
    std::optional<error> last_failure{};
};

/// Lives on the I/O thread; the database is touched on the pool only, and opened with the first batch. Entries are
/// durable within a second, and when `stop()` returned. Owner: start() once, `co_await stop()` before destruction.
class audit_log
{
public:
    audit_log(
        io::executor where,
        io::offload_pool& pool,
        std::filesystem::path dir,
        log::logger& log,
        audit_log_options options = {}
    );
    ~audit_log();
    audit_log(const audit_log&) = delete;
    audit_log& operator=(const audit_log&) = delete;

    void start();

    /// Never waits, never fails. Beyond the capacity an entry is counted as lost and healthy() is false.
    void record(audit_entry entry);

    bool healthy() const;
    audit_health health() const;

    /// Returns when everything recorded before is durable. Fails with timeout or with the failure of writing.
    io::task<result<>> flush(io::deadline until);

    /// Writes what is queued, then ends the background task. Fails when entries could not be written.
    io::task<result<>> stop(io::deadline until);

private:
    class writer;

    io::task<> run();
    io::task<> write_queued();
    void note(const result<>& written, std::size_t entries);
    void add_loss_entry();
    void wake();

    io::offload_pool& pool_;
    log::logger& log_;
    audit_log_options options_;
    std::unique_ptr<writer> writer_; // used by one offloaded batch at a time
    std::vector<audit_entry> queue_;
    std::vector<audit_entry> batch_; // being written
    audit_health health_;
    std::uint64_t accepted_ = 0;
    std::uint64_t durable_ = 0;
    std::uint64_t unreported_losses_ = 0;
    io::event wanted_;  // something is queued
    io::event urgent_;  // write now: the batch is full, or somebody flushes or stops
    io::event settled_; // an attempt to write ended
    bool stopping_ = false;
    io::nursery background_;
};

} // namespace basekeeper::state
