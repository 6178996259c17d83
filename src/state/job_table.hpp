// Long operations as they stand on disk: what each is, how far it came, its encrypted notes, and who works on it.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "state/master_key.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::state {

enum class job_status
{
    running, ///< somebody works on it, or did until their process ended
    succeeded,
    failed,    ///< a step failed; may be resumed or undone
    cancelled, ///< stopped between steps because somebody asked; may be resumed or undone
    undoing,   ///< its steps are being taken back
    undone
};
BOOST_DESCRIBE_ENUM(job_status, running, succeeded, failed, cancelled, undoing, undone)

/// True when nothing is left to do: it can be neither resumed nor undone.
bool is_over(job_status s);

struct job_record
{
    std::string id; ///< as `add` chose it
    std::string kind;
    std::string instance;
    std::string principal; ///< who started it
    std::string title;     ///< for people; no secret
    job_status status = job_status::running;
    std::vector<std::string> steps; ///< names, in order
    std::uint32_t done = 0;         ///< of them; while undoing and after: how many are still done
    double fraction = 0;            ///< of the whole, 0 to 1
    std::string message;            ///< what it did last; no secret
    std::string failure;            ///< why it stopped; empty unless failed
    std::string hint;               ///< what to do about that
    std::uint32_t attempts = 1;     ///< runs, each after the first a resumption
    wall_time created_at{};
    wall_time updated_at{};
};

/// Empty members do not filter. Newest first; the next page begins before the number of the last.
struct job_filter
{
    std::optional<job_status> status{};
    std::string instance{};
    std::string before{}; ///< the id of the last job of the page before
    std::uint32_t limit = 50;
};

/// The right to work on one job, held by one process at a time. The kernel takes it back when the process ends, however
/// it ends. Let go by destruction.
class job_claim
{
public:
    explicit job_claim(int fd) : fd_(fd) {}

    job_claim(job_claim&& other) noexcept;
    job_claim& operator=(job_claim&& other) noexcept;
    ~job_claim();

    int fd() const { return fd_; }

private:
    int fd_; // an open file description, to which the lock belongs (F_OFD_SETLK)
};

/// With a connection of its own. Blocking, one thread at a time; other processes may share the file.
class job_table
{
public:
    /// As store::open. The master key is read at the first notes.
    static result<job_table> open(std::filesystem::path dir, master_key_source key, const clock& time);

    job_table(job_table&&) noexcept;
    job_table& operator=(job_table&&) noexcept;
    ~job_table();

    /// Chooses the id; record and notes are one transaction. Times are set here.
    result<job_record> add(job_record record, const crypto::secret<>& notes);

    /// Writes what changes while a job runs (status, done, fraction, message, failure, hint, attempts) and, unless
    /// null, the notes, in one transaction. Returns true when somebody asked to cancel. not_found when the job is gone.
    result<bool> save(const job_record& record, const crypto::secret<>* notes);

    /// not_found with the next command in the hint.
    result<job_record> get(std::string_view id);
    result<crypto::secret<>> notes(std::string_view id);
    result<std::vector<job_record>> list(const job_filter& filter);

    /// Leaves a note for whoever works on it, who sees it with the next `save` or `cancel_asked`.
    result<> ask_to_cancel(std::string_view id);
    result<> withdraw_cancel(std::string_view id);
    result<bool> cancel_asked(std::string_view id);

    /// conflict when somebody works on it: another process, or another claim of this one.
    result<job_claim> claim(std::string_view id);

    /// True when somebody works on it now.
    result<bool> is_claimed(std::string_view id);

    /// Forgets jobs that are over and were not touched since, with their notes. Returns how many.
    result<std::uint64_t> remove_before(wall_time t);

private:
    struct opened;
    explicit job_table(std::unique_ptr<opened> o);
    std::unique_ptr<opened> opened_;
};

} // namespace basekeeper::state
