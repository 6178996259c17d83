// Jobs in SQLite. Who works on one is a lock on one byte of the file `jobs.lock`, at the number of the job.
#include "state/job_table.hpp"

#include "base/text.hpp"
#include "crypto/random.hpp"
#include "json/text.hpp"
#include "sqlite/transaction.hpp"
#include "state/sealed_database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace basekeeper::state {
namespace {

constexpr std::string_view columns =
    "SELECT number, id, kind, instance, principal, title, status, steps, done, fraction, message, failure, hint, "
    "attempts, created_at, updated_at FROM jobs ";

std::string_view name_of(job_status s)
{
    constexpr std::array names{"running", "succeeded", "failed", "cancelled", "undoing", "undone"};
    return names.at(static_cast<std::size_t>(s));
}

std::string notes_name(std::string_view id)
{
    return fmt::format("job/{}/notes", id);
}

std::string steps_text(const std::vector<std::string>& steps)
{
    boost::json::array out;
    for (const auto& s : steps)
        out.emplace_back(s);
    return json::to_text(out);
}

std::unexpected<error> damaged(std::string_view id)
{
    return fail(
        condition::internal,
        fmt::format("reading the job {}: its record is damaged", id),
        "restore the state folder from a backup"
    );
}

std::unexpected<error> no_such_job(std::string_view id)
{
    return fail(
        condition::not_found, fmt::format("there is no job `{}`", utf8_prefix(id, 64)), "run `basekeeper jobs list`"
    );
}

wall_time time_at(const sqlite::statement& row, int column)
{
    return wall_time{std::chrono::microseconds{row.column_int64(column)}};
}

result<job_status> status_at(const sqlite::statement& row, int column)
{
    for (const auto s :
         {job_status::running,
          job_status::succeeded,
          job_status::failed,
          job_status::cancelled,
          job_status::undoing,
          job_status::undone})
        if (row.column_text(column) == name_of(s))
            return s;
    return damaged(row.column_text(1));
}

result<job_record> record_at(const sqlite::statement& row)
{
    job_record out{
        .id = std::string(row.column_text(1)),
        .kind = std::string(row.column_text(2)),
        .instance = std::string(row.column_text(3)),
        .principal = std::string(row.column_text(4)),
        .title = std::string(row.column_text(5)),
        .status = TRY(status_at(row, 6)),
    };
    const auto steps = TRY(json::read(row.column_text(7)));
    if (!steps.is_array())
        return damaged(out.id);
    for (const auto& each : steps.get_array()) {
        if (!each.is_string())
            return damaged(out.id);
        out.steps.emplace_back(each.get_string());
    }
    out.done = static_cast<std::uint32_t>(row.column_int64(8));
    out.fraction = row.column_double(9);
    out.message = row.column_text(10);
    out.failure = row.column_text(11);
    out.hint = row.column_text(12);
    out.attempts = static_cast<std::uint32_t>(row.column_int64(13));
    out.created_at = time_at(row, 14);
    out.updated_at = time_at(row, 15);
    return out;
}

struct flock one_byte(std::int64_t number)
{
    struct flock out{};
    out.l_type = F_WRLCK;
    out.l_whence = SEEK_SET;
    out.l_start = number;
    out.l_len = 1;
    return out;
}

} // namespace

bool is_over(job_status s)
{
    return s == job_status::succeeded || s == job_status::undone;
}

job_claim::job_claim(job_claim&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

job_claim& job_claim::operator=(job_claim&& other) noexcept
{
    std::swap(fd_, other.fd_);
    return *this;
}

job_claim::~job_claim()
{
    if (fd_ >= 0)
        ::close(fd_);
}

struct job_table::opened : sealed_database
{
    using sealed_database::sealed_database;

    result<std::int64_t> number_of(std::string_view id)
    {
        auto query = TRY(db.prepare("SELECT number FROM jobs WHERE id = ?"));
        TRY(query.bind_all(id));
        if (!TRY(query.step()))
            return no_such_job(id);
        return query.column_int64(0);
    }

    result<int> open_lock_file() const
    {
        const auto file = dir / "jobs.lock";
        const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            return fail(
                condition::denied,
                fmt::format("opening {}: {}", file.string(), std::strerror(errno)),
                "correct its owner and permissions"
            );
        return fd;
    }
};

job_table::job_table(std::unique_ptr<opened> o) : opened_(std::move(o)) {}

job_table::job_table(job_table&&) noexcept = default;
job_table& job_table::operator=(job_table&&) noexcept = default;
job_table::~job_table() = default;

result<job_table> job_table::open(std::filesystem::path dir, master_key_source key, const clock& time)
{
    return job_table(TRY(open_sealed<opened>(std::move(dir), std::move(key), time, sqlite::synchronous::full)));
}

result<job_record> job_table::add(job_record record, const crypto::secret<>& notes)
{
    std::array<std::byte, 5> drawn{};
    crypto::random_bytes(drawn);
    record.id.clear();
    for (const auto b : drawn)
        record.id += fmt::format("{:02x}", std::to_integer<unsigned>(b));
    record.created_at = record.updated_at = opened_->time.wall();
    const auto now = record.created_at.time_since_epoch().count();
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    auto insert =
        TRY(opened_->db.prepare("INSERT INTO jobs (id, kind, instance, principal, title, status, steps, done, "
                                "fraction, message, failure, hint, "
                                "attempts, cancel_asked, created_at, updated_at) "
                                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, ?14, ?14)"));
    TRY(insert.run(
        std::string_view(record.id),
        std::string_view(record.kind),
        std::string_view(record.instance),
        std::string_view(record.principal),
        std::string_view(record.title),
        name_of(record.status),
        std::string_view(steps_text(record.steps)),
        record.done,
        record.fraction,
        std::string_view(record.message),
        std::string_view(record.failure),
        std::string_view(record.hint),
        record.attempts,
        now
    ));
    TRY(opened_->secrets.put(notes_name(record.id), notes));
    TRY(change.commit());
    return record;
}

result<bool> job_table::save(const job_record& record, const crypto::secret<>* notes)
{
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    auto update = TRY(opened_->db.prepare(
        "UPDATE jobs SET status = ?2, done = ?3, fraction = ?4, message = ?5, failure = ?6, hint = ?7, attempts = ?8, "
        "updated_at = ?9 WHERE id = ?1"
    ));
    TRY(update.run(
        std::string_view(record.id),
        name_of(record.status),
        record.done,
        record.fraction,
        std::string_view(record.message),
        std::string_view(record.failure),
        std::string_view(record.hint),
        record.attempts,
        opened_->time.wall().time_since_epoch().count()
    ));
    if (opened_->db.changes() == 0)
        return no_such_job(record.id);
    if (notes != nullptr)
        TRY(opened_->secrets.put(notes_name(record.id), *notes));
    const bool asked = TRY(cancel_asked(record.id));
    TRY(change.commit());
    return asked;
}

result<job_record> job_table::get(std::string_view id)
{
    auto query = TRY(opened_->db.prepare(std::string(columns) + "WHERE id = ?"));
    TRY(query.bind_all(id));
    if (!TRY(query.step()))
        return no_such_job(id);
    return record_at(query);
}

result<crypto::secret<>> job_table::notes(std::string_view id)
{
    TRY(opened_->number_of(id));
    return opened_->secrets.get(notes_name(id));
}

result<std::vector<job_record>> job_table::list(const job_filter& filter)
{
    auto query = TRY(opened_->db.prepare(
        std::string(columns) + "WHERE (?1 IS NULL OR status = ?1) AND (?2 = '' OR instance = ?2) "
                               "AND (?3 IS NULL OR number < ?3) ORDER BY number DESC LIMIT ?4"
    ));
    const auto status = filter.status ? std::optional(name_of(*filter.status)) : std::nullopt;
    std::optional<std::int64_t> before;
    if (!filter.before.empty())
        before = TRY(opened_->number_of(filter.before));
    TRY(query.bind_all(status, std::string_view(filter.instance), before, filter.limit));
    std::vector<job_record> out;
    while (TRY(query.step()))
        out.push_back(TRY(record_at(query)));
    return out;
}

result<> job_table::ask_to_cancel(std::string_view id)
{
    auto update = TRY(opened_->db.prepare("UPDATE jobs SET cancel_asked = 1 WHERE id = ?"));
    TRY(update.run(id));
    if (opened_->db.changes() == 0)
        return no_such_job(id);
    return {};
}

result<> job_table::withdraw_cancel(std::string_view id)
{
    auto update = TRY(opened_->db.prepare("UPDATE jobs SET cancel_asked = 0 WHERE id = ?"));
    return update.run(id);
}

result<bool> job_table::cancel_asked(std::string_view id)
{
    auto query = TRY(opened_->db.prepare("SELECT cancel_asked FROM jobs WHERE id = ?"));
    TRY(query.bind_all(id));
    if (!TRY(query.step()))
        return no_such_job(id);
    return query.column_int64(0) != 0;
}

result<job_claim> job_table::claim(std::string_view id)
{
    const auto number = TRY(opened_->number_of(id));
    job_claim held(TRY(opened_->open_lock_file()));
    auto range = one_byte(number);
    if (::fcntl(held.fd(), F_OFD_SETLK, &range) != 0) {
        if (errno == EAGAIN || errno == EACCES)
            return fail(
                condition::conflict,
                fmt::format("the job {} is being worked on", id),
                fmt::format("follow it with `basekeeper jobs show {}`", id)
            );
        return fail(
            condition::internal,
            fmt::format("claiming the job {}: {}", id, std::strerror(errno)),
            "keep the state folder on a file system with locks"
        );
    }
    return held;
}

result<bool> job_table::is_claimed(std::string_view id)
{
    const auto number = TRY(opened_->number_of(id));
    const job_claim looking(TRY(opened_->open_lock_file()));
    auto range = one_byte(number);
    if (::fcntl(looking.fd(), F_OFD_GETLK, &range) != 0)
        return fail(condition::internal, fmt::format("looking at the job {}: {}", id, std::strerror(errno)));
    return range.l_type != F_UNLCK;
}

result<std::uint64_t> job_table::remove_before(wall_time t)
{
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    auto query = TRY(
        opened_->db.prepare("SELECT id FROM jobs WHERE status IN ('succeeded', 'undone') AND updated_at < ? LIMIT 1000")
    );
    TRY(query.bind_all(t.time_since_epoch().count()));
    std::vector<std::string> old;
    while (TRY(query.step()))
        old.emplace_back(query.column_text(0));
    auto remove = TRY(opened_->db.prepare("DELETE FROM jobs WHERE id = ?"));
    for (const auto& id : old) {
        TRY(opened_->secrets.remove(notes_name(id)));
        TRY(remove.run(std::string_view(id)));
    }
    TRY(change.commit());
    return old.size();
}

} // namespace basekeeper::state
